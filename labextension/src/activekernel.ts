/** The notebook or console in front, and the way into its kernel, which reads secrets by itself. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { ConsolePanel, IConsoleTracker } from '@jupyterlab/console';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { projectOf } from './insertion';
import { KernelComm } from './kernelcomm';
import type { Trans } from './language';
import { type Front, RequestError } from './model';
import { cellsOf } from './notebookcells';
import { HELD_EVENT, type Method } from './protocol';
import type { FrontKernel } from './rest';

/** What a kernel sends over a comm, as far as it is looked at. */
interface Sent {
  event?: unknown;
  content?: { event?: unknown };
}

type Params = { [name: string]: string };

/** Is told what is in front whenever that changes, and when a cell or a display may have changed its kernel. */
interface Follower {
  front(front: Front): void;
  changed(): void;
}

/** Writing pauses for as long before the cells are read again. */
const PAUSE_MS = 500;

/** Follows what is in front, and asks its kernel. */
export class ActiveKernel implements FrontKernel {
  private readonly _comm: KernelComm;
  private _session: ISessionContext | null = null;
  private _notebook: NotebookPanel | null = null;
  private _follower: Follower | null = null;
  private _pause: ReturnType<typeof setTimeout> | undefined;
  /** How often a kernel was restarted: what was in it before is gone. */
  private _restarts = 0;
  /** What the process of the kernel in front calls its session; empty until it has said so. */
  private _process = '';

  constructor(
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _notebooks: INotebookTracker,
    private readonly _consoles: IConsoleTracker | null,
    private readonly _trans: Trans
  ) {
    this._comm = new KernelComm(_trans);
  }

  follow(follower: Follower): void {
    this._follower = follower;
    this._shell.currentChanged?.connect(() => this._attach());
    this._notebooks.currentChanged.connect(() => this._attach());
    this._consoles?.currentChanged.connect(() => this._attach());
    this._attach();
  }

  /** The notebook in front, or null where there is none. */
  get notebook(): NotebookPanel | null {
    return this._isInFront(this._notebooks.currentWidget) ? this._notebooks.currentWidget : null;
  }

  get id(): string {
    return this._kernel?.id ?? '';
  }

  async ask<T>(subject: string, method: Method, params: Params): Promise<T> {
    const reason = await this._disabledReason();
    const kernel = this._kernel;
    if (reason || !kernel) {
      throw new RequestError(subject ? `${subject}: ${reason}` : reason, 'SecretsError', '');
    }
    return this._comm.ask<T>(kernel, method, params);
  }

  async askIfLoaded<T>(method: Method, params: Params): Promise<T | null> {
    const kernel = this._kernel;
    return kernel && !(await this._disabledReason()) ? this._comm.askIfLoaded<T>(kernel, method, params) : null;
  }

  private get _kernel(): Kernel.IKernelConnection | null {
    return this._session?.session?.kernel ?? null;
  }

  private _isInFront(widget: NotebookPanel | ConsolePanel | null | undefined): boolean {
    return widget !== null && widget === this._shell.currentWidget;
  }

  private _attach(): void {
    const notebook = this.notebook;
    const console = this._consoles?.currentWidget;
    const session = notebook?.sessionContext ?? (this._isInFront(console) ? console?.sessionContext : null) ?? null;
    if (notebook !== this._notebook) {
      this._notebook?.model?.contentChanged.disconnect(this._onWriting, this);
      notebook?.model?.contentChanged.connect(this._onWriting, this);
      this._notebook = notebook;
    }
    if (session !== this._session) {
      this._session?.kernelChanged.disconnect(this._onKernel, this);
      this._session?.statusChanged.disconnect(this._onStatus, this);
      this._session?.iopubMessage.disconnect(this._onMessage, this);
      session?.kernelChanged.connect(this._onKernel, this);
      session?.statusChanged.connect(this._onStatus, this);
      session?.iopubMessage.connect(this._onMessage, this);
      this._session = session;
      this._process = '';
    }
    this._notify();
  }

  private _onKernel(): void {
    this._process = '';
    this._notify();
  }

  private _onWriting(): void {
    clearTimeout(this._pause);
    this._pause = setTimeout(() => this._notify(), PAUSE_MS);
  }

  private _onStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this._restarts++;
      this._process = '';
    }
    if (status !== 'busy' && status !== 'idle') {
      this._notify();
    }
  }

  private _onMessage(_: unknown, message: KernelMessage.IMessage): void {
    const parent = message.parent_header as { msg_type?: string; msg_id?: string };
    const { execution_state, data } = message.content as { execution_state?: string; data?: Sent };
    if (execution_state === 'idle') {
      this._noteProcess(message.header.session);
    }
    const hasRun =
      parent.msg_type === 'execute_request' && execution_state === 'idle' && !this._comm.isOurs(parent.msg_id ?? '');
    // Whatever comm carries it: another page's, or a widget's, which is a custom message.
    if (hasRun || data?.event === HELD_EVENT || data?.content?.event === HELD_EVENT) {
      this._follower?.changed();
    }
  }

  /** Another page's restart is told by nobody, but the new process has a session of its own. */
  private _noteProcess(process: string): void {
    if (this._process && process !== this._process) {
      this._restarts++;
      this._notify();
    }
    this._process = process;
  }

  private _notify(): void {
    const session = this._session;
    void this._disabledReason().then(disabledReason => {
      if (session === this._session) {
        this._follower?.front({
          file: session?.path.split('/').pop() ?? '',
          kernel: this._kernel ? `${this._kernel.id} ${this._restarts}` : '',
          disabledReason,
          project: this._notebook?.model ? projectOf(cellsOf(this._notebook)) : null,
          cellsReason: this._notebook ? '' : this._trans.__('No notebook is open. Open one to insert into its cells.')
        });
      }
    });
  }

  private async _disabledReason(): Promise<string> {
    const kernel = this._kernel;
    if (!this._session) {
      return this._trans.__('No notebook is open. Open one with a Python kernel to put secrets into it.');
    }
    if (!kernel || kernel.status === 'dead') {
      return this._trans.__('The notebook in front has no kernel. Start one to put secrets into it.');
    }
    const language = (await kernel.spec)?.language ?? '';
    if (language.toLowerCase() !== 'python') {
      return this._trans.__('The current kernel is not a Python kernel. Secrets can be put into a Python kernel.');
    }
    return '';
  }
}
