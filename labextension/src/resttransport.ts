/** The transport of the side panel: the server's HTTP API, its event bus, and a way into the active notebook. */

import type { Destination, Details, SecretInfo, Status, Transport } from './model';
import { metadataOf, NOTHING, PROJECTS, type Promised, read, SECRETS, STATUS, unreachable } from './responses';

/** Sends a request to a path under the server's base, with Jupyter's credentials. */
export type Send = (path: string, init: RequestInit) => Promise<Response>;

/** Tells of changes on the server's event bus, and whether it is connected. */
export interface ChangeSource {
  watch(project: string, changed: () => void, connected: (open: boolean) => void): () => void;
}

/** Has the kernel of the active notebook read a secret; resolves to what it did and to the kernel's id. */
export type PutIntoKernel = (
  project: string,
  provider: string,
  name: string,
  destination: Destination
) => Promise<{ done: string; kernel: string }>;

/** The header of a list: `true` where the server passes on what others change. */
const LIVE = 'DH-Secrets-Live';
/** The server promises an answer within 30 s; a large value takes its time to arrive. */
const LIMIT_MS = 60000;

export class RestTransport implements Transport {
  /** The provider that holds a project's secrets, as its status said. */
  private _provider = '';
  private _watched = { project: '', serverWatches: false, connected: false, live: (_: boolean): void => undefined };

  constructor(
    private readonly _send: Send,
    private readonly _changes: ChangeSource,
    private readonly _putIntoKernel: PutIntoKernel
  ) {}

  async status(project?: string): Promise<Status> {
    const query = project === undefined ? '' : `?project=${encodeURIComponent(project)}`;
    const [status] = await this._request(STATUS, `status${query}`);
    this._provider = status.provider;
    return status;
  }

  async projects(): Promise<string[]> {
    return (await this._request(PROJECTS, 'projects'))[0].projects;
  }

  async list(project: string): Promise<SecretInfo[]> {
    const [{ secrets: found }, headers] = await this._request(SECRETS, secrets(project));
    if (project === this._watched.project) {
      this._watched.serverWatches = headers.get(LIVE) === 'true';
      this._notifyLive();
    }
    return found;
  }

  async create(project: string, name: string, value: string, details: Details): Promise<void> {
    await this._request(metadataOf(name, 201), secrets(project), 'POST', { name, value, ...metadata(details) });
  }

  async update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<void> {
    const body = 'value' in change ? change : metadata(change);
    await this._request(metadataOf(name, 200), secret(project, name), 'PATCH', body);
  }

  async remove(project: string, name: string): Promise<void> {
    await this._request(NOTHING, secret(project, name), 'DELETE');
  }

  async put(project: string, name: string, destination: Destination): Promise<string> {
    const { done, kernel } = await this._putIntoKernel(project, this._provider, name, destination);
    // The trail is the administrator's; that it could not be written undoes nothing.
    const report = this._request(NOTHING, `${secret(project, name)}/injected`, 'POST', { into: destination, kernel });
    await report.catch(() => undefined);
    return done;
  }

  watch(project: string, changed: () => void, live: (possible: boolean) => void): () => void {
    const watched = { project, serverWatches: false, connected: false, live };
    this._watched = watched;
    const stop = this._changes.watch(project, changed, open => {
      watched.connected = open;
      this._notifyLive();
      if (open) {
        // What happened while it was not connected was not told.
        changed();
      }
    });
    return () => {
      watched.live = () => undefined;
      stop();
    };
  }

  private _notifyLive(): void {
    const { serverWatches, connected, live } = this._watched;
    live(serverWatches && connected);
  }

  private async _request<T>(promised: Promised<T>, path: string, method = 'GET', body?: object): Promise<[T, Headers]> {
    const reads = method === 'GET';
    // What is asked only to be shown, also again and again, is no activity: an idle server stays idle.
    const address = reads ? `${path}${path.includes('?') ? '&' : '?'}no_track_activity=1` : path;
    const response = await this._send(address, {
      method,
      body: body && JSON.stringify(body),
      cache: 'no-store',
      // The API never redirects: who does is a gateway, whose page would look like an answer.
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS)
    }).catch(() => {
      throw unreachable(!reads);
    });
    return [await read(response, promised, !reads), response.headers];
  }
}

function secrets(project: string): string {
  return `projects/${encodeURIComponent(project)}/secrets`;
}

function secret(project: string, name: string): string {
  return `${secrets(project)}/${encodeURIComponent(name)}`;
}

function metadata(details: Partial<Details>): object {
  return 'expires' in details ? { ...details, expires: details.expires || null } : details;
}
