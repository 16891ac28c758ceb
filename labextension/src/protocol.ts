/** What the front end and Python both know. `make fix` writes it from Python: change it there. */

/** One secret as every response shows it; times in UTC, `expires` the last valid day. */
export interface SecretInfo {
  name: string;
  description: string;
  labels: string[];
  expires: string | null;
  hosts: string[];
  created: string | null;
  updated: string | null;
  created_by: string | null;
  updated_by: string | null;
}

/** The same, to hold a response to. */
export const SECRET_FIELDS = {
  name: 'string',
  description: 'string',
  labels: 'string[]',
  expires: 'string | null',
  hosts: 'string[]',
  created: 'string | null',
  updated: 'string | null',
  created_by: 'string | null',
  updated_by: 'string | null'
} as const;

/** The class of an error in Python. */
export type Reason =
  | 'SecretsError'
  | 'SecretNotFoundError'
  | 'SecretExistsError'
  | 'InvalidNameError'
  | 'TooLargeError'
  | 'ConflictError'
  | 'AccessDeniedError'
  | 'ProviderUnavailableError';

/** Where a front end can have a value put. */
export type Destination = 'variable' | 'environment';

/** What a kernel can be asked. */
export type Method =
  | 'status'
  | 'projects'
  | 'create'
  | 'update'
  | 'remove'
  | 'import'
  | 'copy'
  | 'put'
  | 'put_again'
  | 'use'
  | 'used'
  | 'undo'
  | 'forget'
  | 'held'
  | 'list'
  | 'leave'
  | 'texts'
  | 'shown'
  | 'store'
  | 'cancel';

/** How what a kernel holds compares with the store. */
export type HeldState = 'same' | 'old' | 'gone';

/** What the HTTP API can be asked, and the status of what was done. */
export const OPERATIONS = {
  status: { method: 'GET', path: 'status', status: 200 },
  list_projects: { method: 'GET', path: 'projects', status: 200 },
  list_secrets: { method: 'GET', path: 'projects/{project}/secrets', status: 200 },
  create_secret: { method: 'POST', path: 'projects/{project}/secrets', status: 201 },
  get_secret: { method: 'GET', path: 'projects/{project}/secrets/{name}', status: 200 },
  change_secret: { method: 'PATCH', path: 'projects/{project}/secrets/{name}', status: 200 },
  delete_secret: { method: 'DELETE', path: 'projects/{project}/secrets/{name}', status: 204 },
  import_secrets: { method: 'POST', path: 'projects/{project}/import', status: 200 },
  copy_secret: { method: 'POST', path: 'projects/{project}/secrets/{name}/copy', status: 201 },
  reveal_value: { method: 'GET', path: 'projects/{project}/secrets/{name}/value', status: 200 },
  report_injected: { method: 'POST', path: 'projects/{project}/secrets/{name}/injected', status: 204 },
  report_used: { method: 'POST', path: 'projects/{project}/secrets/{name}/used', status: 204 },
  read_needs: { method: 'POST', path: 'needs', status: 200 },
  scrub: { method: 'POST', path: 'scrub', status: 200 }
} as const;

/** What stands before the paths of the HTTP API. */
export const API_BASE = 'dh-secrets';

/** The header of a list: `true` where changes by others come as events. */
export const LIVE_HEADER = 'DH-Secrets-Live';

/** The header of a change of which the user should know something: a list of sentences in JSON. */
export const NOTICES_HEADER = 'DH-Secrets-Notices';

/** The event that says that a secret was changed. */
export const CHANGED_EVENT = 'https://dh-secrets-jupyter/events/secret-changed/v1';

/** The event that says that a notebook that is saved holds values. */
export const FOUND_EVENT = 'https://dh-secrets-jupyter/events/value-found/v1';

/** The event that says that a notebook was saved without being searched. */
export const NOT_SEARCHED_EVENT = 'https://dh-secrets-jupyter/events/save-not-searched/v1';

/** The comm target by which a kernel is asked. */
export const COMM_TARGET = 'dh-secrets-jupyter';

/** What a kernel executes to know that target. */
export const BOOTSTRAP = '__import__("dh_secrets_jupyter.comm", fromlist=["register"]).register()';

/** A Python expression: whether it knows that target. */
export const IS_LOADED = "'dh-secrets-jupyter' in get_ipython().kernel.comm_manager.targets";

/** The event of a kernel into which a front end has put something, or from which it has taken something. */
export const HELD_EVENT = 'dh-secrets-held';

/** What no variable can be called. */
export const PYTHON_KEYWORDS = [
  'False',
  'None',
  'True',
  'and',
  'as',
  'assert',
  'async',
  'await',
  'break',
  'class',
  'continue',
  'def',
  'del',
  'elif',
  'else',
  'except',
  'finally',
  'for',
  'from',
  'global',
  'if',
  'import',
  'in',
  'is',
  'lambda',
  'nonlocal',
  'not',
  'or',
  'pass',
  'raise',
  'return',
  'try',
  'while',
  'with',
  'yield'
];

/** The most bytes that a value can have. */
export const MAX_VALUE_BYTES = 1048576;

/** How long changes are reported to who does not list the project again. */
export const INTEREST_TTL_MS = 120000;
