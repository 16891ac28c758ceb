/** What can be done with one secret: one table for the buttons of its row, its menu and the command palette. */

import type { IconName } from './icons';
import type { Trans } from './language';
import { lineOf, projectLine } from './model';
import { PYTHON_KEYWORDS, type SecretInfo } from './protocol';
import { problemOf } from './state';
import type { Store } from './store';

export interface Action {
  /** Its command is `dh-secrets:` and this. */
  id: string;
  /** Its name in the menu. */
  label(trans: Trans): string;
  /** The button that it has in the row besides, and its name there, which says whose it is. */
  button?: { icon: IconName; label(trans: Trans, name: string): string };
  /** What its menu says beside its name. */
  hint?(trans: Trans, name: string): string;
  /** Whether a secret has it; without this always. */
  isOffered?(store: Store, secret: SecretInfo): boolean;
  /** Why it cannot be done now, or an empty text. */
  disabledReason(store: Store): string;
  run(store: Store, secret: SecretInfo): unknown;
}

const withoutKernel = (store: Store) => store.state.disabledReason;
const readOnly = (store: Store) => store.readOnly;
const isRead = (_: Store, { hosts }: SecretInfo) => hosts.length === 0;
const held = (store: Store, { name }: SecretInfo) => store.state.held.filter(one => one.name === name);

const IN_KERNEL: readonly Action[] = [
  {
    id: 'put',
    label: trans => trans.__('Put into kernel'),
    button: { icon: 'insert', label: (trans, name) => trans.__('Put %1 into kernel', name) },
    hint: (trans, name) => trans.__('as %1', variableName(name)),
    isOffered: isRead,
    disabledReason: withoutKernel,
    run: (store, { name }) => store.kernel.put(name, 'variable')
  },
  {
    id: 'use',
    label: trans => trans.__('Use in notebook'),
    button: { icon: 'insert', label: (trans, name) => trans.__('Use %1 in notebook', name) },
    hint: (trans, name) => trans.__('as %1', variableName(name)),
    isOffered: (store, secret) => !isRead(store, secret),
    disabledReason: withoutKernel,
    run: (store, { name }) => store.kernel.use(name)
  },
  {
    id: 'environment',
    label: trans => trans.__('Put into environment'),
    hint: (trans, name) => trans.__('as %1', name),
    isOffered: isRead,
    disabledReason: withoutKernel,
    run: (store, { name }) => store.kernel.put(name, 'environment')
  },
  {
    id: 'put-again',
    label: trans => trans.__('Put again'),
    button: { icon: 'refresh', label: (trans, name) => trans.__('Put %1 again', name) },
    isOffered: (store, secret) => held(store, secret).some(({ state }) => state === 'old'),
    disabledReason: withoutKernel,
    run: (store, { name }) => store.kernel.putAgain(name)
  },
  {
    id: 'forget',
    label: trans => trans.__('Forget'),
    isOffered: (store, secret) => held(store, secret).length > 0,
    disabledReason: withoutKernel,
    run: (store, { name }) => store.kernel.forget(name)
  }
];

const OF_SECRET: readonly Action[] = [
  {
    id: 'copy',
    label: trans => trans.__('Copy line'),
    disabledReason: () => '',
    run: copyLine
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
    id: 'rename',
    label: trans => trans.__('Rename'),
    disabledReason: readOnly,
    run: (store, secret) => store.openDialog({ kind: 'rename', secret })
  },
  {
    id: 'copy-to-project',
    label: trans => trans.__('Copy to project'),
    disabledReason: () => '',
    run: (store, secret) => store.openDialog({ kind: 'copy', secret })
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

/** Returns all actions of a panel, in the order of the menu. */
export function allActions({ cells }: Store): Action[] {
  return [...IN_KERNEL, ...(cells ? [cells.action] : []), ...OF_SECRET];
}

/** Returns the actions that a secret has now. */
export function actionsOf(store: Store, secret: SecretInfo): Action[] {
  return allActions(store).filter(({ isOffered }) => !isOffered || isOffered(store, secret));
}

async function copyLine(store: Store, secret: SecretInfo): Promise<void> {
  const { name } = secret;
  const line = lineOf(secret);
  const { trans, cells, state } = store;
  const assumed = await assumedProject(store, name);
  if (assumed === null) {
    return;
  }
  // The widget's kernel has loaded the extension.
  const own = assumed === state.project ? [] : [projectLine(state.project)];
  const needed = cells ? cells.lines(line, state.project, assumed) : [...own, line];
  const lines = needed.length > 0 ? needed : [line];
  try {
    await navigator.clipboard.writeText(lines.join('\n'));
    store.notify(trans.__('Copied: %1', lines.join(' · ')));
  } catch {
    // The clipboard is for pages served over HTTPS or from this machine.
    store.refuse(
      name,
      trans.__('%1: the browser does not let this page copy.', name),
      trans.__('Type %1 in a cell.', lines.join(' · '))
    );
  }
}

/** Returns the project in which the notebook is where its cells say nothing; null where that cannot be known. */
export async function assumedProject(store: Store, name: string): Promise<string | null> {
  try {
    return await store.assumedProject();
  } catch (error) {
    const { message, hint } = problemOf(name, error, store.trans);
    store.refuse(name, message, hint);
    return null;
  }
}

/** Returns the variable that the kernel chooses for a secret, as `injection/names.py` says it. */
export function variableName(name: string): string {
  const word = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
  return PYTHON_KEYWORDS.includes(word) ? `${word}_` : word;
}
