/** The list of a project's secrets: the rows that a search finds, or why there are none. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SecretInfo } from './protocol';
import { Row } from './row';
import { ROW_HEIGHT, rowsInView } from './rowsinview';
import type { Store } from './store';
import { Typeahead } from './typeahead';

interface ListProps {
  store: Store;
  /** What is shown of the project's secrets, in this order. */
  found: readonly SecretInfo[];
  openMenu(secret: SecretInfo, anchor: HTMLElement, at?: { x: number; y: number }): void;
}

export function List({ store, found, openMenu }: ListProps) {
  const { trans, state } = store;
  const { secrets, search } = state;
  const [scrolled, setScrolled] = useState({ top: 0, height: 0 });
  return (
    <div
      class="dhs-list"
      onScroll={({ currentTarget }) =>
        setScrolled({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
      }
    >
      {secrets !== null && secrets.length > 0 && found.length === 0 && (
        <p class="dhs-empty">{trans.__('No secret matches “%1”.', search)}</p>
      )}
      <Rows store={store} found={found} openMenu={openMenu} scrolled={scrolled} />
    </div>
  );
}

/** The rows. Tab stops at one of them, and the keys that a list has move from one to the next. */
function Rows({ store, found, openMenu, scrolled }: ListProps & { scrolled: { top: number; height: number } }) {
  const { trans, state } = store;
  const list = useRef<HTMLUListElement>(null);
  const [current, setCurrent] = useState('');
  const [open, setOpen] = useState('');
  const [openHeight, setOpenHeight] = useState(ROW_HEIGHT);
  const typeahead = useRef(new Typeahead());
  const focusMoves = useRef(false);
  const indexOf = (name: string) => found.findIndex(secret => secret.name === name);
  const stop = Math.max(0, indexOf(current));
  const opened = indexOf(open);
  const extra = opened < 0 ? 0 : openHeight - ROW_HEIGHT;
  const drawn = rowsInView(found.length, scrolled, { index: opened, extra }, stop);

  useLayoutEffect(() => {
    const details = list.current?.querySelector<HTMLElement>('[data-open=true]');
    setOpenHeight(details?.offsetHeight ?? ROW_HEIGHT);
    if (focusMoves.current) {
      focusMoves.current = false;
      list.current?.querySelector<HTMLElement>('.dhs-stop[tabindex="0"]')?.focus();
    }
  });

  const rowAt = (target: EventTarget | null) => (target as Element).closest<HTMLElement>('.dhs-row');
  const toggle = (name: string) => setOpen(now => (now === name ? '' : name));

  const onKeyDown = (event: KeyboardEvent) => {
    const secret = found[stop];
    const anchor = rowAt(event.target)?.querySelector<HTMLElement>('.dhs-stop');
    if (!secret || !anchor || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { key } = event;
    const steps: { [key: string]: number } = {
      ArrowDown: Math.min(stop + 1, found.length - 1),
      ArrowUp: Math.max(stop - 1, 0),
      Home: 0,
      End: found.length - 1
    };
    const names = found.map(({ name }) => name);
    const next = steps[key] ?? typeahead.current.next(key, names, stop);
    if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
      openMenu(secret, anchor);
    } else if (key === 'ArrowRight' || key === 'ArrowLeft') {
      setOpen(key === 'ArrowRight' ? secret.name : '');
    } else if (next >= 0) {
      focusMoves.current = true;
      setCurrent(names[next] ?? '');
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const onContextMenu = (event: MouseEvent) => {
    const row = rowAt(event.target);
    const secret = found[indexOf(row?.dataset.name ?? '')];
    const anchor = row?.querySelector<HTMLElement>('.dhs-stop');
    if (secret && anchor) {
      event.preventDefault();
      event.stopPropagation();
      openMenu(secret, anchor, { x: event.clientX, y: event.clientY });
    }
  };

  return (
    <ul
      ref={list}
      // biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets
      role="list"
      class="dhs-secrets"
      aria-label={trans.__('Secrets of %1', state.project)}
      style={drawn.all ? undefined : { position: 'relative', height: `${found.length * ROW_HEIGHT + extra}px` }}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
      onFocusIn={event => setCurrent(rowAt(event.target)?.dataset.name ?? '')}
    >
      {drawn.indexes.map(index => {
        const secret = found[index];
        return (
          secret && (
            <Row
              key={secret.name}
              store={store}
              secret={secret}
              position={{
                index,
                total: found.length,
                top: drawn.all ? undefined : index * ROW_HEIGHT + (index > opened ? extra : 0)
              }}
              isStop={index === stop}
              isOpen={secret.name === open}
              toggle={toggle}
              openMenu={openMenu}
            />
          )
        );
      })}
    </ul>
  );
}
