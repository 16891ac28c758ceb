/** What the panel says of itself. */

import { Dialog } from './dialog';
import type { Store } from './store';

export function Help({ store }: { store: Store }) {
  const { trans } = store;
  return (
    <Dialog store={store} title={trans.__('Help')}>
      <p>
        {trans.__(
          'A secret is a named value of a project, such as a password or an API key. A notebook reads it with %secret get NAME, and what it prints shows [secret:NAME] in its place. A value that was saved is never shown here again.'
        )}
      </p>
      <p>
        {trans.__(
          'In the list, arrow keys and first letters move, Enter opens the menu, and the right arrow shows details. Type label:NAME to find a label.'
        )}
      </p>
      <p>
        {trans.__(
          '%secret in a cell says which project it is and what else there is; %secret set --help explains one command.'
        )}
      </p>
    </Dialog>
  );
}
