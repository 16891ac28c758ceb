/** Whether a name that was typed can be one, said before anything is sent. */

import { isName } from './model';
import type { Store } from './store';

/** Whether a name has the form of one; says so where it has not, before anything is sent. Whether it is taken the store says. */
export function checkName(store: Store, name: string): boolean {
  const { trans } = store;
  if (!isName(name)) {
    store.refuse(
      name,
      name ? trans.__('%1: not a valid secret name.', name) : trans.__('The name is missing.'),
      trans.__('Use 1 to 253 characters of A-Z, a-z, 0-9, -, _ and ., but not . alone and not .. at the start.')
    );
  }
  return isName(name);
}
