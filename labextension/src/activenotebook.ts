/** The way into the kernel of the active notebook, which reads the secret by itself. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { KernelComm } from './kernelcomm';
import type { Trans } from './language';
import { RequestError } from './model';
import type { Destination } from './protocol';
import type { PutIntoKernel } from './rest';

/** Follows which notebook is active, and says why nothing can be put into its kernel. */
export class ActiveNotebook {
  private readonly _comm: KernelComm;
  private _panel: NotebookPanel | null = null;
  private _disabled: (reason: string) => void = () => undefined;

  constructor(
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _notebooks: INotebookTracker,
    private readonly _trans: Trans
  ) {
    this._comm = new KernelComm(_trans);
  }

  /** Says why nothing can be put, or an empty text, now and whenever that changes. */
  follow(disabled: (reason: string) => void): void {
    this._disabled = disabled;
    this._shell.currentChanged?.connect(() => this._attach());
    this._notebooks.currentChanged.connect(() => this._attach());
    this._attach();
  }

  readonly put: PutIntoKernel = async (project, provider, name, destination) => {
    const panel = this._activePanel();
    const kernel = panel?.sessionContext.session?.kernel;
    if (!panel || !kernel) {
      throw new RequestError(`${name}: ${await this._reason()}`, 'SecretsError', '');
    }
    const file = panel.context.localPath.split('/').pop() ?? '';
    const params = { project, provider, name, destination };
    const { target } = await this._comm.ask<{ target: string }>(kernel, 'put', params);
    return { done: this._describe(name, target, destination, file), kernel: kernel.id };
  };

  private _describe(name: string, target: string, destination: Destination, file: string): string {
    return destination === 'variable'
      ? this._trans.__('%1 is in the variable %2 of %3.', name, target, file)
      : this._trans.__('%1 is in the environment of %3 as %2.', name, target, file);
  }

  private _activePanel(): NotebookPanel | null {
    const panel = this._notebooks.currentWidget;
    return panel && panel === this._shell.currentWidget ? panel : null;
  }

  private _attach(): void {
    const panel = this._activePanel();
    if (panel !== this._panel) {
      this._panel?.sessionContext.kernelChanged.disconnect(this._notify, this);
      this._panel?.sessionContext.statusChanged.disconnect(this._notify, this);
      panel?.sessionContext.kernelChanged.connect(this._notify, this);
      panel?.sessionContext.statusChanged.connect(this._notify, this);
      this._panel = panel;
    }
    this._notify();
  }

  private _notify(): void {
    const panel = this._activePanel();
    void this._reason().then(reason => {
      if (panel === this._activePanel()) {
        this._disabled(reason);
      }
    });
  }

  private async _reason(): Promise<string> {
    const panel = this._activePanel();
    const kernel = panel?.sessionContext.session?.kernel;
    if (!panel) {
      return this._trans.__('No notebook is open. Open one with a Python kernel to put secrets into it.');
    }
    if (!kernel || kernel.status === 'dead') {
      return this._trans.__('The notebook in front has no kernel. Start one to put secrets into it.');
    }
    const language = (await kernel.spec)?.language ?? '';
    if (language.toLowerCase() !== 'python') {
      return this._trans.__('The current kernel is not a Python kernel. Secrets can be put into a Python kernel.');
    }
    return '';
  }
}
