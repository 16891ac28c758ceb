/** Asks which of several secrets is meant: a list that is narrowed by typing. */

import { render } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from './button';
import type { Trans } from './language';

interface Props {
  trans: Trans;
  title: string;
  names: readonly string[];
  /** Is called once: null where none was chosen. */
  chosen(name: string | null): void;
}

/** Opens the dialog in an element; resolves to the name, or to null where none is chosen. */
export function choose(
  element: HTMLElement,
  trans: Trans,
  title: string,
  names: readonly string[]
): Promise<string | null> {
  const host = element.appendChild(document.createElement('div'));
  host.className = 'dh-secrets dhs-chooser';
  return new Promise(resolve => {
    const chosen = (name: string | null) => {
      render(null, host);
      host.remove();
      resolve(name);
    };
    render(<Chooser trans={trans} title={title} names={names} chosen={chosen} />, host);
  });
}

function Chooser({ trans, title, names, chosen }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [search, setSearch] = useState('');
  const [marked, setMarked] = useState(0);
  const found = names.filter(name => name.toLowerCase().includes(search.toLowerCase()));
  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: for each that is marked
  useLayoutEffect(() => {
    dialog.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [marked]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      setMarked((marked + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      chosen(found[marked] ?? null);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <dialog ref={dialog} class="dhs-dialog" aria-label={title} onCancel={() => chosen(null)}>
      <h2 class="dhs-title">{title}</h2>
      <input
        class="dhs-input"
        role="combobox"
        autofocus
        autocomplete="off"
        spellcheck={false}
        placeholder={trans.__('Search')}
        aria-label={trans.__('Search secrets')}
        aria-autocomplete="list"
        aria-expanded="true"
        aria-controls="dhs-choices"
        aria-activedescendant={found.length > 0 ? `dhs-choice-${marked}` : undefined}
        onInput={({ currentTarget }) => {
          setSearch(currentTarget.value.trim());
          setMarked(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="dhs-choices" class="dhs-choices" role="listbox" aria-label={trans.__('Secrets')}>
        {found.map((name, index) => (
          <div
            key={name}
            id={`dhs-choice-${index}`}
            role="option"
            tabIndex={-1}
            class="dhs-item"
            aria-selected={index === marked}
            onMouseDown={() => chosen(name)}
          >
            {name}
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="dhs-empty">{trans.__('No secret matches “%1”.', search)}</p>}
      <div class="dhs-buttons">
        <Button onClick={() => chosen(null)}>{trans.__('Cancel')}</Button>
      </div>
    </dialog>
  );
}
