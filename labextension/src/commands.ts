/** The commands of the palette: every action of the panel, under the name that it has there. */

import { type Action, actionsOf, allActions, run } from './actions';
import type { Dialog } from './state';
import type { Store } from './store';

export const SHOW = 'dh-secrets:show';

interface Command {
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
  // In the palette there is nothing around it that says of what.
  const label = (action: Action) => trans.__('Secret: %1', trans.__(action.label));
  const act = async (action: Action) => {
    show();
    await store.refresh();
    const secrets = store.state.secrets ?? [];
    const chosen = await choose(
      label(action),
      secrets.filter(secret => actionsOf(store, secret).includes(action)).map(({ name }) => name)
    );
    const secret = secrets.find(({ name }) => name === chosen);
    if (secret) {
      await run(store, action, secret);
    }
  };
  const open = (dialog: Dialog) => () => {
    show();
    store.openDialog(dialog);
  };
  return [
    { id: SHOW, label: trans.__('Show secrets'), execute: show },
    { id: 'dh-secrets:add', label: trans.__('Add secret'), execute: open({ kind: 'add' }) },
    { id: 'dh-secrets:import', label: trans.__('Import .env'), execute: open({ kind: 'import', dropped: null }) },
    ...allActions(store).map(action => ({
      id: `dh-secrets:${action.id}`,
      label: label(action),
      execute: () => act(action)
    }))
  ];
}
