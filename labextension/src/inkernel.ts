/** What of the project is in the kernel in front, as a panel shows it, and what it does there. */

import { sayDate } from './dates';
import { type Trans, wording } from './language';
import type { Front, Held, InKernel, Put, Transport, Warnings } from './model';
import type { Destination } from './protocol';
import { EMPTY, type State } from './state';

/** For as long the kernel keeps what a put has replaced. */
const UNDO_MS = 600000;

/** What it needs of the store. */
export interface Host {
  readonly transport: Transport;
  readonly trans: Trans;
  readonly state: State;
  set(change: Partial<State>): void;
  /** Waits for an action and says what it did; resolves to whether it happened. */
  act<T>(name: string, waiting: string, ask: () => Promise<T>, done: (answer: T) => string): Promise<boolean>;
}

/** Asks for something of a project. */
export type Ask<T> = (transport: Transport, project: string) => Promise<T>;

/** One for each store. */
export class KernelActions {
  /** Of which kernel and project an answer is awaited; of the same nothing more is asked meanwhile, but afterwards. */
  private _asked = '';
  private _askAgain = false;
  private _undoTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly host: Host) {}

  /** Asks the kernel what it holds. */
  async ask(): Promise<void> {
    const { transport, state } = this.host;
    const key = keyOf(state);
    if (key === this._asked) {
      this._askAgain = true;
      return;
    }
    this._asked = key;
    do {
      this._askAgain = false;
      const isPossible = state.project !== '' && this.host.state.disabledReason === '';
      // Where it cannot be said, what was said before stays.
      const answer = isPossible ? await transport.held(state.project).catch(() => undefined) : null;
      if (key !== keyOf(this.host.state)) {
        break;
      }
      if (answer !== undefined) {
        this.host.set(shown(answer));
      }
    } while (this._askAgain);
    if (this._asked === key) {
      this._asked = '';
    }
  }

  put(name: string, destination: Destination): Promise<boolean> {
    const { trans } = this.host;
    return this._act(
      name,
      (transport, project) => transport.put(project, name, destination),
      put =>
        this._saidOf(
          name,
          put,
          destination === 'variable'
            ? trans.__('%1 is in the variable %2.', name, put.target)
            : trans.__('%1 is in the environment as %2.', name, put.target)
        )
    );
  }

  /** Has the kernel put a stand-in into a variable, for a secret that it can use and not read. */
  use(name: string): Promise<boolean> {
    const { trans } = this.host;
    return this._act(
      name,
      (transport, project) => transport.use(project, name),
      ({ hosts, ...put }) => {
        const place = trans.__('A stand-in for %1 is in the variable %2.', name, put.target);
        return this._saidOf(name, put, `${place} ${saidHosts(trans, hosts)}.`);
      }
    );
  }

  putAgain(name: string): Promise<boolean> {
    const { trans } = this.host;
    return this._act(
      name,
      (transport, project) => transport.putAgain(project, name),
      put => [trans.__('The kernel has the new value of %1.', name), ...this._warnings(name, put)].join(' ')
    );
  }

  forget(name: string): Promise<boolean> {
    const { trans } = this.host;
    return this._act(
      name,
      (transport, project) => transport.forget(project, name),
      () => trans.__('%1 is no longer in the kernel.', name)
    );
  }

  undo(): Promise<boolean> {
    const { trans } = this.host;
    return this._act(
      '',
      (transport, project) => transport.undo(project),
      () => trans.__('What was there before is back.')
    );
  }

  /** Says nothing more of a kernel that is gone or no longer in front. */
  clear(): void {
    this.host.set({ held: EMPTY.held, own: null, notice: '', undoable: false });
  }

  /** Asks no more. */
  dispose(): void {
    clearTimeout(this._undoTimer);
    this.ask = async () => undefined;
  }

  /** The kernel tells every display what was changed there, this one too. */
  private _act<T>(name: string, ask: Ask<T>, done: (answer: T) => string) {
    const { transport, trans, state } = this.host;
    const { kernel } = state.front;
    const waiting = trans.__('%1: waiting for the kernel…', name || trans.__('Undo'));
    this.host.set({ undoable: false });
    return this.host.act(
      name,
      waiting,
      () => ask(transport, state.project),
      // Of a kernel that is no longer in front nothing is said.
      answer => (kernel === this.host.state.front.kernel ? done(answer) : '')
    );
  }

  private _saidOf(name: string, put: Pick<Put, 'target' | 'replaced'> & Partial<Warnings>, place: string): string {
    const { trans, state } = this.host;
    const { file } = state.front;
    if (put.replaced) {
      this.host.set({ undoable: true });
      clearTimeout(this._undoTimer);
      this._undoTimer = setTimeout(() => this.host.set({ undoable: false }), UNDO_MS);
    }
    return [
      file ? `${file}: ${place}` : place,
      ...(put.replaced ? [trans.__('It replaced your own %1.', put.target)] : []),
      ...this._warnings(name, put)
    ].join(' ');
  }

  private _warnings(name: string, { expired, unmasked }: Partial<Warnings>): string[] {
    const { trans } = this.host;
    return [
      ...(expired
        ? [trans.__('%1 has expired; its last valid day was %2.', name, sayDate(expired, trans.language))]
        : []),
      ...(unmasked ? [trans.__('The guard does not mask %1: %2.', name, unmasked)] : [])
    ];
  }
}

/** Tells a side panel what is in front now; what was said of another kernel is over. */
export function setFront(kernel: KernelActions, front: Front): void {
  const { host } = kernel;
  const { front: before, dialog } = host.state;
  const isOther = front.kernel !== before.kernel || front.file !== before.file;
  host.set({ front, disabledReason: front.disabledReason });
  if (isOther) {
    kernel.clear();
    host.set(dialog ? {} : { problem: null });
  }
  if (isOther || front.disabledReason !== before.disabledReason) {
    void kernel.ask();
  }
}

/** Returns the project that the notebook in front uses, or null where nobody has said it. */
export function usedProject({ own, front }: State): string | null {
  return own?.switched ? own.project : front.project;
}

/** Returns for which hosts a secret is. */
export function saidHosts(trans: Trans, hosts: readonly string[]): string {
  return trans.__('Only for %1', hosts.join(', '));
}

const PLACES: Record<Held['destination'], string> = {
  variable: wording('in kernel as %1'),
  environment: wording('in environment as %1'),
  file: wording('in file %1')
};

/** Returns where a secret is, such as `in kernel as db_pass`, and how often it was used there. */
export function saidHeld(trans: Trans, held: Held): string {
  const place = trans.__(PLACES[held.destination], held.target);
  return held.uses > 0
    ? `${place}, ${trans._n('used %1 time by this kernel', 'used %1 times by this kernel', held.uses)}`
    : place;
}

function keyOf({ front, project }: State): string {
  return `${front.kernel} ${project}`;
}

function shown(answer: InKernel | null): Partial<State> {
  return answer
    ? { held: answer.secrets, own: { project: answer.project, switched: answer.switched } }
    : { held: EMPTY.held, own: null };
}
