/** The transport of the widget: its own comm, whose other end is the kernel. */

import type { Copy, Details, InKernel, Put, PutAgain, Status, Transport, Use } from './model';
import type { Destination, HELD_EVENT, SecretInfo } from './protocol';
import { Requests, type WidgetModel } from './requests';

/** What of anywidget's model is used here. */
export interface Model extends WidgetModel<Push> {
  get(trait: '_fallback'): string;
}

type Push =
  | { event: 'changed'; project: string }
  | { event: 'live'; project: string; live: boolean }
  | { event: 'cell' | typeof HELD_EVENT };

/** Asks the kernel, and hears what it pushes. */
export class CommTransport implements Transport {
  private readonly _requests: Requests<Push>;
  private _watched = new Map<string, { changed(): void; live(possible: boolean): void }>();
  private _ran: () => void = () => undefined;
  private _gone: () => void = () => undefined;
  private readonly _view = `view-${Math.floor(Math.random() * 2 ** 48)}`;

  constructor(model: Model) {
    this._requests = new Requests(
      model,
      push => this._onPush(push),
      () => this._gone()
    );
  }

  status(project?: string): Promise<Status> {
    return this._requests.ask('status', project === undefined ? {} : { project });
  }

  async projects(): Promise<string[]> {
    return (await this._requests.ask<{ projects: string[] }>('projects', {})).projects;
  }

  async list(project: string): Promise<SecretInfo[]> {
    const { secrets, live } = await this._requests.ask<{ secrets: SecretInfo[]; live: boolean }>('list', {
      project,
      view: this._view
    });
    this._watched.get(project)?.live(live);
    return secrets;
  }

  create(project: string, name: string, value: string, details: Details): Promise<string[]> {
    return this._change('create', { project, name, ...details }, value);
  }

  update(project: string, name: string, change: { value: string } | Partial<Details>): Promise<string[]> {
    return 'value' in change
      ? this._change('update', { project, name }, change.value)
      : this._change('update', { project, name, ...change });
  }

  remove(project: string, name: string): Promise<string[]> {
    return this._change('remove', { project, name });
  }

  importValues(project: string, values: ReadonlyMap<string, string>, replace: boolean): Promise<string[]> {
    return this._change('import', { project, replace }, JSON.stringify(Object.fromEntries(values)));
  }

  copy(
    project: string,
    name: string,
    { name: newName, project: target = project, move = false }: Copy
  ): Promise<string[]> {
    return this._change('copy', { project, name, new_name: newName, target, move });
  }

  put(project: string, name: string, destination: Destination): Promise<Put> {
    return this._requests.ask('put', { project, name, destination });
  }

  use(project: string, name: string): Promise<Use> {
    return this._requests.ask('use', { project, name });
  }

  putAgain(project: string, name: string): Promise<PutAgain> {
    return this._requests.ask('put_again', { project, name });
  }

  forget(project: string, name: string): Promise<void> {
    return this._requests.ask('forget', { project, name });
  }

  undo(project: string): Promise<void> {
    return this._requests.ask('undo', { project });
  }

  held(project: string): Promise<InKernel> {
    return this._requests.ask('held', { project });
  }

  /** Returns the panel's texts in a language, but for those that it has; in English where the package has none in it. */
  async texts(language: string): Promise<string[]> {
    return (await this._requests.ask<{ texts: string[] }>('texts', { language })).texts;
  }

  /** Calls back after each cell that the kernel has run and each change by a display, and once it is gone. */
  follow(ran: () => void, gone: () => void): void {
    this._ran = ran;
    this._gone = gone;
  }

  watch(project: string, changed: () => void, live: (possible: boolean) => void): () => void {
    this._watched.set(project, { changed, live });
    return () => {
      this._watched.delete(project);
      // A kernel that is gone keeps nobody informed.
      this._requests.ask('leave', { project, view: this._view }).catch(() => undefined);
    };
  }

  dispose(): void {
    this._requests.dispose();
  }

  private async _change(...asked: Parameters<Requests['ask']>): Promise<string[]> {
    return (await this._requests.ask<{ notices?: string[] }>(...asked)).notices ?? [];
  }

  private _onPush(push: Push): void {
    if (!('project' in push)) {
      this._ran();
      return;
    }
    const watched = this._watched.get(push.project);
    push.event === 'live' ? watched?.live(push.live) : watched?.changed();
  }
}
