/** The store behind a panel: it asks the transport, and keeps what is shown. */

import type { Cells } from './actions';
import type { Order } from './arrange';
import { Changes, type ListHost } from './changes';
import { KernelActions } from './inkernel';
import { type Trans, untranslated } from './language';
import type { Status, Transport } from './model';
import { Poller } from './poller';
import type { Need } from './responses';
import { type Dialog, EMPTY, problemOf, type State } from './state';
import { Waits } from './waits';

/** What a panel shows, and all that can be done in it. */
export class Store {
  private _state = EMPTY;
  private _listeners = new Set<() => void>();
  private readonly _waits = new Waits(waiting => this._set({ waiting }));
  private readonly _poller = new Poller(() => void this.refresh());
  /** The newest of the requests for the list: what others bring is out of date. */
  private _load = 0;
  private _unwatch: (() => void) | null = null;
  private _disposed = false;

  /** What of the project is in the kernel in front. */
  readonly kernel: KernelActions;
  readonly changes: Changes;

  /** `cells` are those of the notebook in front; a panel that cannot know them has none. */
  constructor(
    private readonly _transport: Transport,
    readonly trans: Trans = untranslated,
    readonly cells: Cells | null = null
  ) {
    const store = this;
    const host: ListHost = {
      transport: _transport,
      trans,
      get state() {
        return store._state;
      },
      set: change => this._set(change),
      act: (name, waiting, ask, done) => this._act(name, waiting, ask, done),
      refresh: () => this.refresh()
    };
    this.kernel = new KernelActions(host);
    this.changes = new Changes(host);
  }

  get state(): State {
    return this._state;
  }

  /** Why the project's secrets cannot be changed, and what to do about it, or empty. */
  get readOnly(): string {
    const { status } = this._state;
    return status?.writable === false
      ? this.trans.__(
          'You may read the secrets here, not change them. Ask for the right to write to %1.',
          `${status.provider}: ${status.place}`
        )
      : '';
  }

  /** Calls back after each change of the state, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  /** Takes what the notebook in front needs. */
  setNeeds(needs: readonly Need[]): void {
    this._set({ needs });
  }

  /** Opens the project that the settings choose; its status is asked for unless it is known. */
  async open(known?: Status): Promise<void> {
    const load = this._begin();
    try {
      const status = known ?? (await this._waitForList(this._transport.status()));
      if (load === this._load) {
        await this.setProject(status.project, status);
      }
    } catch (error) {
      if (load === this._load) {
        this._set({ listProblem: problemOf('', error, this.trans) });
        this._poller.end(true);
      }
    }
  }

  /** Shows another project; its status is asked for unless it is known. */
  async setProject(project: string, status: Status | null = null): Promise<void> {
    if (project === this._state.project && !this._state.listProblem) {
      return;
    }
    this._set({
      project,
      status,
      secrets: null,
      held: [],
      listProblem: null,
      problem: null,
      notice: '',
      undoable: false
    });
    void this.kernel.ask();
    this._unwatch?.();
    this._poller.setLive(false);
    this._poller.hurry();
    this._unwatch = this._transport.watch(
      project,
      () => {
        void this.refresh();
        // A value that others changed is no change of the list.
        void this.kernel.ask();
      },
      live => this._poller.setLive(live)
    );
    void this.loadProjects();
    await this.refresh();
  }

  /** Asks for the list again; what is shown stays until the answer is there. */
  async refresh(): Promise<void> {
    const { project } = this._state;
    if (this._disposed) {
      return;
    }
    if (!project) {
      return this.open();
    }
    const load = this._begin();
    try {
      const secrets = await this._waitForList(this._transport.list(project));
      if (load === this._load) {
        const isOther = JSON.stringify(secrets) !== JSON.stringify(this._state.secrets);
        this._set({ ...(isOther && { secrets }), listProblem: null });
        if (isOther) {
          void this.kernel.ask();
        }
      }
      if (load === this._load && this._state.status?.writable === undefined) {
        const status = await this._transport.status(project);
        if (project === this._state.project) {
          this._set({ status });
        }
      }
    } catch (error) {
      if (load === this._load) {
        this._set({ listProblem: problemOf(project, error, this.trans) });
      }
    } finally {
      if (load === this._load) {
        this._poller.end(this._state.listProblem !== null);
      }
    }
  }

  /** Asks for the list because somebody wants it now, and so begins anew with short pauses. */
  tryAgain(): Promise<void> {
    this._poller.hurry();
    return this.refresh();
  }

  /** Projects are an offer: names can be typed, so a failure to list them is no problem to show. */
  async loadProjects(): Promise<void> {
    try {
      this._set({ projects: await this._transport.projects() });
    } catch {
      this._set({ projects: [] });
    }
  }

  setSearch(search: string): void {
    this._set({ search });
  }

  setOrder(order: Order): void {
    this._set({ order });
  }

  /** Says that the panel is on the screen or not: out of view it does not ask. */
  setInView(inView: boolean): void {
    this._poller.setInView(inView);
    if (inView) {
      void this.kernel.ask();
    }
  }

  /** Returns the project in which a notebook is where its cells say nothing: its kernel's own, else the settings'. */
  async assumedProject(): Promise<string> {
    return this._state.own?.project ?? (await this._transport.status()).project;
  }

  /** Opens a dialog; what was said before is done with. */
  openDialog(dialog: Dialog): void {
    this._set({ dialog, problem: null, notice: '' });
  }

  /** Closes the dialog and keeps what the last action said. */
  closeDialog(): void {
    this._set({ dialog: null });
  }

  /** Shows a notice of the view's own, such as that a line was copied. */
  notify(notice: string): void {
    this._set({ notice, problem: null });
  }

  /** Shows a refusal of the view's own, such as a field that is not filled in. */
  refuse(subject: string, message: string, hint: string): void {
    this._set({ problem: { subject, message, reason: 'SecretsError', hint }, notice: '' });
  }

  dismiss(): void {
    this._set({ problem: null, notice: '' });
  }

  dispose(): void {
    this._disposed = true;
    this._load++;
    this._poller.stop();
    this.kernel.dispose();
    this._unwatch?.();
    this._listeners.clear();
  }

  /** Waits for an action and says what it did; resolves to whether it happened. */
  private async _act<T>(
    name: string,
    waiting: string,
    ask: () => Promise<T>,
    done: (answer: T) => string
  ): Promise<boolean> {
    const { project } = this._state;
    this._set({ problem: null, notice: '' });
    try {
      const answer = await this._waits.for(waiting, ask());
      // Of a project that is no longer shown nothing is said.
      if (project === this._state.project) {
        this._set({ notice: done(answer) });
      }
      return true;
    } catch (error) {
      this._set({ problem: problemOf(name, error, this.trans) });
      return false;
    }
  }

  /** Says that it is waiting for the first list, unless what went wrong is said: that stays until it is over. */
  private _waitForList<T>(answer: Promise<T>): Promise<T> {
    const { secrets, listProblem } = this._state;
    return secrets === null && !listProblem
      ? this._waits.for(this.trans.__('Waiting for the list of secrets…'), answer)
      : answer;
  }

  private _begin(): number {
    this._poller.begin();
    return ++this._load;
  }

  /** What says nothing new is not told: an answer every two seconds would draw hundreds of rows each time. */
  private _set(change: Partial<State>): void {
    const before: Partial<State> = this._state;
    if (Object.entries(change).every(([key, value]) => value === before[key as keyof State])) {
      return;
    }
    this._state = { ...this._state, ...change };
    for (const listener of [...this._listeners]) {
      listener();
    }
  }
}
