/**
 * What counts as an answer of the HTTP API. A gateway, a log-in page or a server without the extension may answer in its
 * place: only the promised status with JSON of the promised form says that something was done.
 */

import { RequestError, type SecretInfo, type Status } from './model';

/** What the API promises of an answer; without a form, it has no body. */
export interface Promised<T> {
  status: number;
  form?(body: unknown): body is T;
}

export const STATUS: Promised<Status> = {
  status: 200,
  form: (body): body is Status =>
    isObject(body) && texts(body, 'project', 'provider', 'place') && typeof body.writable === 'boolean'
};

export const PROJECTS: Promised<{ projects: string[] }> = {
  status: 200,
  form: (body): body is { projects: string[] } => isObject(body) && isTexts(body.projects)
};

export const SECRETS: Promised<{ secrets: SecretInfo[] }> = {
  status: 200,
  form: (body): body is { secrets: SecretInfo[] } =>
    isObject(body) && Array.isArray(body.secrets) && body.secrets.every(isSecret)
};

export const NOTHING: Promised<unknown> = { status: 204 };

/** The metadata of one secret. */
export function metadataOf(name: string, status: 200 | 201): Promised<SecretInfo> {
  return { status, form: (body): body is SecretInfo => isSecret(body) && body.name === name };
}

/**
 * Returns the body of an answer that is as promised.
 *
 * Rejects with a `RequestError`: the API's own, or one that says who answered in its place. With `writes` it also says where
 * nobody knows whether the change was made. No text of a foreign answer is in it.
 */
export async function read<T>(response: Response, promised: Promised<T>, writes: boolean): Promise<T> {
  const text = await response.text().catch(() => '');
  const body = parsed(text);
  const { status, form } = promised;
  if (response.status === status && (form ? form(body) : text === '')) {
    return body as T;
  }
  if (response.status >= 400 && isObject(body) && texts(body, 'message', 'reason', 'hint')) {
    throw new RequestError(body.message, body.reason, body.hint);
  }
  throw foreign(response, /^\s*</.test(text), writes);
}

/** The error of a request that nobody answered. */
export function unreachable(writes: boolean): RequestError {
  return unavailable('The Jupyter server cannot be reached.', 'Check that it is running.', writes);
}

function foreign(response: Response, isPage: boolean, writes: boolean): RequestError {
  const { status, statusText, ok, type } = response;
  const isRedirect = type === 'opaqueredirect' || (status >= 300 && status < 400);
  if (isRedirect || status === 401 || status === 403 || (ok && isPage)) {
    return new RequestError(
      'You are logged out: a log-in page or a gateway answered, not the Jupyter server.',
      'AccessDeniedError',
      'Log in again in another tab, then try again.'
    );
  }
  if (status === 404) {
    return new RequestError(
      'The server extension is not running.',
      'ProviderUnavailableError',
      'Restart Jupyter; jupyter server extension list shows it.'
    );
  }
  return ok
    ? unavailable('The answer is incomplete, or not the Jupyter server’s.', 'Try again.', writes)
    : unavailable(`A proxy or the Jupyter server answered ${`${status} ${statusText}`.trim()}.`, 'Try again.', writes);
}

/** Nobody knows what became of a change whose answer was lost. */
function unavailable(message: string, hint: string, writes: boolean): RequestError {
  const unknown = 'The change may or may not have been made: look at the list before you try again.';
  return new RequestError(message, 'ProviderUnavailableError', writes ? unknown : hint);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Body = Record<string, unknown>;

function isObject(body: unknown): body is Body {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** Whether these fields are texts that are not empty. */
function texts<K extends string>(body: Body, ...fields: K[]): body is Body & Record<K, string> {
  return fields.every(field => typeof body[field] === 'string' && body[field] !== '');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function isSecret(body: unknown): body is SecretInfo {
  const optional = ['expires', 'created', 'updated', 'created_by', 'updated_by'];
  return (
    isObject(body) &&
    texts(body, 'name') &&
    typeof body.description === 'string' &&
    isTexts(body.labels) &&
    optional.every(field => body[field] === null || typeof body[field] === 'string')
  );
}
