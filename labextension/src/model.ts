/** What both panels know of secrets, and what they ask of the place that keeps them. Never holds a value. */

import type { Destination, Reason, SecretInfo } from './protocol';

/** Where a project's secrets are, and whether this user may change them. */
export interface Status {
  project: string;
  provider: string;
  place: string;
  /** Whether this user may change it; left out by a quick response that has not asked the provider. */
  writable?: boolean;
}

/** The metadata that a user edits. An empty text or list clears it. */
export interface Details {
  description: string;
  labels: string[];
  expires: string;
}

/** A request that failed: what is wrong, and what to do. */
export class RequestError extends Error {
  constructor(
    message: string,
    readonly reason: Reason,
    readonly hint: string
  ) {
    super(message);
  }
}

/**
 * The way to a project's secrets: HTTP in the side panel, the kernel's comm in the widget.
 *
 * Every method rejects with a `RequestError`. A value is an argument, used once; none is ever in a response.
 */
export interface Transport {
  /** The status of a project; without a name, of the one that the settings choose. */
  status(project?: string): Promise<Status>;
  projects(): Promise<string[]>;
  list(project: string): Promise<SecretInfo[]>;
  create(project: string, name: string, value: string, details: Details): Promise<void>;
  /** Replaces the value, or edits the metadata; what is not given stays. */
  update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<void>;
  remove(project: string, name: string): Promise<void>;
  /** Lets the kernel read the secret; resolves to what it did, in one line without the value. */
  put(project: string, name: string, destination: Destination): Promise<string>;
  /**
   * Reports changes to a project that anybody made, until the returned function is called.
   *
   * `live(false)` says that changes are not pushed for now, so that the store has to ask.
   */
  watch(project: string, changed: () => void, live: (possible: boolean) => void): () => void;
}

/** Whether somebody changed a secret of ours by other means than ours, so that nobody knows who. */
export function changedElsewhere({ created_by, updated, updated_by }: SecretInfo): boolean {
  return updated !== null && updated_by === null && created_by !== null;
}

/** The line of code that reads a secret. */
export function line(name: string): string {
  return `%secret get ${name}`;
}

/** Whether a secret can have a name: Kubernetes' rule for keys, as `models/names.py` has it. */
export function isName(name: string): boolean {
  return name !== '.' && /^(?!\.\.)[-._a-zA-Z0-9]{1,253}$/.test(name);
}
