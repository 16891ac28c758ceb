/** What a panel changes in a project, and how it says what became of that. */

import type { Ask, Host } from './inkernel';
import type { Trans } from './language';
import { type Details, RequestError } from './model';

/** What it needs of the store besides. */
export interface ListHost extends Host {
  /** Asks for the list again, and for the project where none is known yet. */
  refresh(): Promise<void>;
}

/**
 * One for each store. Each change brings notices, and resolves to whether it happened; the list is asked for again whatever
 * came of it.
 */
export class Changes {
  constructor(private readonly _host: ListHost) {}

  create(name: string, value: string, details: Details): Promise<boolean> {
    return this._change(name, this._trans.__('%1 was saved.', name), (transport, project) =>
      transport.create(project, name, value, details)
    );
  }

  replace(name: string, value: string): Promise<boolean> {
    return this._change(name, this._trans.__('The value of %1 was replaced.', name), (transport, project) =>
      transport.update(project, name, { value })
    );
  }

  edit(name: string, details: Partial<Details>): Promise<boolean> {
    return this._change(name, this._trans.__('%1 was saved.', name), (transport, project) =>
      transport.update(project, name, details)
    );
  }

  rename(name: string, newName: string): Promise<boolean> {
    return this._change(name, this._trans.__('%1 is now %2.', name, newName), (transport, project) =>
      transport.copy(project, name, { name: newName, move: true })
    );
  }

  copy(name: string, project: string, newName: string): Promise<boolean> {
    return this._change(name, this._trans.__('%1 was copied to project %2.', name, project), (transport, from) =>
      transport.copy(from, name, { project, name: newName })
    );
  }

  remove(name: string): Promise<boolean> {
    return this._change(name, this._trans.__('%1 was deleted.', name), (transport, project) =>
      transport.remove(project, name)
    );
  }

  /** Stores many values, all or none. */
  importValues(values: ReadonlyMap<string, string>, replace: boolean): Promise<boolean> {
    const done = this._trans._n('%1 secret was imported.', '%1 secrets were imported.', values.size);
    const hint = this._trans.__('Check “Replace those that exist”, or import others.');
    return this._change('', done, (transport, project) =>
      transport.importValues(project, values, replace).catch(error => {
        throw error instanceof RequestError && error.reason === 'SecretExistsError'
          ? new RequestError(error.message, error.reason, hint)
          : error;
      })
    );
  }

  /**
   * Whether the project is known and the place that keeps it answers; says why where it does not.
   *
   * It is asked before a value leaves its field, so that a value which cannot arrive is not lost.
   */
  async reach(name: string): Promise<boolean> {
    const host = this._host;
    const ask = async () => {
      if (!host.state.project) {
        await host.refresh();
      }
      await host.transport.status(host.state.project || undefined);
      if (!host.state.project) {
        throw new RequestError(
          host.trans.__('The project is not known yet.'),
          'ProviderUnavailableError',
          host.trans.__('Reload the page and try again.')
        );
      }
    };
    const isReached = await host.act(name, this._waiting(name), ask, () => '');
    if (!isReached) {
      void host.refresh();
    }
    return isReached;
  }

  private get _trans(): Trans {
    return this._host.trans;
  }

  private _waiting(name: string): string {
    return this._trans.__('%1: waiting for an answer…', name || this._trans.__('Import .env'));
  }

  private async _change(name: string, done: string, ask: Ask<string[]>): Promise<boolean> {
    const { transport, state, act, refresh } = this._host;
    const happened = await act(
      name,
      this._waiting(name),
      () => ask(transport, state.project),
      notices => [done, ...notices].join(' ')
    );
    void refresh();
    return happened;
  }
}
