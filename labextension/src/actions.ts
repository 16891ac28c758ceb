/** What can be done with one secret: the same list in its menu and in the command palette. */

import { line } from './model';
import type { SecretInfo } from './protocol';
import type { Store } from './store';

export type Action = 'put' | 'environment' | 'copy' | 'replace' | 'edit' | 'delete';

export const ACTIONS: readonly Action[] = ['put', 'environment', 'copy', 'replace', 'edit', 'delete'];

export function label(store: Store, action: Action): string {
  const { trans } = store;
  switch (action) {
    case 'put':
      return trans.__('Put into kernel');
    case 'environment':
      return trans.__('Put into environment');
    case 'copy':
      return trans.__('Copy line');
    case 'replace':
      return trans.__('Replace value');
    case 'edit':
      return trans.__('Edit');
    case 'delete':
      return trans.__('Delete');
  }
}

/** Why an action cannot be done now, or an empty text. */
export function disabledReason(store: Store, action: Action): string {
  switch (action) {
    case 'put':
    case 'environment':
      return store.state.disabledReason;
    case 'copy':
      return '';
    default:
      return store.readOnly;
  }
}

/** Does an action, or opens its dialog; one that is disabled says why. */
export async function run(store: Store, action: Action, secret: SecretInfo): Promise<void> {
  const { name } = secret;
  const reason = disabledReason(store, action);
  if (reason) {
    store.refuse(name, `${name}: ${reason}`, '');
  } else if (action === 'put') {
    await store.put(name, 'variable');
  } else if (action === 'environment') {
    await store.put(name, 'environment');
  } else if (action === 'copy') {
    await copy(store, name);
  } else {
    store.openDialog({ kind: action, secret });
  }
}

async function copy(store: Store, name: string): Promise<void> {
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
