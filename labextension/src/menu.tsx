/** The menu of a secret's actions, in the browser's top layer so that no panel cuts it off. */

import { useLayoutEffect, useRef } from 'preact/hooks';

export interface Item {
  label: string;
  /** Why it cannot be chosen now, or empty. */
  disabledReason: string;
  run(): void;
}

interface Props {
  label: string;
  items: Item[];
  /** The button that it hangs from, and that gets the focus back. */
  anchor: HTMLElement;
  close(): void;
}

const GAP = 2;

export function Menu({ label, items, anchor, close }: Props) {
  const element = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const menu = element.current;
    if (!menu) {
      return;
    }
    menu.showPopover();
    const at = anchor.getBoundingClientRect();
    const { innerWidth, innerHeight } = window;
    const below = at.bottom + GAP + menu.offsetHeight <= innerHeight;
    menu.style.top = `${Math.max(0, below ? at.bottom + GAP : at.top - GAP - menu.offsetHeight)}px`;
    menu.style.left = `${Math.max(0, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth))}px`;
    menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [anchor]);

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
          title={item.disabledReason}
          onClick={() => {
            leave();
            item.run();
          }}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}
