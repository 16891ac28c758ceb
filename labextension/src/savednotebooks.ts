/** JupyterLab's notebooks, as what is saved and loaded again. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { SavedNotebook } from './saves';

export class SavedNotebooks implements SavedNotebook {
  constructor(private readonly _notebooks: INotebookTracker) {}

  get path(): string | null {
    return this._notebooks.currentWidget?.context.localPath ?? null;
  }

  get isUnsaved(): boolean {
    return this._notebooks.currentWidget?.context.model.dirty ?? false;
  }

  async reload(): Promise<void> {
    await this._notebooks.currentWidget?.context.revert();
  }

  follow(saving: (path: string) => void, changed: () => void): void {
    const begin = ({ context }: NotebookPanel) => {
      context.saveState.connect((_, state) => (state === 'started' ? saving(context.localPath) : changed()));
      context.model.stateChanged.connect(changed);
    };
    this._notebooks.forEach(begin);
    this._notebooks.widgetAdded.connect((_, panel) => begin(panel));
    this._notebooks.currentChanged.connect(changed);
  }
}
