/** What inserts a secret into the cells of the notebook in front; a panel that cannot know them has it not. */

import { type Action, assumedProject, type Panel } from './actions';
import { lineOf, type Place } from './model';
import type { SecretInfo } from './protocol';

export const INSERT: Action = {
  id: 'insert',
  label: trans => trans.__('Insert into cell'),
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
