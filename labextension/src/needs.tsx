/** What the notebook in front says that it needs: what is missing first, with *Add* beside each. */

import { Button } from './button';
import { usedProject } from './inkernel';
import type { Need } from './responses';
import type { Store } from './store';

/** Reads what cells need; it runs nothing, and asks no provider. */
type ReadNeeds = (cells: string[]) => Promise<Need[]>;

/** Reads the needs of the notebook in front anew when its cells change, and tells them. */
export class Needs {
  private _cells = '[]';

  constructor(
    private readonly _read: ReadNeeds,
    private readonly _tell: (found: Need[]) => void
  ) {}

  /** Takes the code cells of the notebook in front; none where there is no notebook. */
  async look(cells: string[]): Promise<void> {
    const key = JSON.stringify(cells);
    if (key === this._cells) {
      return;
    }
    this._cells = key;
    // Where it cannot be said nothing is: the list says what is wrong with the server.
    const found = cells.length > 0 ? await this._read(cells).catch(() => []) : [];
    if (key === this._cells) {
      this._tell(found);
    }
  }
}

/** The needs of a notebook by whether the project has them; those that are missing and not optional come first. */
export function missingOf(needs: readonly Need[], names: readonly string[]): Need[] {
  const missing = needs.filter(({ name }) => !names.includes(name));
  return [...missing.filter(({ optional }) => !optional), ...missing.filter(({ optional }) => optional)];
}

export function NeedsNote({ store }: { store: Store }) {
  const { trans, state } = store;
  const { needs } = state;
  const used = usedProject(state);
  // Of another project than the one that is shown it is not known what it has.
  if (needs.length === 0 || state.secrets === null || (used !== null && used !== state.project)) {
    return null;
  }
  const missing = missingOf(
    needs,
    state.secrets.map(({ name }) => name)
  );
  const count = trans._n(
    'The notebook needs %1 secret',
    'The notebook needs %1 secrets',
    needs.length,
    String(needs.length)
  );
  return (
    <section class="dhs-needs" aria-label={trans.__('What the notebook needs')}>
      <p class="dhs-place dhs-whole" title={needs.map(({ name }) => name).join(', ')}>
        {missing.length > 0
          ? trans.__('%1; missing: %2', count, String(missing.length))
          : trans.__('%1; all are there', count)}
      </p>
      {missing.map(need => (
        <Missing key={need.name} store={store} need={need} />
      ))}
    </section>
  );
}

function Missing({ store, need }: { store: Store; need: Need }) {
  const { trans, readOnly } = store;
  const { name, about, optional } = need;
  return (
    <div class="dhs-need">
      <span class="dhs-name" dir="auto" title={about ?? ''}>
        {name}
      </span>
      {optional && <span class="dhs-tag">{trans.__('optional')}</span>}
      <Button
        aria-label={trans.__('Add %1', name)}
        aria-disabled={readOnly !== ''}
        title={readOnly}
        onClick={() => {
          if (!readOnly) {
            store.openDialog({ kind: 'add', name, about: about ?? '' });
          }
        }}
      >
        {trans.__('Add')}
      </Button>
    </div>
  );
}
