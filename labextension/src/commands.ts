/** The commands of the palette: every action of the panel under the name that it has there. */

import { ACTIONS, type Action, actionsOf, run } from './actions';
import type { Store } from './store';

export interface Command {
  id: string;
  label: string;
  execute(): Promise<void> | void;
}

/**
 * Returns the commands; those of one secret ask which.
 *
 * `show` brings the panel to the front; `choose` asks for one of several names, and resolves to null where none is chosen.
 */
export function commands(
  store: Store,
  show: () => void,
  choose: (title: string, names: string[]) => Promise<string | null>
): Command[] {
  const { trans } = store;
  const act = async (action: Action) => {
    show();
    await store.refresh();
    const secrets = store.state.secrets ?? [];
    const chosen = await choose(
      action.label(trans),
      secrets.filter(secret => actionsOf(store, secret).includes(action)).map(({ name }) => name)
    );
    const secret = secrets.find(({ name }) => name === chosen);
    if (secret) {
      await run(store, action, secret);
    }
  };
  const add = () => {
    show();
    store.openDialog({ kind: 'add' });
  };
  return [
    { id: 'dh-secrets:show', label: trans.__('Show secrets'), execute: show },
    { id: 'dh-secrets:add', label: trans.__('Add secret'), execute: add },
    ...ACTIONS.map(action => ({
      id: `dh-secrets:${action.id}`,
      label: action.label(trans),
      execute: () => act(action)
    }))
  ];
}
