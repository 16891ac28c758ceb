/** The field for a secret's name. */

import type { RefObject } from 'preact';
import type { Trans } from './language';
import { isName } from './model';
import type { Store } from './store';
import { useUniqueId } from './uniqueid';

interface Props {
  trans: Trans;
  field: RefObject<HTMLInputElement | null>;
  value?: string | undefined;
  autofocus?: boolean;
}

export function NameField({ trans, field, value, autofocus }: Props) {
  const id = useUniqueId();
  return (
    <>
      <label class="dhs-label dhs-required" for={id}>
        {trans.__('Name')}
      </label>
      <input
        ref={field}
        id={id}
        class="dhs-input"
        defaultValue={value}
        autofocus={autofocus}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        required
      />
    </>
  );
}

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
