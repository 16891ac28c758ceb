/**
 * The panel: one view for the side panel and for the widget. It knows nothing of JupyterLab but its CSS variables.
 *
 * `mount(element, store)` shows it and returns what takes it away again.
 */

import { render } from 'preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { ProjectBox } from './combobox';
import { Dialogs, type Open } from './dialog';
import { Icon } from './icons';
import { type Item, Menu } from './menu';
import { explain, Problem, Waiting } from './messages';
import { expired, line, matches, type SecretInfo } from './model';
import type { Store } from './store';

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
  const [dialog, setDialog] = useState<Open | null>(null);
  const [menu, setMenu] = useState<{ secret: SecretInfo; anchor: HTMLElement } | null>(null);
  const region = useRef<HTMLElement>(null);
  useEffect(() => store.subscribe(() => draw(undefined)), [store]);
  useEffect(() => watchInView(region.current, store), [store]);
  const { t, state } = store;
  const readOnly = state.status?.writable === false ? t('You may not change the secrets of this project.') : '';

  return (
    <section ref={region} class="dh-secrets" aria-label={t('Secrets')} aria-busy={state.secrets === null}>
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
          aria-label={t('Search secrets')}
          placeholder={t('Search')}
          value={state.search}
          onInput={event => store.setSearch(event.currentTarget.value)}
        />
        <button
          type="button"
          class="dhs-button dhs-primary"
          aria-disabled={readOnly !== ''}
          title={readOnly}
          onClick={() => (readOnly ? store.refuse(state.project, readOnly, askFor(store)) : setDialog({ kind: 'add' }))}
        >
          <Icon name="add" />
          {t('Add secret')}
        </button>
      </div>
      {readOnly && (
        <p class="dhs-note">
          {readOnly} {askFor(store)}
        </p>
      )}
      {state.putBlocked && <p class="dhs-note">{state.putBlocked}</p>}
      {!dialog && <Problem store={store} />}
      {!dialog && <Waiting store={store} />}
      <List store={store} openMenu={(secret, anchor) => setMenu({ secret, anchor })} />
      {menu && (
        <Menu
          label={t('Actions for %1', menu.secret.name)}
          items={actions(store, menu.secret, readOnly, setDialog)}
          anchor={menu.anchor}
          close={() => setMenu(null)}
        />
      )}
      {dialog && (
        <Dialogs
          store={store}
          open={dialog}
          close={() => {
            setDialog(null);
            keepFocus(region.current);
          }}
        />
      )}
    </section>
  );
}

function askFor(store: Store): string {
  return store.t('Ask whoever runs this place for the right to write (%1).', store.state.status?.place ?? '');
}

/** What can be done with a secret. An action that is blocked is chosen all the same, and says why. */
function actions(store: Store, secret: SecretInfo, readOnly: string, open: (dialog: Open) => void): Item[] {
  const { t, state } = store;
  const { name } = secret;
  const write = (label: string, kind: 'replace' | 'edit' | 'delete'): Item => ({
    label,
    blocked: readOnly,
    run: () => (readOnly ? store.refuse(name, `${name}: ${readOnly}`, askFor(store)) : open({ kind, secret }))
  });
  return [
    { label: t('Put into kernel'), blocked: state.putBlocked, run: () => void store.put(name, 'variable') },
    { label: t('Put into environment'), blocked: state.putBlocked, run: () => void store.put(name, 'environment') },
    { label: t('Copy line'), blocked: '', run: () => void copy(store, name) },
    write(t('Replace value'), 'replace'),
    write(t('Edit'), 'edit'),
    write(t('Delete'), 'delete')
  ];
}

function List({ store, openMenu }: { store: Store; openMenu(secret: SecretInfo, anchor: HTMLElement): void }) {
  const { t, state } = store;
  const { secrets, search, listProblem } = state;
  const found = secrets?.filter(secret => matches(secret, search)) ?? [];
  return (
    <div class="dhs-list">
      {listProblem && (
        <div class="dhs-problem" role="alert">
          <span>{explain(listProblem)}</span>
          <button type="button" class="dhs-button" onClick={() => void store.refresh()}>
            {t('Try again')}
          </button>
        </div>
      )}
      {secrets === null && !listProblem && <p class="dhs-empty">{t('Loading…')}</p>}
      {secrets?.length === 0 && (
        <p class="dhs-empty">
          {t('This project has no secrets yet. Add one here, or type %secret set NAME in a notebook.')}
        </p>
      )}
      {secrets !== null && secrets.length > 0 && found.length === 0 && (
        <p class="dhs-empty">{t('No secret matches “%1”.', search)}</p>
      )}
      <ul role="list" class="dhs-secrets" aria-label={t('Secrets of %1', state.project)}>
        {found.map(secret => (
          <Row key={secret.name} store={store} secret={secret} openMenu={openMenu} />
        ))}
      </ul>
    </div>
  );
}

interface RowProps {
  store: Store;
  secret: SecretInfo;
  openMenu(secret: SecretInfo, anchor: HTMLElement): void;
}

function Row({ store, secret, openMenu }: RowProps) {
  const { t, state } = store;
  const { name, description, labels, expires, updated, updated_by } = secret;
  const over = expired(secret);
  return (
    <li class="dhs-row">
      <div class="dhs-head">
        <span class="dhs-name">{name}</span>
        <button
          type="button"
          class="dhs-icon-button"
          aria-label={t('Put %1 into kernel', name)}
          aria-disabled={state.putBlocked !== ''}
          title={state.putBlocked || t('Put into kernel')}
          onClick={() => void store.put(name, 'variable')}
        >
          <Icon name="insert" />
        </button>
        <button
          type="button"
          class="dhs-icon-button"
          aria-label={t('Actions for %1', name)}
          aria-haspopup="menu"
          title={t('Actions')}
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
              {over ? t('Expired on %1', expires) : t('Expires on %1', expires)}
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
          <time dateTime={updated} title={new Date(updated).toLocaleString()}>
            {updated_by ? t('Updated %1 by %2', shortDate(updated), updated_by) : t('Updated %1', shortDate(updated))}
          </time>
        </p>
      )}
    </li>
  );
}

function shortDate(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

async function copy(store: Store, name: string): Promise<void> {
  const text = line(name);
  try {
    await navigator.clipboard.writeText(text);
    store.notify(store.t('Copied: %1', text));
  } catch {
    // The clipboard is for pages served over HTTPS or from this machine.
    store.refuse(
      name,
      store.t('%1: the browser does not let this page copy.', name),
      store.t('Type %1 in a cell.', text)
    );
  }
}

/** After a dialog the focus is where it was; if that is gone, as after a deletion, in the search field. */
function keepFocus(region: HTMLElement | null): void {
  requestAnimationFrame(() => {
    if (region && region.ownerDocument.activeElement === region.ownerDocument.body) {
      region.querySelector<HTMLElement>('input[type=search]')?.focus();
    }
  });
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
