/** What can be done with one secret: one table for the buttons of its row, its menu and the command palette. */

import { INSERT, REFRESH } from './icons';
import type { KernelActions } from './inkernel';
import { type Trans, wording } from './language';
import { lineOf, type Place, projectLine } from './model';
import { PYTHON_KEYWORDS, type SecretInfo } from './protocol';
import { type Dialog, type DialogOfSecret, problemOf, type State } from './state';

/** What an action has of the panel that shows the secret. */
export interface Panel {
  readonly state: State;
  readonly trans: Trans;
  /** Why the project's secrets cannot be changed, or empty. */
  readonly readOnly: string;
  readonly kernel: KernelActions;
  /** Those of the notebook in front; null in a panel that cannot know them. */
  readonly cells: Cells | null;
  openDialog(dialog: Dialog): void;
  notify(message: string): void;
  refuse(name: string, message: string, hint: string): void;
  /** Resolves to the project in which the notebook is where its cells say nothing. */
  assumedProject(): Promise<string>;
}

export interface Action {
  /** Its command is `dh-secrets:` and this. */
  id: string;
  /** Its name in the menu. */
  label: string;
  /** The button that it has in the row besides, and its name there, in which `%1` stands for the secret's. */
  button?: { icon: string; label: string };
  /** Returns what the secret is called where it is put. */
  target?(name: string): string;
  /** Whether a secret has it; without this always. */
  isOffered?(panel: Panel, secret: SecretInfo): boolean;
  /** Why it cannot be done now, or an empty text. */
  disabledReason(panel: Panel): string;
  run(panel: Panel, secret: SecretInfo): unknown;
}

/** The cells of the notebook in front. */
export interface Cells {
  /** What inserts a secret into them. */
  readonly action: Action;
  /** Returns what a cell needs and has not yet so that a line with a secret of a project can stand there. */
  lines(line: string, project: string, assumed: string): string[];
  /** Inserts them where the cursor is, or where they were dropped, and returns them. */
  insert(line: string, project: string, assumed: string, place?: Place): string[];
}

const withoutKernel = (panel: Panel) => panel.state.disabledReason;
const readOnly = (panel: Panel) => panel.readOnly;
const isRead = (_: Panel, { hosts }: SecretInfo) => hosts.length === 0;
const held = (panel: Panel, { name }: SecretInfo) => panel.state.held.filter(one => one.name === name);

const opens = (kind: DialogOfSecret['kind']) => (panel: Panel, secret: SecretInfo) =>
  panel.openDialog({ kind, secret });

const IN_KERNEL: readonly Action[] = [
  {
    id: 'put',
    label: wording('Put into kernel'),
    button: { icon: INSERT, label: wording('Put %1 into kernel') },
    target: variableName,
    isOffered: isRead,
    disabledReason: withoutKernel,
    run: (panel, { name }) => panel.kernel.put(name, 'variable')
  },
  {
    id: 'use',
    label: wording('Use in notebook'),
    button: { icon: INSERT, label: wording('Use %1 in notebook') },
    target: variableName,
    isOffered: (panel, secret) => !isRead(panel, secret),
    disabledReason: withoutKernel,
    run: (panel, { name }) => panel.kernel.use(name)
  },
  {
    id: 'environment',
    label: wording('Put into environment'),
    target: name => name,
    isOffered: isRead,
    disabledReason: withoutKernel,
    run: (panel, { name }) => panel.kernel.put(name, 'environment')
  },
  {
    id: 'put-again',
    label: wording('Put again'),
    button: { icon: REFRESH, label: wording('Put %1 again') },
    isOffered: (panel, secret) => held(panel, secret).some(({ state }) => state === 'old'),
    disabledReason: withoutKernel,
    run: (panel, { name }) => panel.kernel.putAgain(name)
  },
  {
    id: 'forget',
    label: wording('Forget'),
    isOffered: (panel, secret) => held(panel, secret).length > 0,
    disabledReason: withoutKernel,
    run: (panel, { name }) => panel.kernel.forget(name)
  }
];

const OF_SECRET: readonly Action[] = [
  {
    id: 'copy',
    label: wording('Copy line'),
    disabledReason: () => '',
    run: copyLine
  },
  {
    id: 'replace',
    label: wording('Replace value'),
    disabledReason: readOnly,
    run: opens('replace')
  },
  {
    id: 'edit',
    label: wording('Edit'),
    disabledReason: readOnly,
    run: opens('edit')
  },
  {
    id: 'rename',
    label: wording('Rename'),
    disabledReason: readOnly,
    run: opens('rename')
  },
  {
    id: 'copy-to-project',
    label: wording('Copy to project'),
    disabledReason: () => '',
    run: opens('copy')
  },
  {
    id: 'delete',
    label: wording('Delete'),
    disabledReason: readOnly,
    run: opens('delete')
  }
];

/** Does an action, or opens its dialog; one that is disabled says why. */
export async function run(panel: Panel, action: Action, secret: SecretInfo): Promise<void> {
  const reason = action.disabledReason(panel);
  if (reason) {
    panel.refuse(secret.name, `${secret.name}: ${reason}`, '');
  } else {
    await action.run(panel, secret);
  }
}

/** Returns what its menu says beside an action's name: what the secret is called where it is put. */
export function hintOf({ target }: Action, trans: Trans, name: string): string {
  return target ? trans.__('as %1', target(name)) : '';
}

/** Returns all actions of a panel, in the order of the menu. */
export function allActions({ cells }: Panel): Action[] {
  return [...IN_KERNEL, ...(cells ? [cells.action] : []), ...OF_SECRET];
}

/** Returns the actions that a secret has now. */
export function actionsOf(panel: Panel, secret: SecretInfo): Action[] {
  return allActions(panel).filter(({ isOffered }) => !isOffered || isOffered(panel, secret));
}

async function copyLine(panel: Panel, secret: SecretInfo): Promise<void> {
  const { name } = secret;
  const line = lineOf(secret);
  const { trans, cells, state } = panel;
  const assumed = await assumedProject(panel, name);
  if (assumed === null) {
    return;
  }
  // The widget's kernel has loaded the extension.
  const own = assumed === state.project ? [] : [projectLine(state.project)];
  const needed = cells ? cells.lines(line, state.project, assumed) : [...own, line];
  const lines = needed.length > 0 ? needed : [line];
  try {
    await navigator.clipboard.writeText(lines.join('\n'));
    panel.notify(trans.__('Copied: %1', lines.join(' · ')));
  } catch {
    // The clipboard is for pages served over HTTPS or from this machine.
    panel.refuse(
      name,
      trans.__('%1: the browser does not let this page copy.', name),
      trans.__('Type %1 in a cell.', lines.join(' · '))
    );
  }
}

/** Returns the project in which the notebook is where its cells say nothing; null where that cannot be known. */
export async function assumedProject(panel: Panel, name: string): Promise<string | null> {
  try {
    return await panel.assumedProject();
  } catch (error) {
    const { message, hint } = problemOf(name, error, panel.trans);
    panel.refuse(name, message, hint);
    return null;
  }
}

/** Returns the variable that the kernel chooses for a secret, as `injection/names.py` says it. */
export function variableName(name: string): string {
  const word = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
  return PYTHON_KEYWORDS.includes(word) ? `${word}_` : word;
}
