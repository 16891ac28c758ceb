/** The transport of the side panel: the server's HTTP API, its event bus, and a way into the active notebook. */

import {
  type Copy,
  type Details,
  type InKernel,
  type Put,
  type PutAgain,
  ReportedError,
  type Status,
  type Transport,
  type Use
} from './model';
import { type Destination, LIVE_HEADER, type Method, OPERATIONS, type SecretInfo } from './protocol';
import {
  type Form,
  isImported,
  isNeeds,
  isNothing,
  isProjects,
  isScrubbed,
  isSecretNamed,
  isSecrets,
  isStatus,
  type Need,
  noticesOf,
  read,
  type Scrubbed,
  unreachable
} from './responses';

/** Sends a request to a path under the server's base, with Jupyter's credentials. */
export type Send = (path: string, init: RequestInit) => Promise<Response>;

/** Reports changes on the server's event bus, and whether it is connected. */
export interface ChangeSource {
  watch(project: string, changed: () => void, connected: (open: boolean) => void): () => void;
}

/** The kernel in front. */
export interface FrontKernel {
  readonly id: string;
  /** Asks it for something that is about a secret; loads the extension there where it is not. */
  ask<T>(subject: string, method: Method, params: { [name: string]: string }): Promise<T>;
  /** Asks it unless it has not loaded the extension: then there is nothing of ours in it. */
  askIfLoaded<T>(method: Method, params: { [name: string]: string }): Promise<T | null>;
}

/** The server promises a response within 30 s; a large value takes its time to arrive. */
const TIMEOUT_MS = 60000;

/** A value that was put into a request, as the kernel says it. */
interface Reported {
  project: string;
  name: string;
  host: string;
  method: string;
  status: number;
}

type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** The list and what follows from asking for it: that these fail is no reason to ask again. */
const ASKED_WITH_LIST: readonly Operation[] = [OPERATIONS.list_secrets, OPERATIONS.status];

/** What a request is about and what it sends; only what its operation's path and method have room for. */
interface Asked {
  project?: string;
  name?: string;
  query?: { [name: string]: string };
  body?: object;
}

export class RestTransport implements Transport {
  /** The provider that holds a project's secrets, as its status said. */
  private _provider = '';
  private _watched = {
    project: '',
    serverWatches: false,
    connected: false,
    changed: (): void => undefined,
    live: (_: boolean): void => undefined
  };

  constructor(
    private readonly _send: Send,
    private readonly _changes: ChangeSource,
    private readonly _kernel: FrontKernel
  ) {}

  async status(project?: string): Promise<Status> {
    const [status] = await this._request(
      OPERATIONS.status,
      isStatus,
      project === undefined ? {} : { query: { project } }
    );
    this._provider = status.provider;
    return status;
  }

  async projects(): Promise<string[]> {
    return (await this._request(OPERATIONS.list_projects, isProjects, {}))[0].projects;
  }

  async list(project: string): Promise<SecretInfo[]> {
    const [{ secrets }, headers] = await this._request(OPERATIONS.list_secrets, isSecrets, { project });
    if (project === this._watched.project) {
      this._watched.serverWatches = headers.get(LIVE_HEADER) === 'true';
      this._notifyLive();
    }
    return secrets;
  }

  create(project: string, name: string, value: string, details: Details): Promise<string[]> {
    const body = { name, value, ...metadata(details) };
    return this._change(OPERATIONS.create_secret, isSecretNamed(name), { project, body });
  }

  update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<string[]> {
    const body = 'value' in change ? change : metadata(change);
    return this._change(OPERATIONS.change_secret, isSecretNamed(name), { project, name, body });
  }

  remove(project: string, name: string): Promise<string[]> {
    return this._change(OPERATIONS.delete_secret, isNothing, { project, name });
  }

  importValues(project: string, values: ReadonlyMap<string, string>, replace: boolean): Promise<string[]> {
    const body = { values: Object.fromEntries(values), replace };
    return this._change(OPERATIONS.import_secrets, isImported, { project, body });
  }

  copy(project: string, name: string, to: Copy): Promise<string[]> {
    return this._change(OPERATIONS.copy_secret, isSecretNamed(to.name), { project, name, body: to });
  }

  /** Reads what a notebook's cells need, without running them. */
  async needs(cells: string[]): Promise<Need[]> {
    return (await this._request(OPERATIONS.read_needs, isNeeds, { body: { cells } }))[0].needs;
  }

  /** Puts marks in place of the values in a saved notebook. */
  async scrub(path: string): Promise<Scrubbed> {
    return (await this._request(OPERATIONS.scrub, isScrubbed, { body: { path } }))[0];
  }

  async put(project: string, name: string, destination: Destination): Promise<Put> {
    const put = await this._kernel.ask<Put>(name, 'put', { ...this._of(project), name, destination });
    await this._report(project, name, destination);
    return put;
  }

  use(project: string, name: string): Promise<Use> {
    return this._kernel.ask(name, 'use', { ...this._of(project), name });
  }

  async putAgain(project: string, name: string): Promise<PutAgain> {
    const put = await this._kernel.ask<PutAgain>(name, 'put_again', { ...this._of(project), name });
    await this._report(project, name, 'variable');
    return put;
  }

  async forget(project: string, name: string): Promise<void> {
    await this._kernel.ask(name, 'forget', { ...this._of(project), name });
  }

  async undo(project: string): Promise<void> {
    await this._kernel.ask('', 'undo', this._of(project));
  }

  async held(project: string): Promise<InKernel | null> {
    const held = await this._kernel.askIfLoaded<InKernel>('held', this._of(project));
    if (held) {
      void this._reportUses(project);
    }
    return held;
  }

  watch(project: string, changed: () => void, live: (possible: boolean) => void): () => void {
    const watched = { project, serverWatches: false, connected: false, changed, live };
    this._watched = watched;
    const stop = this._changes.watch(project, changed, open => {
      watched.connected = open;
      this._notifyLive();
      if (open) {
        // What happened while it was not connected was not pushed.
        changed();
      }
    });
    return () => {
      watched.live = watched.changed = () => undefined;
      stop();
    };
  }

  private _of(project: string): { project: string; provider: string } {
    return { project, provider: this._provider };
  }

  /** The trail is the administrator's; that it could not be written undoes nothing. */
  private async _report(project: string, name: string, into: Destination): Promise<void> {
    const body = { into, kernel: this._kernel.id };
    await this._request(OPERATIONS.report_injected, isNothing, { project, name, body }).catch(() => undefined);
  }

  /** Hands on which values were put into requests of the kernel since this was asked last, of whatever project. */
  private async _reportUses(shown: string): Promise<void> {
    const { id } = this._kernel;
    const answer = await this._kernel.askIfLoaded<{ uses: Reported[] }>('used', this._of(shown)).catch(() => null);
    for (const { project, name, ...use } of answer?.uses ?? []) {
      const body = { ...use, kernel: id };
      await this._request(OPERATIONS.report_used, isNothing, { project, name, body }).catch(() => undefined);
    }
  }

  private _notifyLive(): void {
    const { serverWatches, connected, live } = this._watched;
    live(serverWatches && connected);
  }

  private async _change<T>(operation: Operation, form: Form<T>, asked: Asked): Promise<string[]> {
    const [, headers] = await this._request(operation, form, asked);
    return noticesOf(headers);
  }

  private async _request<T>(operation: Operation, form: Form<T>, asked: Asked): Promise<[T, Headers]> {
    try {
      return await this._exchange(operation, form, asked);
    } catch (error) {
      // Where another answers in the server's place, or nobody, the list is asked for now: it says so at once.
      if (!(error instanceof ReportedError || ASKED_WITH_LIST.includes(operation))) {
        this._watched.changed();
      }
      throw error;
    }
  }

  private async _exchange<T>(operation: Operation, form: Form<T>, asked: Asked): Promise<[T, Headers]> {
    const { method, status } = operation;
    const reads = method === 'GET';
    const response = await this._send(address(operation, asked), {
      method,
      body: asked.body && JSON.stringify(asked.body),
      cache: 'no-store',
      // The API never redirects: who does is a gateway, whose page would look like a response.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS)
    }).catch(() => {
      throw unreachable(!reads);
    });
    return [await read(response, status, form, !reads), response.headers];
  }
}

function address({ method, path }: Operation, { project = '', name = '', query }: Asked): string {
  const parts: { [part: string]: string } = { project, name };
  const filled = path.replace(/{(\w+)}/g, (_, part: string) => encodeURIComponent(parts[part] ?? ''));
  // What is asked only to be shown, also again and again, is no activity: an idle server stays idle.
  const all = new URLSearchParams({ ...query, ...(method === 'GET' && { no_track_activity: '1' }) });
  return all.size ? `${filled}?${all}` : filled;
}

function metadata(details: Partial<Details>): object {
  return 'expires' in details ? { ...details, expires: details.expires || null } : details;
}
