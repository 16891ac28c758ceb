/** What a panel changes in a project, and how it says what became of that. */

import type { Host } from './inkernel';
import { type Details, RequestError } from './model';

/** What it needs of the store besides. */
export interface ListHost extends Host {
  /** Asks for the list again, and for the project where none is known yet. */
  refresh(): Promise<void>;
}

/** One for each store. Each change resolves to whether it happened; the list is asked for again whatever came of it. */
export class Changes {
  constructor(private readonly _host: ListHost) {}

  create(name: string, value: string, details: Details): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      name,
      this._saving(name),
      project => transport.create(project, name, value, details),
      trans.__('%1 was saved.', name)
    );
  }

  replace(name: string, value: string): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      name,
      this._saving(name),
      project => transport.update(project, name, { value }),
      trans.__('The value of %1 was replaced.', name)
    );
  }

  edit(name: string, details: Partial<Details>): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      name,
      this._saving(name),
      project => transport.update(project, name, details),
      trans.__('%1 was saved.', name)
    );
  }

  rename(name: string, newName: string): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      name,
      this._saving(name),
      project => transport.copy(project, name, { name: newName, move: true }),
      trans.__('%1 is now %2.', name, newName)
    );
  }

  copy(name: string, target: string, newName: string): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      name,
      this._saving(name),
      project => transport.copy(project, name, { project: target, name: newName }),
      trans.__('%1 was copied to project %2.', name, target)
    );
  }

  remove(name: string): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      name,
      trans.__('Deleting %1: waiting for an answer…', name),
      project => transport.remove(project, name),
      trans.__('%1 was deleted.', name)
    );
  }

  /** Stores many values, all or none. */
  importValues(values: ReadonlyMap<string, string>, replace: boolean): Promise<boolean> {
    const { transport, trans } = this._host;
    return this._change(
      '',
      trans.__('Importing: waiting for an answer…'),
      project =>
        transport.importValues(project, values, replace).catch(error => {
          throw error instanceof RequestError && error.reason === 'SecretExistsError'
            ? new RequestError(
                error.message,
                error.reason,
                trans.__('Check “Replace those that exist”, or import others.')
              )
            : error;
        }),
      trans._n('%1 secret was imported.', '%1 secrets were imported.', values.size)
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
          host.trans.__('Try again.')
        );
      }
    };
    return host.act(name, this._saving(name), ask, () => '');
  }

  private _saving(name: string): string {
    return this._host.trans.__('Saving %1: waiting for an answer…', name);
  }

  private async _change(
    name: string,
    waiting: string,
    ask: (project: string) => Promise<unknown>,
    done: string
  ): Promise<boolean> {
    const { state, act, refresh } = this._host;
    const happened = await act(
      name,
      waiting,
      () => ask(state.project),
      () => done
    );
    void refresh();
    return happened;
  }
}
