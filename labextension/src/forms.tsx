/** The forms: add, replace a value, edit metadata, delete; and which one is open. */

import type { FunctionComponent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { areDatesComplete, changed, DetailFields, readDetails } from './details';
import { Dialog } from './dialog';
import { Field, Label, textOf } from './field';
import { Help } from './help';
import { ImportForm } from './importform';
import type { Details } from './model';
import { CopyForm, RenameForm } from './moveforms';
import { checkName } from './names';
import type { SecretInfo } from './protocol';
import type { DialogOfSecret, Dialog as OpenedDialog } from './state';
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

/** Takes a value out of its field once it can arrive, and hands it on. */
async function send(
  store: Store,
  name: string,
  field: ValueHandle | null,
  save: (value: string) => Promise<boolean>
): Promise<boolean> {
  const value = field?.read() ?? '';
  const { project } = store.state;
  // Who has gone to another project meanwhile did not mean that one.
  if (!isGiven(store, name, value) || !(await store.changes.reach(name)) || store.state.project !== project) {
    return false;
  }
  field?.empty();
  return save(value);
}

function AddForm({ store, given, about }: { store: Store; given?: string | undefined; about?: string | undefined }) {
  const { trans } = store;
  const name = useRef<HTMLInputElement>(null);
  const value = useRef<ValueHandle>(null);
  const details = useRef<HTMLDivElement>(null);
  const act = async () => {
    const typed = textOf(name);
    const metadata = readDetails(details.current);
    return (
      checkName(store, typed) &&
      areDatesComplete(store, typed, details.current) &&
      send(store, typed, value.current, taken => store.changes.create(typed, taken, metadata))
    );
  };
  return (
    <Dialog store={store} title={trans.__('Add secret')} action={trans.__('Save')} act={act}>
      <Field label={trans.__('Name')} field={name} defaultValue={given} autofocus={given === undefined} required />
      <LabelledValue store={store} name={() => textOf(name)} handle={value} />
      <div ref={details} class="dhs-fields">
        <DetailFields store={store} about={about} />
      </div>
    </Dialog>
  );
}

function ReplaceForm({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  const { name } = secret;
  const value = useRef<ValueHandle>(null);
  const act = () => send(store, name, value.current, taken => store.changes.replace(name, taken));
  return (
    <Dialog store={store} title={trans.__('Replace value of %1', name)} action={trans.__('Save')} act={act}>
      <LabelledValue store={store} name={() => name} handle={value} />
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
    return Object.keys(change).length === 0 || store.changes.edit(secret.name, change);
  };
  return (
    <Dialog store={store} title={trans.__('Edit %1', secret.name)} action={trans.__('Save')} act={act}>
      <div ref={details} class="dhs-fields">
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
      act={() => store.changes.remove(secret.name)}
      destroys
    >
      <p>
        {trans.__(
          'The secret is deleted from the project %1 for everybody. Its value cannot be brought back.',
          store.state.project
        )}
      </p>
    </Dialog>
  );
}

function LabelledValue(props: { store: Store; name: () => string; handle: { current: ValueHandle | null } }) {
  const { store, name, handle } = props;
  const { trans } = store;
  const id = useUniqueId();
  return (
    <>
      <Label id={id} text={trans.__('Value')} required />
      <ValueField
        id={id}
        trans={trans}
        handle={handle}
        accepted={() => store.dismiss()}
        refuse={(message, hint) => store.refuse(name(), `${name() || trans.__('Add secret')}: ${message}`, hint)}
      />
    </>
  );
}

const OF_SECRET: Record<DialogOfSecret['kind'], FunctionComponent<{ store: Store; secret: SecretInfo }>> = {
  replace: ReplaceForm,
  edit: EditForm,
  rename: RenameForm,
  copy: CopyForm,
  delete: DeleteForm
};

/** The dialog that is open. */
export function OpenDialog({ store, dialog }: { store: Store; dialog: OpenedDialog }) {
  switch (dialog.kind) {
    case 'add':
      return <AddForm store={store} given={dialog.name} about={dialog.about} />;
    case 'help':
      return <Help store={store} />;
    case 'import':
      return <ImportForm store={store} dropped={dialog.dropped} />;
    default: {
      const Form = OF_SECRET[dialog.kind];
      return <Form store={store} secret={dialog.secret} />;
    }
  }
}
