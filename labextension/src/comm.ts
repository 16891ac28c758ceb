/** The transport of the widget: its own comm, whose other end is the kernel. */

import { type Catalogue, wording } from './language';
import {
  type Copy,
  type Details,
  type InKernel,
  type Put,
  type PutAgain,
  RequestError,
  type Status,
  type Transport
} from './model';
import type { Destination, Method, SecretInfo } from './protocol';
import { type Request, type Response, resultOf } from './rpc';

/** What of anywidget's model is used here. */
export interface Model {
  get(trait: '_fallback'): string;
  send(content: Request, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: 'msg:custom' | 'comm_live_update', listener: (content: Response | Push) => void): void;
  off(event: 'msg:custom' | 'comm_live_update', listener: (content: Response | Push) => void): void;
}

type Push =
  | { event: 'changed'; project: string }
  | { event: 'live'; project: string; live: boolean }
  | { event: 'cell' };

/** Who waits for a response. */
interface Pending {
  settle(response: Response): void;
  reject(error: RequestError): void;
}

/** Asks the kernel by custom messages, which are in no widget's state. A value is a message's only buffer. */
export class CommTransport implements Transport {
  private _pending = new Map<number, Pending>();
  private _watched = new Map<string, { changed(): void; live(possible: boolean): void }>();
  // All views of a widget hear all its messages, those in other browsers too: numbers that nobody else counts.
  private _count = Math.floor(Math.random() * 2 ** 48);
  private _ran: () => void = () => undefined;
  private readonly _view = `view-${this._count}`;

  constructor(private readonly _model: Model) {
    _model.on('msg:custom', this._onMessage);
    _model.on('comm_live_update', this._onKernelGone);
  }

  status(project?: string): Promise<Status> {
    return this._ask('status', project === undefined ? {} : { project });
  }

  async projects(): Promise<string[]> {
    return (await this._ask<{ projects: string[] }>('projects', {})).projects;
  }

  async list(project: string): Promise<SecretInfo[]> {
    const { secrets, live } = await this._ask<{ secrets: SecretInfo[]; live: boolean }>('list', {
      project,
      view: this._view
    });
    this._watched.get(project)?.live(live);
    return secrets;
  }

  create(project: string, name: string, value: string, details: Details): Promise<void> {
    return this._ask('create', { project, name, ...details }, value);
  }

  update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<void> {
    return 'value' in change
      ? this._ask('update', { project, name }, change.value)
      : this._ask('update', { project, name, ...change });
  }

  remove(project: string, name: string): Promise<void> {
    return this._ask('remove', { project, name });
  }

  importValues(project: string, values: ReadonlyMap<string, string>, replace: boolean): Promise<void> {
    return this._ask('import', { project, replace }, JSON.stringify(Object.fromEntries(values)));
  }

  copy(project: string, name: string, { name: newName, project: target = project, move = false }: Copy): Promise<void> {
    return this._ask('copy', { project, name, new_name: newName, target, move });
  }

  put(project: string, name: string, destination: Destination): Promise<Put> {
    return this._ask('put', { project, name, destination });
  }

  putAgain(project: string, name: string): Promise<PutAgain> {
    return this._ask('put_again', { project, name });
  }

  forget(project: string, name: string): Promise<void> {
    return this._ask('forget', { project, name });
  }

  undo(project: string): Promise<void> {
    return this._ask('undo', { project });
  }

  held(project: string): Promise<InKernel> {
    return this._ask('held', { project });
  }

  /** Returns the panel's texts in a language, in English where the package has none in it. */
  async texts(language: string): Promise<Catalogue> {
    return (await this._ask<{ texts: Catalogue }>('texts', { language })).texts;
  }

  /** Calls back after each cell that the kernel has run. */
  onCell(ran: () => void): void {
    this._ran = ran;
  }

  watch(project: string, changed: () => void, live: (possible: boolean) => void): () => void {
    this._watched.set(project, { changed, live });
    return () => {
      this._watched.delete(project);
      // A kernel that is gone keeps nobody informed.
      this._ask('leave', { project, view: this._view }).catch(() => undefined);
    };
  }

  dispose(): void {
    this._model.off('msg:custom', this._onMessage);
    this._model.off('comm_live_update', this._onKernelGone);
  }

  private _ask<T>(method: Method, params: Request['params'], value?: string): Promise<T> {
    const id = ++this._count;
    const buffers = value === undefined ? [] : [new TextEncoder().encode(value).slice().buffer];
    const asked = new Promise<Response>((settle, reject) => {
      try {
        this._model.send({ id, method, params }, undefined, buffers);
        this._pending.set(id, { settle, reject });
      } catch {
        reject(
          new RequestError(
            wording('The kernel of this panel is gone.'),
            'ProviderUnavailableError',
            wording('Run the cell again.')
          )
        );
      }
    });
    return asked.then(resultOf<T>);
  }

  /** What a kernel was asked before it was restarted or went away is answered by nobody. */
  private _onKernelGone = (): void => {
    for (const { reject } of this._pending.values()) {
      reject(
        new RequestError(
          wording('The kernel went away before it answered.'),
          'ProviderUnavailableError',
          wording('Run the cell again, and look whether it was done.')
        )
      );
    }
    this._pending.clear();
  };

  private _onMessage = (content: Response | Push): void => {
    if ('event' in content) {
      if (content.event === 'cell') {
        this._ran();
        return;
      }
      const watched = this._watched.get(content.project);
      content.event === 'live' ? watched?.live(content.live) : watched?.changed();
      return;
    }
    this._pending.get(content.id)?.settle(content);
    this._pending.delete(content.id);
  };
}
