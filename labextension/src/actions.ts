/** What can be done with one secret: one table for the buttons of its row, its menu and the command palette. */

import type { IconName } from './icons';
import type { Trans } from './language';
import { line } from './model';
import type { SecretInfo } from './protocol';
import type { Store } from './store';

export interface Action {
  /** Its command is `dh-secrets:` and this. */
  id: string;
  /** Its name in the menu. */
  label(trans: Trans): string;
  /** The button that it has in the row besides, and its name there, which says whose it is. */
  button?: { icon: IconName; label(trans: Trans, name: string): string };
  /** Why it cannot be done now, or an empty text. */
  disabledReason(store: Store): string;
  run(store: Store, secret: SecretInfo): unknown;
}

const withoutKernel = (store: Store) => store.state.disabledReason;
const readOnly = (store: Store) => store.readOnly;

/** In the order of the menu. */
export const ACTIONS: readonly Action[] = [
  {
    id: 'put',
    label: trans => trans.__('Put into kernel'),
    button: { icon: 'insert', label: (trans, name) => trans.__('Put %1 into kernel', name) },
    disabledReason: withoutKernel,
    run: (store, { name }) => store.put(name, 'variable')
  },
  {
    id: 'environment',
    label: trans => trans.__('Put into environment'),
    disabledReason: withoutKernel,
    run: (store, { name }) => store.put(name, 'environment')
  },
  {
    id: 'copy',
    label: trans => trans.__('Copy line'),
    disabledReason: () => '',
    run: (store, { name }) => copyLine(store, name)
  },
  {
    id: 'replace',
    label: trans => trans.__('Replace value'),
    disabledReason: readOnly,
    run: (store, secret) => store.openDialog({ kind: 'replace', secret })
  },
  {
    id: 'edit',
    label: trans => trans.__('Edit'),
    disabledReason: readOnly,
    run: (store, secret) => store.openDialog({ kind: 'edit', secret })
  },
  {
    id: 'delete',
    label: trans => trans.__('Delete'),
    disabledReason: readOnly,
    run: (store, secret) => store.openDialog({ kind: 'delete', secret })
  }
];

/** Does an action, or opens its dialog; one that is disabled says why. */
export async function run(store: Store, action: Action, secret: SecretInfo): Promise<void> {
  const reason = action.disabledReason(store);
  if (reason) {
    store.refuse(secret.name, `${secret.name}: ${reason}`, '');
  } else {
    await action.run(store, secret);
  }
}

async function copyLine(store: Store, name: string): Promise<void> {
  const text = line(name);
  try {
    await navigator.clipboard.writeText(text);
    store.notify(store.trans.__('Copied: %1', text));
  } catch {
    // The clipboard is for pages served over HTTPS or from this machine.
    store.refuse(
      name,
      store.trans.__('%1: the browser does not let this page copy.', name),
      store.trans.__('Type %1 in a cell.', text)
    );
  }
}
