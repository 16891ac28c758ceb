/** What inserts a secret into the cells of the notebook in front; a panel that cannot know them has it not. */

import { type Action, assumedProject, type Panel, run } from './actions';
import { wording } from './language';
import { DRAGGED, lineOf, type Place } from './model';
import type { SecretInfo } from './protocol';

export const INSERT: Action = {
  id: 'insert',
  label: wording('Insert into cell'),
  disabledReason: panel => panel.state.front.cellsReason,
  run: (panel, secret) => insert(panel, secret)
};

/** Inserts what a cell needs to read a secret where the cursor is, or where its name was dropped. */
export async function insert(panel: Panel, secret: SecretInfo, place?: Place): Promise<void> {
  const { name } = secret;
  const { trans, cells, state } = panel;
  const assumed = await assumedProject(panel, name);
  if (assumed !== null) {
    const lines = cells?.insert(lineOf(secret), state.project, assumed, place) ?? [];
    panel.notify(
      lines.length > 0 ? trans.__('Inserted: %1', lines.join(' · ')) : trans.__('The cells read %1 already.', name)
    );
  }
}

/** Takes a double click on a name in the list, and its drag: dropped on a cell it inserts, elsewhere it is a line of text. */
export function takeNames(element: HTMLElement, panel: Panel): void {
  const secretAt = (target: EventTarget | null) => {
    const row = (target as Element).closest('.dhs-name')?.closest<HTMLElement>('.dhs-row');
    return panel.state.secrets?.find(({ name }) => name === row?.dataset.name);
  };
  element.addEventListener('dblclick', ({ target }) => {
    const secret = secretAt(target);
    if (secret) {
      void run(panel, INSERT, secret);
    }
  });
  element.addEventListener('dragstart', ({ target, dataTransfer }) => {
    const secret = secretAt(target);
    if (secret) {
      dataTransfer?.setData(DRAGGED, secret.name);
      dataTransfer?.setData('text/plain', lineOf(secret));
    }
  });
}
