/**
 * The panel's view, one for the side panel and for the widget. It knows nothing of JupyterLab but its CSS variables.
 *
 * `mount(element, store)` shows it and returns what takes it away again.
 */

import { render } from 'preact';
import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { ACTIONS, disabledReason, label, run } from './actions';
import { OpenDialog } from './forms';
import { Icon } from './icons';
import { List } from './list';
import { Menu } from './menu';
import { Problem, Waiting } from './notices';
import { ProjectBox } from './projectbox';
import type { SecretInfo } from './protocol';
import type { Store } from './store';

/** Puts the panel into an element; the returned function takes it out and ends the store. */
export function mount(element: HTMLElement, store: Store): () => void {
  render(<View store={store} />, element);
  return () => {
    render(null, element);
    store.dispose();
  };
}

function View({ store }: { store: Store }) {
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
