/** The forms: add, replace a value, edit metadata, delete. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { areDatesComplete, changed, DetailFields, readDetails } from './details';
import { Dialog } from './dialog';
import type { Details } from './model';
import type { SecretInfo } from './protocol';
import type { Dialog as OpenedDialog } from './state';
import type { Store } from './store';
import { useUniqueId } from './uniqueid';
import { ValueField, type ValueHandle } from './valuefield';

/** A value was expected; an empty one is more often a slip than meant. */
function isGiven(store: Store, name: string, value: string): boolean {
  if (value === '') {
    const { trans } = store;
    store.refuse(
      name,
      trans.__('%1: there is no value to save.', name || trans.__('Add secret')),
      trans.__('Type or paste it, or choose a file.')
    );
  }
  return value !== '';
}

function AddForm({ store }: { store: Store }) {
  const { trans } = store;
  const name = useRef<HTMLInputElement>(null);
  const value = useRef<ValueHandle>(null);
  const details = useRef<HTMLDivElement>(null);
  const id = useUniqueId();
  const act = async () => {
    const typed = name.current?.value.trim() ?? '';
    if (!areDatesComplete(store, typed, details.current)) {
      return false;
    }
    const taken = value.current?.take() ?? '';
    return isGiven(store, typed, taken) && store.create(typed, taken, readDetails(details.current));
  };
  return (
    <Dialog store={store} title={trans.__('Add secret')} action={trans.__('Save')} act={act}>
      <label class="dhs-label" for={`${id}-name`}>
        {trans.__('Name')}
      </label>
      <input
        ref={name}
        id={`${id}-name`}
        class="dhs-input"
        autofocus
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      <LabelledValue store={store} name={() => name.current?.value.trim() ?? ''} id={`${id}-value`} handle={value} />
      <div ref={details}>
        <DetailFields store={store} />
      </div>
    </Dialog>
  );
}

function ReplaceForm({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  const value = useRef<ValueHandle>(null);
  const id = useUniqueId();
  const act = async () => {
    const taken = value.current?.take() ?? '';
    return isGiven(store, secret.name, taken) && store.replace(secret.name, taken);
  };
  return (
    <Dialog store={store} title={trans.__('Replace value of %1', secret.name)} action={trans.__('Save')} act={act}>
      <LabelledValue store={store} name={() => secret.name} id={id} handle={value} />
    </Dialog>
  );
}

function EditForm({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  const details = useRef<HTMLDivElement>(null);
  const opened = useRef<Details>(null);
  useLayoutEffect(() => {
    opened.current = readDetails(details.current);
  }, []);
  const act = async () => {
    if (!areDatesComplete(store, secret.name, details.current)) {
      return false;
    }
    const change = changed(opened.current, readDetails(details.current));
    return Object.keys(change).length === 0 || store.edit(secret.name, change);
  };
  return (
    <Dialog store={store} title={trans.__('Edit %1', secret.name)} action={trans.__('Save')} act={act}>
      <div ref={details}>
        <DetailFields store={store} secret={secret} />
      </div>
    </Dialog>
  );
}

function DeleteForm({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  return (
    <Dialog
      store={store}
      title={trans.__('Delete %1', secret.name)}
      action={trans.__('Delete')}
      act={() => store.remove(secret.name)}
      destroys
    >
      <p class="dhs-text">
        {trans.__(
          'The secret is deleted from the project %1 for everybody. Its value cannot be brought back.',
          store.state.project
        )}
      </p>
    </Dialog>
  );
}

function LabelledValue(props: {
  store: Store;
  id: string;
  name: () => string;
  handle: { current: ValueHandle | null };
}) {
  const { store, id, name, handle } = props;
  const { trans } = store;
  return (
    <>
      <label class="dhs-label" for={id}>
        {trans.__('Value')}
      </label>
      <ValueField
        id={id}
        trans={trans}
        handle={handle}
        refuse={(message, hint) => store.refuse(name(), `${name() || trans.__('Add secret')}: ${message}`, hint)}
      />
    </>
  );
}

/** The dialog that is open. */
export function OpenDialog({ store, dialog }: { store: Store; dialog: OpenedDialog }) {
  switch (dialog.kind) {
    case 'add':
      return <AddForm store={store} />;
    case 'replace':
      return <ReplaceForm store={store} secret={dialog.secret} />;
    case 'edit':
      return <EditForm store={store} secret={dialog.secret} />;
    case 'delete':
      return <DeleteForm store={store} secret={dialog.secret} />;
  }
}
