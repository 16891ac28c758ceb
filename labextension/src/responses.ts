/**
 * What counts as a response of the HTTP API. A gateway, a log-in page or a server without the extension may answer in its
 * place: only the promised status with JSON of the promised form says that something was done.
 */

import { wording } from './language';
import { ReportedError, RequestError, type Status } from './model';
import { NOTICES_HEADER, type Reason, SECRET_FIELDS, type SecretInfo } from './protocol';

/** Whether a body has the form that the API promises; `undefined` is no JSON, and an empty text no body. */
export type Form<T> = (body: unknown) => body is T;

export const isStatus: Form<Status> = (body): body is Status =>
  isObject(body) && texts(body, 'project', 'provider', 'place') && typeof body.writable === 'boolean';

export const isProjects: Form<{ projects: string[] }> = (body): body is { projects: string[] } =>
  isObject(body) && isTexts(body.projects);

export const isSecrets: Form<{ secrets: SecretInfo[] }> = (body): body is { secrets: SecretInfo[] } =>
  isObject(body) && Array.isArray(body.secrets) && body.secrets.every(isSecret);

/** What an import did: the names of those that were new, and of those that got another value. */
export const isImported: Form<{ created: string[]; replaced: string[] }> = (
  body
): body is { created: string[]; replaced: string[] } =>
  isObject(body) && isTexts(body.created) && isTexts(body.replaced);

export const isNothing: Form<''> = (body): body is '' => body === '';

/** A place in a notebook where a value stands: what a notice says of it. */
export interface Finding {
  cell: number | null;
  secret: string;
}

/** What became of a notebook that was scrubbed. */
export interface Scrubbed {
  findings: Finding[];
  marked: number;
}

export function isFinding(found: unknown): found is Finding {
  return isObject(found) && texts(found, 'secret') && (found.cell === null || typeof found.cell === 'number');
}

/** What a notebook needs; `cell` counts from 1 over the cells that were sent. */
export interface Need {
  name: string;
  cell: number;
  optional: boolean;
  about: string | null;
}

function isNeed(found: unknown): found is Need {
  return (
    isObject(found) &&
    texts(found, 'name') &&
    typeof found.cell === 'number' &&
    typeof found.optional === 'boolean' &&
    (found.about === null || texts(found, 'about'))
  );
}

export const isNeeds: Form<{ needs: Need[] }> = (body): body is { needs: Need[] } =>
  isObject(body) && Array.isArray(body.needs) && body.needs.every(isNeed);

export const isScrubbed: Form<Scrubbed> = (body): body is Scrubbed =>
  isObject(body) && typeof body.marked === 'number' && Array.isArray(body.findings) && body.findings.every(isFinding);

/** The metadata of one secret. */
export function isSecretNamed(name: string): Form<SecretInfo> {
  return (body): body is SecretInfo => isSecret(body) && body.name === name;
}

/**
 * Returns the body of a response that is as promised.
 *
 * Rejects with a `RequestError`: the API's own, or one that says who answered in its place. With `writes` it also says where
 * nobody knows whether the change was made. No text of a foreign response is in it.
 */
export async function read<T>(response: Response, status: number, form: Form<T>, writes: boolean): Promise<T> {
  const received = await response.text().catch(() => null);
  const body = received === '' ? '' : parsed(received ?? '');
  if (response.status === status && form(body)) {
    return body;
  }
  if (response.status >= 400 && isObject(body) && texts(body, 'message', 'reason', 'hint')) {
    throw new ReportedError(body.message, body.reason as Reason, body.hint);
  }
  throw foreign(response, /^\s*</.test(received ?? ''), writes);
}

/** Returns what the provider says of a change; it is done also where what is said cannot be read. */
export function noticesOf(headers: Headers): string[] {
  const notices = parsed(headers.get(NOTICES_HEADER) ?? '');
  return isTexts(notices) ? notices : [];
}

/** The error of a request that nobody answered. */
export function unreachable(writes: boolean): RequestError {
  return unavailable(wording('The Jupyter server cannot be reached.'), wording('Check that it is running.'), writes);
}

function foreign(response: Response, isPage: boolean, writes: boolean): RequestError {
  const { status, statusText, ok, type } = response;
  const isRedirect = type === 'opaqueredirect' || (status >= 300 && status < 400);
  if (isRedirect || status === 401 || status === 403 || (ok && isPage)) {
    return new RequestError(
      wording('You are logged out: a log-in page or a gateway answered, not the Jupyter server.'),
      'AccessDeniedError',
      wording('Log in again in another tab, then try again.')
    );
  }
  if (status === 404) {
    return new RequestError(
      wording('The server extension is not running.'),
      'ProviderUnavailableError',
      wording('Restart Jupyter; jupyter server extension list shows it.')
    );
  }
  return ok
    ? unavailable(wording('The answer is incomplete, or not the Jupyter server’s.'), wording('Try again.'), writes)
    : unavailable(
        wording('A proxy or the Jupyter server answered %1.'),
        wording('Try again.'),
        writes,
        `${status} ${statusText}`.trim()
      );
}

/** Nobody knows what became of a change whose response was lost. */
function unavailable(message: string, hint: string, writes: boolean, ...args: string[]): RequestError {
  const unknown = wording('The change may or may not have been made: look at the list before you try again.');
  return new RequestError(message, 'ProviderUnavailableError', writes ? unknown : hint, args);
}

function parsed(received: string): unknown {
  try {
    return JSON.parse(received);
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
  return (
    isObject(body) &&
    texts(body, 'name') &&
    Object.entries(SECRET_FIELDS).every(([field, type]) => TYPES[type](body[field]))
  );
}

const TYPES = {
  string: (value: unknown) => typeof value === 'string',
  'string | null': (value: unknown) => value === null || typeof value === 'string',
  'string[]': isTexts
};
