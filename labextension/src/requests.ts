/** How a widget's view asks the kernel: by custom messages over the widget's own comm, which are in no widget's state. */

import { wording } from './language';
import { RequestError } from './model';
import type { Method } from './protocol';
import { type Request, type Response, resultOf } from './rpc';

/** What of anywidget's model is used here; `Push` is what the kernel says unasked. */
export interface WidgetModel<Push> {
  send(content: Request, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: 'msg:custom' | 'comm_live_update', listener: (content: Response | Push) => void): void;
  off(event: 'msg:custom' | 'comm_live_update', listener: (content: Response | Push) => void): void;
}

/** Who waits for a response. */
interface Pending {
  settle(response: Response): void;
  reject(error: RequestError): void;
}

/** The requests of one view. */
export class Requests<Push extends { event: string } = never> {
  private _pending = new Map<number, Pending>();
  // All views of a widget hear all its messages, those in other browsers too: numbers that nobody else counts.
  private _count = Math.floor(Math.random() * 2 ** 48);

  constructor(
    private readonly _model: WidgetModel<Push>,
    private readonly _push: (push: Push) => void = () => undefined,
    private readonly _gone: () => void = () => undefined
  ) {
    _model.on('msg:custom', this._onMessage);
    _model.on('comm_live_update', this._onKernelGone);
  }

  /** Asks the kernel. A value is the message's only buffer. */
  ask<T>(method: Method, params: Request['params'], value?: string): Promise<T> {
    const id = ++this._count;
    const buffers = value === undefined ? [] : [new TextEncoder().encode(value).slice().buffer];
    const asked = new Promise<Response>((settle, reject) => {
      try {
        this._model.send({ id, method, params }, undefined, buffers);
        this._pending.set(id, { settle, reject });
      } catch {
        reject(gone(wording('Run the cell again.')));
      }
    });
    return asked.then(resultOf<T>);
  }

  dispose(): void {
    this._model.off('msg:custom', this._onMessage);
    this._model.off('comm_live_update', this._onKernelGone);
  }

  /** What a kernel was asked before it was restarted or went away is answered by nobody. */
  private _onKernelGone = (): void => {
    for (const { reject } of this._pending.values()) {
      reject(gone(wording('Run the cell again, and look whether it was done.')));
    }
    this._pending.clear();
    this._gone();
  };

  private _onMessage = (content: Response | Push): void => {
    if ('event' in content) {
      this._push(content);
      return;
    }
    this._pending.get(content.id)?.settle(content);
    this._pending.delete(content.id);
  };
}

function gone(hint: string): RequestError {
  return new RequestError(wording('The kernel of this panel is gone.'), 'ProviderUnavailableError', hint);
}
