/** The envelope in which a kernel is asked, whatever comm carries it; `dh_secrets_jupyter/rpc.py` has its other end. */

import { ReportedError } from './model';
import type { Method, Reason } from './protocol';

/** What is asked. A value is no part of it: it is the message's only buffer. */
export interface Request {
  id: number;
  method: Method;
  params: { [name: string]: unknown };
}

/** What comes back: the result, or why there is none. */
export interface Response {
  id: number;
  result?: unknown;
  error?: { message: string; reason: Reason; hint: string };
}

/** Returns the result of a response, or throws its error as a `ReportedError`. */
export function resultOf<T>({ result, error }: Response): T {
  if (error) {
    throw new ReportedError(error.message, error.reason, error.hint);
  }
  return result as T;
}
