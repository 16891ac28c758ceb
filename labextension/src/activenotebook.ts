/** The way into the kernel of the active notebook, which reads the secret by itself. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { type Destination, RequestError, type Trans } from './model';
import type { PutIntoKernel } from './resttransport';

/** Both are the protocol of `dh_secrets_jupyter/comm.py`. */
const TARGET = 'dh-secrets-jupyter';
const BOOTSTRAP = '__import__("dh_secrets_jupyter.comm", fromlist=["register"]).register()';

interface Reply {
  result?: { target: string };
  error?: { message: string; reason: string; hint: string };
}

/** Follows which notebook is active, and says why nothing can be put into its kernel. */
export class ActiveNotebook {
  /** Kernels that know the comm's target, as far as is known. */
  private readonly _ready = new WeakSet<Kernel.IKernelConnection>();
  private _panel: NotebookPanel | null = null;
  private _disabled: (reason: string) => void = () => undefined;

  constructor(
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _notebooks: INotebookTracker,
    private readonly _trans: Trans
  ) {}

  /** Says why nothing can be put, or an empty text, now and whenever that changes. */
  follow(disabled: (reason: string) => void): void {
    this._disabled = disabled;
    this._shell.currentChanged?.connect(() => this._attach());
    this._notebooks.currentChanged.connect(() => this._attach());
    this._attach();
  }

  readonly put: PutIntoKernel = async (project, provider, name, destination) => {
    const panel = this._activePanel();
    const kernel = panel?.sessionContext.session?.kernel;
    if (!panel || !kernel) {
      throw new RequestError(`${name}: ${await this._reason()}`, 'SecretsError', '');
    }
    const file = panel.context.localPath.split('/').pop() ?? '';
    const reply = await this._ask(kernel, { project, provider, name, destination });
    if (reply.error) {
      const { message, reason, hint } = reply.error;
      throw new RequestError(message, reason, hint);
    }
    const place = reply.result?.target ?? name;
    return { done: this._describe(name, place, destination, file), kernel: kernel.id };
  };

  private _describe(name: string, place: string, destination: Destination, file: string): string {
    return destination === 'variable'
      ? this._trans.__('%1 is in the variable %2 of %3.', name, place, file)
      : this._trans.__('%1 is in the environment of %3 as %2.', name, place, file);
  }

  private _activePanel(): NotebookPanel | null {
    const panel = this._notebooks.currentWidget;
    return panel && panel === this._shell.currentWidget ? panel : null;
  }

  private _attach(): void {
    const panel = this._activePanel();
    if (panel !== this._panel) {
      this._panel?.sessionContext.kernelChanged.disconnect(this._notify, this);
      this._panel?.sessionContext.statusChanged.disconnect(this._notify, this);
      panel?.sessionContext.kernelChanged.connect(this._notify, this);
      panel?.sessionContext.statusChanged.connect(this._notify, this);
      this._panel = panel;
    }
    this._notify();
  }

  private _notify(): void {
    const panel = this._activePanel();
    void this._reason().then(reason => {
      if (panel === this._activePanel()) {
        this._disabled(reason);
      }
    });
  }

  private async _reason(): Promise<string> {
    const panel = this._activePanel();
    const kernel = panel?.sessionContext.session?.kernel;
    if (!panel) {
      return this._trans.__('No notebook is in front. Open one with a Python kernel to put secrets into it.');
    }
    if (!kernel || kernel.status === 'dead') {
      return this._trans.__('The notebook in front has no kernel. Start one to put secrets into it.');
    }
    const language = (await kernel.spec)?.language ?? '';
    if (language.toLowerCase() !== 'python') {
      return this._trans.__('The kernel in front is not Python. Secrets can be put into a Python kernel.');
    }
    return '';
  }

  /** Opens a comm for one question; where the kernel does not know it, loads the extension there and asks again. */
  private async _ask(kernel: Kernel.IKernelConnection, request: { [key: string]: string }): Promise<Reply> {
    if (this._ready.has(kernel)) {
      const reply = await exchange(kernel, request);
      if (reply) {
        return reply;
      }
    }
    await load(kernel, this._trans);
    this._ready.add(kernel);
    const reply = await exchange(kernel, request);
    if (!reply) {
      throw new RequestError(
        this._trans.__('The kernel did not answer.'),
        'ProviderUnavailableError',
        this._trans.__('Restart the kernel and try again.')
      );
    }
    return reply;
  }
}

/** Loads the extension into the kernel, leaving no trace in its history. */
async function load(kernel: Kernel.IKernelConnection, trans: Trans): Promise<void> {
  const future = kernel.requestExecute({
    code: BOOTSTRAP,
    silent: true,
    store_history: false,
    stop_on_error: false,
    allow_stdin: false
  });
  const reply = await future.done.catch(() => null);
  if (reply?.content.status !== 'ok') {
    throw new RequestError(
      trans.__('The kernel cannot load dh_secrets_jupyter.'),
      'ProviderUnavailableError',
      trans.__('Install it in the kernel’s environment with %pip install dh_secrets_jupyter.')
    );
  }
}

/** Sends a request over a comm of its own; resolves to null where the kernel closes it without an answer. */
function exchange(kernel: Kernel.IKernelConnection, request: { [key: string]: string }): Promise<Reply | null> {
  return new Promise(resolve => {
    const comm = kernel.createComm(TARGET);
    const finish = (reply: Reply | null) => {
      // Closing calls back, too.
      comm.onClose = () => undefined;
      kernel.statusChanged.disconnect(restarted);
      kernel.disposed.disconnect(gone);
      resolve(reply);
      if (!comm.isDisposed) {
        comm.close();
      }
    };
    const gone = () => finish(null);
    const restarted = (_: unknown, status: KernelMessage.Status) => {
      if (['restarting', 'autorestarting', 'dead'].includes(status)) {
        finish(null);
      }
    };
    kernel.statusChanged.connect(restarted);
    kernel.disposed.connect(gone);
    comm.onMsg = message => finish(message.content.data as unknown as Reply);
    comm.onClose = gone;
    comm.open();
    comm.send({ id: 1, method: 'put', params: request });
  });
}
