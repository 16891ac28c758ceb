/**
 * The panel's view, one for the side panel and for the widget. It knows nothing of JupyterLab but its CSS variables.
 *
 * `mount(element, store)` shows it and returns what takes it away again.
 */

import { type FunctionComponent, render } from 'preact';
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { actionsOf, hintOf, run } from './actions';
import { arrange } from './arrange';
import { OpenDialog } from './forms';
import { ADD, Icon } from './icons';
import type { Trans } from './language';
import { List } from './list';
import { Menu } from './menu';
import { Notices } from './notices';
import { ProjectBox } from './projectbox';
import { ProjectNote } from './projectnote';
import type { SecretInfo } from './protocol';
import type { Dialog } from './state';
import type { Store } from './store';
import { TitleBar } from './titlebar';

/** What a panel has of the page around it. */
export interface Surroundings {
  /** Its name as a landmark; a page can have several panels. */
  name(project: string): string;
  /** Its tools in the title bar besides. */
  Tools?: FunctionComponent;
  /** What it says among the notices. */
  AmongNotices?: FunctionComponent;
}

/** Puts the panel into an element; the returned function takes it out and ends the store. */
export function mount(element: HTMLElement, store: Store, around: Surroundings): () => void {
  render(<View store={store} around={around} />, element);
  return () => {
    render(null, element);
    store.dispose();
  };
}

interface OpenMenu {
  secret: SecretInfo;
  anchor: HTMLElement;
  at?: { x: number; y: number } | undefined;
}

function View({ store, around }: { store: Store; around: Surroundings }) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const region = useRef<HTMLElement>(null);
  const { trans, state } = store;
  const { dialog, secrets, search, order } = state;
  const found = useMemo(() => arrange(secrets ?? [], search, order), [secrets, search, order]);
  const isEmpty = secrets?.length === 0;
  useEffect(() => store.subscribe(() => draw(undefined)), [store]);
  useEffect(() => watchInView(region.current, store), [store]);

  return (
    <section
      ref={region}
      class="dh-secrets"
      aria-label={around.name(state.project)}
      aria-busy={secrets === null}
      onDragOver={takeFile}
      onDrop={event => dropFile(event, store)}
    >
      <TitleBar store={store} shown={found.length} hasHelp={!isEmpty}>
        {around.Tools && <around.Tools />}
      </TitleBar>
      <ProjectBox store={store} />
      <ProjectNote store={store} />
      <div class="dhs-bar">
        <input
          class="dhs-input"
          type="search"
          aria-label={trans.__('Search secrets')}
          placeholder={trans.__('Search')}
          value={state.search}
          onInput={event => store.setSearch(event.currentTarget.value)}
        />
        {isEmpty && <Greeting trans={trans} />}
        <Opener store={store} dialog={{ kind: 'add' }} label={trans.__('Add secret')} />
        <Opener store={store} dialog={{ kind: 'import', dropped: null }} label={trans.__('Import .env')} />
        {isEmpty && <Opener store={store} dialog={{ kind: 'help' }} label={trans.__('Help')} />}
      </div>
      <List store={store} found={found} openMenu={(secret, anchor, at) => setMenu({ secret, anchor, at })} />
      <Notices store={store}>{around.AmongNotices && <around.AmongNotices />}</Notices>
      {menu && (
        <Menu
          label={trans.__('Actions for %1', menu.secret.name)}
          items={actionsOf(store, menu.secret).map(action => ({
            label: trans.__(action.label),
            hint: hintOf(action, trans, menu.secret.name),
            disabledReason: action.disabledReason(store),
            run: () => void run(store, action, menu.secret)
          }))}
          anchor={menu.anchor}
          at={menu.at}
          close={() => setMenu(null)}
        />
      )}
      {dialog && <OpenDialog store={store} dialog={dialog} />}
    </section>
  );
}

/** A button that opens a dialog; the one to add is the first thing to do here. */
function Opener({ store, dialog, label }: { store: Store; dialog: Dialog; label: string }) {
  const { kind } = dialog;
  const reason = kind === 'help' ? '' : store.readOnly;
  return (
    <button
      type="button"
      class={kind === 'add' ? 'dhs-button dhs-primary' : 'dhs-button'}
      aria-disabled={reason !== ''}
      title={reason}
      onClick={() => {
        if (!reason) {
          store.openDialog(dialog);
        }
      }}
    >
      {kind === 'add' && <Icon path={ADD} />}
      {label}
    </button>
  );
}

/** What a project without secrets says. */
function Greeting({ trans }: { trans: Trans }) {
  return (
    <div class="dhs-greeting">
      <p class="dhs-heading">{trans.__('This project has no secrets yet.')}</p>
      <p>
        {trans.__(
          'A secret is a named value of a project, such as a password or an API key. Notebooks read it with %secret get NAME, and show [secret:NAME] in its place. A saved value is never shown here again.'
        )}
      </p>
    </div>
  );
}

function takeFile(event: DragEvent): void {
  if (event.dataTransfer?.types.includes('Files')) {
    event.preventDefault();
  }
}

/** A file that is dropped on the panel is offered for import. */
function dropFile(event: DragEvent, store: Store): void {
  const dropped = event.dataTransfer?.files[0];
  if (dropped) {
    event.preventDefault();
    event.stopPropagation();
    if (!store.readOnly && !store.state.dialog) {
      store.openDialog({ kind: 'import', dropped });
    }
  }
}

/** Tells the store whether the panel can be seen. */
function watchInView(element: HTMLElement | null, store: Store): () => void {
  if (!element) {
    return () => undefined;
  }
  let onScreen = false;
  const update = () => store.setInView(onScreen && document.visibilityState === 'visible');
  const observer = new IntersectionObserver(entries => {
    onScreen = entries.some(entry => entry.isIntersecting);
    update();
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', update);
  return () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', update);
  };
}
