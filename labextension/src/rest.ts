/** The transport of the side panel: the server's HTTP API, its event bus, and a way into the kernel in front. */

import { type Details, Refusal, type SecretInfo, type Status, type Target, type Transport } from './model';

/** Sends a request to a path under the server's base, with Jupyter's credentials. */
export type Send = (path: string, init: RequestInit) => Promise<Response>;

/** Tells of changes on the server's event bus, and whether it is connected. */
export interface ChangeSource {
  watch(project: string, changed: () => void, connected: (open: boolean) => void): () => void;
}

/** Has the kernel of the notebook in front read a secret; resolves to what it did and to the kernel's id. */
export type PutIntoKernel = (
  project: string,
  provider: string,
  name: string,
  target: Target
) => Promise<{ done: string; kernel: string }>;

/** The header of a list: `true` where the server passes on what others change. */
const LIVE = 'DH-Secrets-Live';

export class RestTransport implements Transport {
  /** The provider that holds a project's secrets, as its status said. */
  private _provider = '';
  private _watched = { project: '', told: false, connected: false, live: (_: boolean): void => undefined };

  constructor(
    private readonly _send: Send,
    private readonly _changes: ChangeSource,
    private readonly _putIntoKernel: PutIntoKernel
  ) {}

  async status(project?: string): Promise<Status> {
    const query = project === undefined ? '' : `?project=${encodeURIComponent(project)}`;
    const status = (await this._json(`status${query}`)) as Status;
    this._provider = status.provider;
    return status;
  }

  async projects(): Promise<string[]> {
    return ((await this._json('projects')) as { projects: string[] }).projects;
  }

  async list(project: string): Promise<SecretInfo[]> {
    const response = await this._request(secrets(project));
    const { secrets: found } = (await response.json()) as { secrets: SecretInfo[] };
    if (project === this._watched.project) {
      this._watched.told = response.headers.get(LIVE) === 'true';
      this._sayLive();
    }
    return found;
  }

  async create(project: string, name: string, value: string, details: Details): Promise<void> {
    await this._request(secrets(project), 'POST', { name, value, ...metadata(details) });
  }

  async update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<void> {
    await this._request(secret(project, name), 'PATCH', 'value' in change ? change : metadata(change));
  }

  async remove(project: string, name: string): Promise<void> {
    await this._request(secret(project, name), 'DELETE');
  }

  async put(project: string, name: string, target: Target): Promise<string> {
    const { done, kernel } = await this._putIntoKernel(project, this._provider, name, target);
    // The trail is the administrator's; that it could not be written undoes nothing.
    await this._request(`${secret(project, name)}/injected`, 'POST', { into: target, kernel }).catch(() => undefined);
    return done;
  }

  watch(project: string, changed: () => void, live: (possible: boolean) => void): () => void {
    const watched = { project, told: false, connected: false, live };
    this._watched = watched;
    const stop = this._changes.watch(project, changed, open => {
      watched.connected = open;
      this._sayLive();
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

  private _sayLive(): void {
    const { told, connected, live } = this._watched;
    live(told && connected);
  }

  private async _json(path: string): Promise<unknown> {
    return (await this._request(path)).json();
  }

  private async _request(path: string, method = 'GET', body?: object): Promise<Response> {
    // What is asked only to be shown, also again and again, is no activity: an idle server stays idle.
    const address = method === 'GET' ? `${path}${path.includes('?') ? '&' : '?'}no_track_activity=1` : path;
    let response: Response;
    try {
      response = await this._send(address, { method, body: body && JSON.stringify(body), cache: 'no-store' });
    } catch {
      throw new Refusal('The Jupyter server cannot be reached.', 'ProviderUnavailableError', 'Is it still running?');
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
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

/** Reads an error's JSON; a proxy in between may have answered in another form. */
async function refusal(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => ({}))) as Partial<Record<'message' | 'reason' | 'hint', string>>;
  return new Refusal(
    body.message ?? `The server answered ${response.status} ${response.statusText}.`,
    body.reason ?? 'SecretsError',
    body.hint ?? 'Reload the page and log in again.'
  );
}
