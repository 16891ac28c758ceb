/**
 * The panel: one view for the side panel and for the widget. It knows nothing of JupyterLab but its CSS variables.
 *
 * `mount(element, store)` shows it and returns what takes it away again.
 */

import { render } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { ACTIONS, disabledReason, label, run } from './actions';
import { OpenDialog } from './dialogs';
import { Icon } from './icons';
import { Menu } from './menu';
import { explain, Problem, Waiting } from './messages';
import { changedElsewhere, expired, matches, type SecretInfo, type Trans } from './model';
import { ProjectBox } from './projectbox';
import type { Store } from './store';

// Made once: to make one takes longer than to draw a row.
const MINUTES = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const SECONDS = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Puts the panel into an element; the returned function takes it out and ends the store. */
export function mount(element: HTMLElement, store: Store): () => void {
  render(<Panel store={store} />, element);
  return () => {
    render(null, element);
    store.dispose();
  };
}

function Panel({ store }: { store: Store }) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [menu, setMenu] = useState<{ secret: SecretInfo; anchor: HTMLElement } | null>(null);
  const openMenu = useCallback((secret: SecretInfo, anchor: HTMLElement) => setMenu({ secret, anchor }), []);
  const region = useRef<HTMLElement>(null);
  const { trans, state } = store;
  const { dialog } = state;
  useEffect(() => store.subscribe(() => draw(undefined)), [store]);
  useEffect(() => watchInView(region.current, store), [store]);

  return (
    <section ref={region} class="dh-secrets" aria-label={trans.__('Secrets')} aria-busy={state.secrets === null}>
      <ProjectBox store={store} />
      {state.status && (
        <p class="dhs-place">
          {state.status.provider} · {state.status.place}
        </p>
      )}
      <div class="dhs-bar">
        <input
          class="dhs-input"
          type="search"
          aria-label={trans.__('Search secrets')}
          placeholder={trans.__('Search')}
          value={state.search}
          onInput={event => store.setSearch(event.currentTarget.value)}
        />
        <button
          type="button"
          class="dhs-button dhs-primary"
          aria-disabled={store.readOnly !== ''}
          title={store.readOnly}
          onClick={() => {
            if (!store.readOnly) {
              store.openDialog({ kind: 'add' });
            }
          }}
        >
          <Icon name="add" />
          {trans.__('Add secret')}
        </button>
      </div>
      {store.readOnly && <p class="dhs-note">{store.readOnly}</p>}
      {state.disabledReason && <p class="dhs-note">{state.disabledReason}</p>}
      {!dialog && <Problem store={store} />}
      {!dialog && <Waiting store={store} />}
      <List store={store} openMenu={openMenu} />
      {menu && (
        <Menu
          label={trans.__('Actions for %1', menu.secret.name)}
          items={ACTIONS.map(action => ({
            label: label(store, action),
            disabledReason: disabledReason(store, action),
            run: () => void run(store, action, menu.secret)
          }))}
          anchor={menu.anchor}
          close={() => setMenu(null)}
        />
      )}
      {dialog && <OpenDialog store={store} dialog={dialog} />}
    </section>
  );
}

function List({ store, openMenu }: { store: Store; openMenu(secret: SecretInfo, anchor: HTMLElement): void }) {
  const { trans, state } = store;
  const { project, secrets, search, listProblem, disabledReason } = state;
  const found = useMemo(() => secrets?.filter(secret => matches(secret, search)) ?? [], [secrets, search]);
  // Long lists are compared only when something in them may have changed.
  const rows = useMemo(
    () => (
      // biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets
      <ul role="list" class="dhs-secrets" aria-label={trans.__('Secrets of %1', project)}>
        {found.map(secret => (
          <Row key={secret.name} store={store} secret={secret} disabledReason={disabledReason} openMenu={openMenu} />
        ))}
      </ul>
    ),
    [found, project, disabledReason, store, trans, openMenu]
  );
  return (
    <div class="dhs-list">
      {listProblem && (
        <div class="dhs-problem" role="alert">
          <span>{explain(listProblem)}</span>
          <button type="button" class="dhs-button" onClick={() => void store.tryAgain()}>
            {trans.__('Try again')}
          </button>
        </div>
      )}
      {secrets === null && !listProblem && <p class="dhs-empty">{trans.__('Loading…')}</p>}
      {secrets?.length === 0 && (
        <p class="dhs-empty">
          {trans.__('This project has no secrets yet. Add one here, or type %secret set NAME in a notebook.')}
        </p>
      )}
      {secrets !== null && secrets.length > 0 && found.length === 0 && (
        <p class="dhs-empty">{trans.__('No secret matches “%1”.', search)}</p>
      )}
      {rows}
    </div>
  );
}

interface RowProps {
  store: Store;
  secret: SecretInfo;
  /** Why it cannot be put into a kernel, or empty. */
  disabledReason: string;
  openMenu(secret: SecretInfo, anchor: HTMLElement): void;
}

function Row({ store, secret, disabledReason, openMenu }: RowProps) {
  const { trans } = store;
  const { name, description, labels, expires, updated } = secret;
  const over = expired(secret);
  const row = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    const element = row.current;
    return () => {
      // A row that goes away with the focus in it hands it on, or the keyboard would start at the page's top.
      if (element?.contains(element.ownerDocument.activeElement)) {
        element.closest('.dh-secrets')?.querySelector<HTMLElement>('input[type=search]')?.focus();
      }
    };
  }, []);
  return (
    <li ref={row} class="dhs-row">
      <div class="dhs-head">
        <span class="dhs-name">{name}</span>
        <button
          type="button"
          class="dhs-icon-button"
          aria-label={trans.__('Put %1 into kernel', name)}
          aria-disabled={disabledReason !== ''}
          title={disabledReason || trans.__('Put into kernel')}
          onClick={() => void run(store, 'put', secret)}
        >
          <Icon name="insert" />
        </button>
        <button
          type="button"
          class="dhs-icon-button"
          aria-label={trans.__('Actions for %1', name)}
          aria-haspopup="menu"
          title={trans.__('Actions')}
          onClick={event => openMenu(secret, event.currentTarget)}
        >
          <Icon name="more" />
        </button>
      </div>
      {description && <p class="dhs-text">{description}</p>}
      {(labels.length > 0 || expires) && (
        <p class="dhs-tags">
          {expires && (
            <span class={over ? 'dhs-tag dhs-over' : 'dhs-tag'}>
              {over ? trans.__('Expired on %1', expires) : trans.__('Expires on %1', expires)}
            </span>
          )}
          {labels.map(label => (
            <span key={label} class="dhs-tag">
              {label}
            </span>
          ))}
        </p>
      )}
      {updated && (
        <p class="dhs-hint">
          <time dateTime={updated} title={SECONDS.format(new Date(updated))}>
            {lastChange(trans, secret, MINUTES.format(new Date(updated)))}
          </time>
        </p>
      )}
    </li>
  );
}

/** When a secret was changed last, and by whom where that is known. */
function lastChange(trans: Trans, secret: SecretInfo, when: string): string {
  if (secret.updated_by) {
    return trans.__('Updated %1 by %2', when, secret.updated_by);
  }
  return changedElsewhere(secret) ? trans.__('Updated %1, changed elsewhere', when) : trans.__('Updated %1', when);
}

/** Tells the store whether the panel can be seen. */
function watchInView(element: HTMLElement | null, store: Store): () => void {
  if (!element) {
    return () => undefined;
  }
  let onScreen = false;
  const tell = () => store.setInView(onScreen && document.visibilityState === 'visible');
  const observer = new IntersectionObserver(entries => {
    onScreen = entries.some(entry => entry.isIntersecting);
    tell();
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', tell);
  return () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', tell);
  };
}
