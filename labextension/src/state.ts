/** What a panel shows. It holds no value, not even while one is sent. */

import type { Order } from './arrange';
import { type Trans, wording } from './language';
import { type Front, type Held, ReportedError, RequestError, type Status } from './model';
import type { Reason, SecretInfo } from './protocol';
import type { Need } from './responses';

/** What went wrong, with the name of the secret or project that it is about. */
export interface Problem {
  subject: string;
  message: string;
  reason: Reason;
  hint: string;
}

/** A dialog for one secret. */
export interface DialogOfSecret {
  kind: 'replace' | 'edit' | 'rename' | 'copy' | 'delete';
  secret: SecretInfo;
}

/** Which dialog is open. */
export type Dialog =
  | { kind: 'add'; name?: string; about?: string }
  | { kind: 'help' }
  | { kind: 'import'; dropped: File | null }
  | DialogOfSecret;

/** All that the view shows. `secrets` is null until the project's list has come. */
export interface State {
  readonly project: string;
  readonly projects: readonly string[];
  readonly status: Status | null;
  readonly secrets: readonly SecretInfo[] | null;
  readonly search: string;
  readonly order: Order;
  /** Why the list cannot be shown, or is no longer up to date. */
  readonly listProblem: Problem | null;
  /** Why the last action did not happen. */
  readonly problem: Problem | null;
  /** What the last action did. */
  readonly notice: string;
  /** What is being waited for, once it takes long enough to be worth saying. */
  readonly waiting: string;
  /** Why secrets cannot be put into a kernel, or empty. */
  readonly disabledReason: string;
  /** The notebook or console in front. */
  readonly front: Front;
  /** What of the project is in its kernel. */
  readonly held: readonly Held[];
  /** The kernel's own project, and whether it was chosen there; null where nothing is known of it. */
  readonly own: { readonly project: string | null; readonly switched: boolean } | null;
  /** What the notebook in front says that it needs. */
  readonly needs: readonly Need[];
  /** Whether what the last put replaced can be brought back. */
  readonly undoable: boolean;
  readonly dialog: Dialog | null;
}

/** What is shown before anything was asked for. */
export const EMPTY: State = {
  project: '',
  projects: [],
  status: null,
  secrets: null,
  search: '',
  order: 'name',
  listProblem: null,
  problem: null,
  notice: '',
  waiting: '',
  disabledReason: '',
  front: { file: '', kernel: '', disabledReason: '', project: null, cellsReason: '' },
  held: [],
  own: null,
  needs: [],
  undoable: false,
  dialog: null
};

/** What the classes of errors mean, for who does not read the server's and the kernel's English. */
const CAUSES: { [reason in Reason]?: string } = {
  AccessDeniedError: wording('You do not have the right to do this.'),
  ProviderUnavailableError: wording('The place of the secrets cannot be reached.'),
  SecretExistsError: wording('There is already a secret of this name.'),
  SecretNotFoundError: wording('There is no secret of this name.'),
  InvalidNameError: wording('This name is not valid.'),
  TooLargeError: wording('This is too large.'),
  ConflictError: wording('Others changed it at the same time.')
};

/** Returns what is shown of an error: a failed request's own sentence; of any other nothing that it may hold. */
export function problemOf(subject: string, error: unknown, trans: Trans): Problem {
  if (error instanceof ReportedError) {
    const { message, reason, hint } = error;
    const cause = CAUSES[reason];
    const isUnderstood = !cause || trans.language.startsWith('en');
    return { subject, message: isUnderstood ? message : `${trans.__(cause)} ${message}`, reason, hint };
  }
  if (error instanceof RequestError) {
    return {
      subject,
      message: trans.__(error.text, ...error.args),
      reason: error.reason,
      hint: trans.__(error.hint)
    };
  }
  return {
    subject,
    message: trans.__('This failed in the browser.'),
    reason: 'SecretsError',
    hint: trans.__('Reload the page and try again.')
  };
}
