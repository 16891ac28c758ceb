/** A menu, in the browser's top layer so that no panel cuts it off. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { CHECK, Icon } from './icons';

interface Item {
  label: string;
  /** What is said beside it. */
  hint?: string;
  /** Why it cannot be chosen now, or empty. */
  disabledReason: string;
  /** Of a menu that shows which one holds: whether it is this one. */
  isCurrent?: boolean;
  run(): void;
}

interface Props {
  label: string;
  items: Item[];
  /** The button that it hangs from, and that gets the focus back. */
  anchor: HTMLElement;
  /** Where it was asked for with the mouse; else it hangs from the button. */
  at?: { x: number; y: number } | undefined;
  close(): void;
}

const GAP = 2;

export function Menu({ label, items, anchor, at, close }: Props) {
  const element = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const menu = element.current;
    if (!menu) {
      return;
    }
    menu.showPopover();
    const { innerWidth, innerHeight } = window;
    const { offsetWidth, offsetHeight } = menu;
    const { top, bottom, right } = anchor.getBoundingClientRect();
    // The pointer stands in the menu: released elsewhere it would close it.
    const from = at
      ? { below: at.y - 1, above: at.y + 1, left: at.x - 1 }
      : { below: bottom + GAP, above: top - GAP, left: right - offsetWidth };
    const y = from.below + offsetHeight <= innerHeight ? from.below : from.above - offsetHeight;
    menu.style.top = `${Math.max(0, y)}px`;
    menu.style.left = `${Math.max(0, Math.min(from.left, innerWidth - offsetWidth))}px`;
    menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [anchor, at]);

  const leave = () => {
    anchor.focus();
    close();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(element.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const here = all.indexOf(event.target as HTMLElement);
    const typed = event.key.toLowerCase();
    const to: Record<string, number> = {
      ArrowDown: (here + 1) % all.length,
      ArrowUp: (here + all.length - 1) % all.length,
      Home: 0,
      End: all.length - 1
    };
    const next =
      to[event.key] ?? all.findIndex((item, i) => i > here && item.textContent.toLowerCase().startsWith(typed));
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      leave();
    } else if (all[next]) {
      event.preventDefault();
      all[next].focus();
    }
  };

  return (
    <div
      ref={element}
      class="dhs-menu"
      role="menu"
      aria-label={label}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={event => {
        if (event.newState === 'closed') {
          close();
        }
      }}
    >
      {items.map(item => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class="dhs-item"
          aria-disabled={item.disabledReason !== ''}
          aria-current={item.isCurrent}
          title={item.disabledReason}
          aria-description={item.hint}
          onClick={() => {
            leave();
            item.run();
          }}
        >
          {item.isCurrent !== undefined && <span class="dhs-check">{item.isCurrent && <Icon path={CHECK} />}</span>}
          {item.label}
          {item.hint && (
            <span class="dhs-hint" aria-hidden="true">
              {' '}
              {item.hint}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
