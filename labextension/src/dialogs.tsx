/** The dialogs: add, replace a value, edit metadata, delete. The browser's own modal dialog keeps the focus inside. */

import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Problem, Waiting } from './messages';
import type { Details, SecretInfo } from './model';
import type { Dialog } from './state';
import type { Store } from './store';
import { useUniqueId } from './uniqueid';
import { ValueField, type ValueHandle } from './valuefield';

interface FrameProps {
  store: Store;
  title: string;
  action: string;
  /** Starts the action; resolves to whether it happened. */
  act(): Promise<boolean>;
  /** Whether it destroys something: the focus then starts on the button that does nothing. */
  destroys?: boolean;
  children: ComponentChildren;
}

/** Sends the form by Enter in a field: inside a notebook's cell the browser does not do it by itself. */
function enter(event: TargetedKeyboardEvent<HTMLFormElement>): void {
  const { target } = event;
  if (event.key === 'Enter' && !event.isComposing && target instanceof HTMLInputElement && target.type !== 'file') {
    event.preventDefault();
    event.currentTarget.requestSubmit();
  }
}

function Frame({ store, title, action, act, destroys, children }: FrameProps) {
  const element = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const { trans } = store;

  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Closing gives the focus back to where it was; removing the element alone would lose it.
    return () => dialog?.close();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    setBusy(true);
    const done = await act();
    setBusy(false);
    if (done) {
      store.closeDialog();
    } else {
      const form = element.current;
      (form?.querySelector<HTMLElement>('input:invalid') ?? form?.querySelector<HTMLElement>('input'))?.focus();
    }
  };

  const cancel = () => {
    store.dismiss();
    store.closeDialog();
  };

  return (
    <dialog
      ref={element}
      class="dhs-dialog"
      aria-label={title}
      aria-busy={busy}
      onCancel={event => {
        event.preventDefault();
        cancel();
      }}
    >
      <form novalidate autocomplete="off" onSubmit={event => void submit(event)} onKeyDown={enter}>
        <h2 class="dhs-title">{title}</h2>
        {children}
        <Problem store={store} />
        <Waiting store={store} />
        <div class="dhs-buttons">
          <button type="button" class="dhs-button" autofocus={destroys} onClick={cancel}>
            {trans.__('Cancel')}
          </button>
          <button type="submit" class={`dhs-button ${destroys ? 'dhs-danger' : 'dhs-primary'}`}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** A value was expected; an empty one is more often a slip than meant. */
function given(store: Store, name: string, value: string): boolean {
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

/** A date that is not complete reads as none, which would clear the one that is stored. */
function datesComplete(store: Store, name: string, fields: HTMLElement | null): boolean {
  const { trans } = store;
  const complete = !fields?.querySelector('input:invalid');
  if (!complete) {
    store.refuse(
      name,
      trans.__('%1: the date in Expires is not complete.', name || trans.__('Add secret')),
      trans.__('Complete or clear it.')
    );
  }
  return complete;
}

function AddDialog({ store }: { store: Store }) {
  const { trans } = store;
  const name = useRef<HTMLInputElement>(null);
  const value = useRef<ValueHandle>(null);
  const details = useRef<HTMLDivElement>(null);
  const id = useUniqueId();
  const act = async () => {
    const typed = name.current?.value.trim() ?? '';
    if (!datesComplete(store, typed, details.current)) {
      return false;
    }
    const taken = value.current?.take() ?? '';
    return given(store, typed, taken) && store.create(typed, taken, readDetails(details.current));
  };
  return (
    <Frame store={store} title={trans.__('Add secret')} action={trans.__('Save')} act={act}>
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
    </Frame>
  );
}

function ReplaceDialog({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  const value = useRef<ValueHandle>(null);
  const id = useUniqueId();
  const act = async () => {
    const taken = value.current?.take() ?? '';
    return given(store, secret.name, taken) && store.replace(secret.name, taken);
  };
  return (
    <Frame store={store} title={trans.__('Replace value of %1', secret.name)} action={trans.__('Save')} act={act}>
      <LabelledValue store={store} name={() => secret.name} id={id} handle={value} />
    </Frame>
  );
}

function EditDialog({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  const details = useRef<HTMLDivElement>(null);
  const opened = useRef<Details>(null);
  useLayoutEffect(() => {
    opened.current = readDetails(details.current);
  }, []);
  const act = async () => {
    if (!datesComplete(store, secret.name, details.current)) {
      return false;
    }
    const change = changed(opened.current, readDetails(details.current));
    return Object.keys(change).length === 0 || store.edit(secret.name, change);
  };
  return (
    <Frame store={store} title={trans.__('Edit %1', secret.name)} action={trans.__('Save')} act={act}>
      <div ref={details}>
        <DetailFields store={store} secret={secret} />
      </div>
    </Frame>
  );
}

function DeleteDialog({ store, secret }: { store: Store; secret: SecretInfo }) {
  const { trans } = store;
  return (
    <Frame
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
    </Frame>
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

/** The fields of the metadata. They are read when they are sent, and so survive a refusal. */
function DetailFields({ store, secret }: { store: Store; secret?: SecretInfo }) {
  const { trans } = store;
  const id = useUniqueId();
  const common = { class: 'dhs-input', autocomplete: 'off' } as const;
  return (
    <>
      <label class="dhs-label" for={`${id}-d`}>
        {trans.__('Description')}
      </label>
      <input {...common} id={`${id}-d`} name="description" defaultValue={secret?.description} />
      <label class="dhs-label" for={`${id}-l`}>
        {trans.__('Labels')}
      </label>
      <input
        {...common}
        id={`${id}-l`}
        name="labels"
        defaultValue={secret?.labels.join(', ')}
        aria-describedby={`${id}-lh`}
      />
      <p class="dhs-hint" id={`${id}-lh`}>
        {trans.__('Separated by commas')}
      </p>
      <label class="dhs-label" for={`${id}-e`}>
        {trans.__('Expires')}
      </label>
      <input {...common} id={`${id}-e`} name="expires" type="date" defaultValue={secret?.expires ?? ''} />
    </>
  );
}

function readDetails(fields: HTMLElement | null): Details {
  const text = (name: string) => fields?.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value.trim() ?? '';
  return {
    description: text('description'),
    labels: text('labels')
      .split(',')
      .map(label => label.trim())
      .filter(label => label !== ''),
    expires: text('expires')
  };
}

/** What was changed in the fields: others may have changed the rest meanwhile, and the widget may show it masked. */
function changed(before: Details | null, after: Details): Partial<Details> {
  const fields = Object.entries(after) as [keyof Details, Details[keyof Details]][];
  return Object.fromEntries(fields.filter(([key, field]) => String(field) !== String(before?.[key])));
}

/** The dialog that is open. */
export function OpenDialog({ store, dialog }: { store: Store; dialog: Dialog }) {
  switch (dialog.kind) {
    case 'add':
      return <AddDialog store={store} />;
    case 'replace':
      return <ReplaceDialog store={store} secret={dialog.secret} />;
    case 'edit':
      return <EditDialog store={store} secret={dialog.secret} />;
    case 'delete':
      return <DeleteDialog store={store} secret={dialog.secret} />;
  }
}
