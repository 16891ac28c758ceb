/** Asks a kernel over a comm of its own; `dh_secrets_jupyter/comm.py` has its other end. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { Trans } from './language';
import { RequestError } from './model';
import { BOOTSTRAP, COMM_TARGET, IS_LOADED, type Method } from './protocol';
import { type Request, type Response, resultOf } from './rpc';

/** What of a comm and of a kernel is used here. */
export type Comm = Pick<Kernel.IComm, 'open' | 'send' | 'close' | 'onMsg' | 'onClose' | 'isDisposed'>;
export type AskedKernel = Pick<Kernel.IKernelConnection, 'requestExecute' | 'statusChanged' | 'disposed'> & {
  createComm(target: string): Comm;
};

/** How often code is sent to a kernel: a cell that fails has what waits behind it aborted, ours too. */
const TRIES = 3;

/** Asks kernels, whether they know the comm's target yet or not. */
export class KernelComm {
  /** Kernels that know the target, as far as is known. */
  private readonly _ready = new WeakSet<AskedKernel>();
  private _count = 0;
  /** Executions that are none of the user's. */
  private readonly _executions = new Set<string>();

  constructor(private readonly _trans: Trans) {}

  /** Asks a kernel; where it does not know the target, loads the extension there and asks again. */
  async ask<T>(kernel: AskedKernel, method: Method, params: { [name: string]: string }): Promise<T> {
    const request = { id: ++this._count, method, params };
    let response = this._ready.has(kernel) ? await exchange(kernel, request) : null;
    if (!response) {
      await this._load(kernel);
      this._ready.add(kernel);
      response = await exchange(kernel, request);
    }
    if (!response) {
      throw this._unanswered();
    }
    return resultOf<T>(response);
  }

  /** Asks a kernel that has loaded the extension; resolves to null where it has not, and loads nothing. */
  async askIfLoaded<T>(kernel: AskedKernel, method: Method, params: { [name: string]: string }): Promise<T | null> {
    if (!this._ready.has(kernel) && !(await this._isLoaded(kernel))) {
      return null;
    }
    this._ready.add(kernel);
    const response = await exchange(kernel, { id: ++this._count, method, params });
    if (!response) {
      // It was restarted.
      this._ready.delete(kernel);
    }
    return response && resultOf<T>(response);
  }

  /** Whether an execution that has ended was one of this class, and so no cell; it is asked once for each. */
  isOurs(execution: string): boolean {
    return this._executions.delete(execution);
  }

  /** Loads the extension into the kernel, leaving no trace in its history. */
  private async _load(kernel: AskedKernel): Promise<void> {
    const reply = await this._execute(kernel, BOOTSTRAP, {});
    if (!reply) {
      throw this._unanswered();
    }
    if (reply.content.status !== 'ok') {
      throw new RequestError(
        this._trans.__('The kernel cannot load dh_secrets_jupyter.'),
        'ProviderUnavailableError',
        this._trans.__('Install it in the kernel’s environment with %pip install dh_secrets_jupyter.')
      );
    }
  }

  /** Looks whether the extension is loaded: to open its comm where it is not would be an error in the kernel's log. */
  private async _isLoaded(kernel: AskedKernel): Promise<boolean> {
    const reply = await this._execute(kernel, '', { loaded: IS_LOADED });
    const { user_expressions } = (reply?.content ?? {}) as { user_expressions?: { loaded?: { data?: JSONObject } } };
    return user_expressions?.loaded?.data?.['text/plain'] === 'True';
  }

  /** Runs code as none of the user's; resolves to null where it was not run, as in a kernel that was restarted. */
  private async _execute(kernel: AskedKernel, code: string, user_expressions: { [name: string]: string }) {
    for (let tries = 0; tries < TRIES; tries++) {
      const future = kernel.requestExecute({
        code,
        user_expressions,
        silent: true,
        store_history: false,
        stop_on_error: false,
        allow_stdin: false
      });
      this._executions.add(future.msg.header.msg_id);
      const reply = await future.done.catch(() => null);
      if (reply?.content.status !== 'aborted') {
        return reply;
      }
    }
    return null;
  }

  private _unanswered(): RequestError {
    return new RequestError(
      this._trans.__('The kernel did not answer.'),
      'ProviderUnavailableError',
      this._trans.__('Try again, or restart the kernel.')
    );
  }
}

/** Sends a request over a comm that is opened for it; resolves to null where the kernel closes it without a response. */
function exchange(kernel: AskedKernel, request: Request): Promise<Response | null> {
  return new Promise(resolve => {
    const comm = kernel.createComm(COMM_TARGET);
    const finish = (response: Response | null) => {
      // Closing calls back, too.
      comm.onClose = () => undefined;
      kernel.statusChanged.disconnect(restarted);
      kernel.disposed.disconnect(gone);
      resolve(response);
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
    comm.onMsg = message => finish(message.content.data as unknown as Response);
    comm.onClose = gone;
    comm.open();
    comm.send(request as unknown as Parameters<Comm['send']>[0]);
  });
}
