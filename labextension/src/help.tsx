/** What the panel says of itself. */

import { Dialog } from './dialog';
import type { Store } from './store';

export function Help({ store }: { store: Store }) {
  const { trans } = store;
  return (
    <Dialog store={store} title={trans.__('Help')}>
      <p>
        {trans.__(
          'A secret is a named value of a project, such as a password or an API key. Notebooks read it with %secret get NAME, and show [secret:NAME] in its place. A saved value is never shown here again.'
        )}
      </p>
      <p>
        {trans.__(
          'Arrow keys and first letters move in the list, Enter opens the menu, the right arrow shows details. label:NAME finds a label.'
        )}
      </p>
      <p>{trans.__('%secret in a cell says what else there is.')}</p>
    </Dialog>
  );
}
