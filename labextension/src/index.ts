/** The JupyterLab layer: the side panel, its commands in the palette, its setting. */

import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import { h } from 'preact';
import { ActiveKernel } from './activekernel';
import { IconButton } from './button';
import { choose } from './chooser';
import { commands, SHOW } from './commands';
import { EventBus } from './eventbus';
import { SETTINGS } from './icons';
import { setFront } from './inkernel';
import { insert, takeNames } from './insertaction';
import type { Trans } from './language';
import type { Place } from './model';
import { Needs, NeedsNote } from './needs';
import { codeOf, NotebookCells, takeDrops } from './notebookcells';
import { API_BASE } from './protocol';
import { RestTransport } from './rest';
import { SavedNotebooks } from './savednotebooks';
import { SaveNotice, Saves } from './saves';
import { Store } from './store';
import { mount, type Surroundings } from './view';

const ID = 'dh-secrets-jupyter:panel';
/** Its palette says for every side panel how to show it. */
const NOTEBOOK_7 = 'Jupyter Notebook';
const SETTINGS_EDITOR = 'settingeditor:open';

const icon = new LabIcon({
  name: 'dh-secrets-jupyter:key',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
    <path class="jp-icon3" fill="#616161" d="M10.5 1a4.5 4.5 0 0 0-4.3 5.8L1 12v3h3.4v-1.8h1.8v-1.8H8l1.2-1.6A4.5 4.5 0 1 0
      10.5 1zm1 2.2a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z"/></svg>`
});

/** The side panel. The tab's name comes from its title, the region's from the view. */
class SecretsPanel extends Widget {
  private readonly _unmount: () => void;

  constructor(store: Store, around: Omit<Surroundings, 'name'>) {
    super();
    this.id = 'dh-secrets-panel';
    this.addClass('dhs-side');
    this.title.icon = icon;
    const name = store.trans.__('Secrets');
    this.title.caption = name;
    this._unmount = mount(this.node, store, { ...around, name: () => name });
    takeNames(this.node, store);
  }

  protected override onActivateRequest(): void {
    // Later, because the command palette gives the focus back to the notebook when it closes.
    setTimeout(() => this.node.querySelector<HTMLElement>('input[type=search]')?.focus(), 0);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._unmount();
    }
    super.dispose();
  }
}

/** Asks the server with Jupyter's own credentials and XSRF token. */
function transport(kernel: ActiveKernel, events: EventBus): RestTransport {
  const settings = ServerConnection.makeSettings();
  const send = (path: string, init: RequestInit) =>
    ServerConnection.makeRequest(`${settings.baseUrl}${API_BASE}/${path}`, init, settings);
  return new RestTransport(send, events, kernel);
}

function eventBus(): EventBus {
  const { WebSocket, wsUrl, appendToken, token } = ServerConnection.makeSettings();
  const query = appendToken && token ? `?token=${encodeURIComponent(token)}` : '';
  return new EventBus(() => new WebSocket(`${wsUrl}api/events/subscribe${query}`));
}

function inLanguageOf(translator: ITranslator): Trans {
  const bundle = translator.load('dh_secrets_jupyter');
  return {
    __: (text, ...args) => bundle.__(text, ...args),
    _n: (one, many, count, ...args) => bundle._n(one, many, count, ...args),
    language: translator.languageCode
  };
}

function addCommands(app: JupyterFrontEnd, store: Store, panel: Widget, palette: ICommandPalette | null): void {
  const { trans } = store;
  const show = () => app.shell.activateById(panel.id);
  const ask = (title: string, names: string[]) => choose(panel.node, trans, title, names);
  for (const { id, label, execute } of commands(store, show, ask)) {
    app.commands.addCommand(id, { label, execute, describedBy: { args: { type: 'object', properties: {} } } });
    if (id !== SHOW || app.name !== NOTEBOOK_7) {
      palette?.addItem({ command: id, category: trans.__('Secrets') });
    }
  }
}

/** Opens the panel's settings, or says where they are: a notebook of Notebook 7 is a page without an editor for them. */
function openSettings({ commands }: JupyterFrontEnd, store: Store): void {
  if (commands.hasCommand(SETTINGS_EDITOR)) {
    void commands.execute(SETTINGS_EDITOR, { query: store.trans.__('Secrets') });
  } else {
    store.notify(store.trans.__('In Notebook, settings are edited from its list of files, in the menu Settings.'));
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'The secrets of a project, in a side panel.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator, ICommandPalette, ISettingRegistry, ILayoutRestorer, IConsoleTracker],
  activate: async (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    restorer: ILayoutRestorer | null,
    consoles: IConsoleTracker | null
  ) => {
    const trans = inLanguageOf(translator ?? nullTranslator);
    const active = new ActiveKernel(app.shell, notebooks, consoles, trans);
    const events = eventBus();
    const rest = transport(active, events);
    const store = new Store(rest, trans, new NotebookCells(active));
    const saves = new Saves(new SavedNotebooks(notebooks), path => rest.scrub(path), trans);
    events.listen(saves.hear);
    const needs = new Needs(
      cells => rest.needs(cells),
      found => store.setNeeds(found)
    );
    active.follow({
      front: front => {
        setFront(store.kernel, front);
        void needs.look(active.notebook ? codeOf(active.notebook) : []);
      },
      changed: () => void store.kernel.ask()
    });
    const drop = (name: string, place: Place) => {
      const secret = store.state.secrets?.find(one => one.name === name);
      if (secret) {
        void insert(store, secret, place);
      }
    };
    notebooks.forEach(notebook => {
      takeDrops(notebook, drop);
    });
    notebooks.widgetAdded.connect((_, notebook) => takeDrops(notebook, drop));
    const panel = new SecretsPanel(store, {
      Tools: () =>
        h(IconButton, {
          icon: SETTINGS,
          label: trans.__('Settings'),
          onClick: () => openSettings(app, store)
        }),
      AmongNotices: () => [h(NeedsNote, { store }), h(SaveNotice, { saves })]
    });
    app.shell.add(panel, 'left', { rank: 350 });
    restorer?.add(panel, panel.id);
    addCommands(app, store, panel, palette);
    const settings = await registry?.load(ID).catch(() => null);
    const project = settings?.get('project').composite;
    if (typeof project === 'string' && project) {
      await store.setProject(project);
    }
  }
};

export default plugin;
