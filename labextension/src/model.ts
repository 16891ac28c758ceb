/** What both panels know of secrets, and what they ask of the place that keeps them. Never holds a value. */

import { fill } from './language';
import type { Destination, HeldState, Reason, SecretInfo } from './protocol';

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
  hosts: string[];
}

/** What `%secret get` would warn of, too: the last valid day of a secret that expired, and why it is not masked. */
export interface Warnings {
  expired: string | null;
  unmasked: string | null;
}

/** Where the kernel has put a secret, and whether something of the user's stood there. */
export interface Put extends Warnings {
  target: string;
  replaced: boolean;
}

/** Where the kernel has put a stand-in, and for which hosts it is. */
export interface Use {
  target: string;
  replaced: boolean;
  hosts: string[];
}

/** Where the kernel has put a secret anew. */
export interface PutAgain extends Warnings {
  targets: string[];
}

/** A secret that is in the kernel: where, and how it compares with the store. */
export interface Held {
  name: string;
  destination: Destination | 'file';
  target: string;
  state: HeldState;
  /** How often it was put into requests, in the place of its stand-in. */
  uses: number;
}

/** What of a project is in the kernel. */
export interface InKernel {
  secrets: Held[];
  /** The kernel's own project, where it has one, and whether it was chosen there. */
  project: string | null;
  switched: boolean;
}

/** The notebook or console in front. */
export interface Front {
  /** The file's name, or empty. */
  file: string;
  /** Tells kernels apart, and what they were before a restart; empty where there is none. */
  kernel: string;
  /** Why nothing can be put into the kernel, or empty. */
  disabledReason: string;
  /** The project that the notebook's cells switch to, where they do. */
  project: string | null;
  /** Why nothing can be inserted into its cells, or empty. */
  cellsReason: string;
}

/** A place on the screen. */
export interface Place {
  clientX: number;
  clientY: number;
}

/** Where a copy goes: what is left out stays as it is. */
export interface Copy {
  name: string;
  project?: string;
  /** Whether the original goes. */
  move?: boolean;
}

/** A request that failed: what is wrong, and what to do; `%1`, … stand for the arguments. */
export class RequestError extends Error {
  constructor(
    readonly text: string,
    readonly reason: Reason,
    readonly hint: string,
    readonly args: string[] = []
  ) {
    super(fill(text, args));
  }
}

/** One that the server or the kernel has worded. */
export class ReportedError extends RequestError {}

/**
 * The way to a project's secrets: HTTP in the side panel, the kernel's comm in the widget.
 *
 * Every method rejects with a `RequestError`. A value is an argument, used once; none is ever in a response. A change
 * resolves to its notices: what the provider says of it, a sentence each.
 */
export interface Transport {
  /** The status of a project; without a name, of the one that the settings choose. */
  status(project?: string): Promise<Status>;
  projects(): Promise<string[]>;
  list(project: string): Promise<SecretInfo[]>;
  create(project: string, name: string, value: string, details: Details): Promise<string[]>;
  /** Replaces the value, or edits the metadata; what is not given stays. */
  update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<string[]>;
  remove(project: string, name: string): Promise<string[]>;
  /** Stores many values, all or none; names that exist are refused unless they may be replaced. */
  importValues(project: string, values: ReadonlyMap<string, string>, replace: boolean): Promise<string[]>;
  /** Copies a secret to another name or project, or moves it there; its value does not come to the browser. */
  copy(project: string, name: string, to: Copy): Promise<string[]>;
  /** Lets the kernel read the secret. */
  put(project: string, name: string, destination: Destination): Promise<Put>;
  /** Has the kernel put a stand-in for the secret into a variable. */
  use(project: string, name: string): Promise<Use>;
  /** Lets the kernel read the secret anew into each place where it is. */
  putAgain(project: string, name: string): Promise<PutAgain>;
  /** Takes the secret out of the kernel. */
  forget(project: string, name: string): Promise<void>;
  /** Brings back what of the user's the last put replaced. */
  undo(project: string): Promise<void>;
  /** Says what of the project is in the kernel; null where the kernel has nothing of ours. */
  held(project: string): Promise<InKernel | null>;
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

/** The line that reads a secret, or uses one that cannot be read. */
export function lineOf({ name, hosts }: SecretInfo): string {
  return `%secret ${hosts.length > 0 ? 'use' : 'get'} ${name}`;
}

/** Whether a secret can have a name: Kubernetes' rule for keys, as `models/names.py` has it. */
export function isName(name: string): boolean {
  return name !== '.' && /^(?!\.\.)[-._a-zA-Z0-9]{1,253}$/.test(name);
}

/** The line that switches the kernel to a project. */
export function projectLine(project: string): string {
  return `%secret project ${project}`;
}

/** What is dragged from a panel: a secret's name. */
export const DRAGGED = 'application/x-dh-secret';
