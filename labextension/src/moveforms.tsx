/** The forms that give a secret another name, or copy it to another project. Its value stays where it is kept. */

import { useRef } from 'preact/hooks';
import { Dialog } from './dialog';
import { Field, textOf } from './field';
import { checkName } from './names';
import type { SecretInfo } from './protocol';
import type { Store } from './store';
import { useUniqueId } from './uniqueid';

interface Props {
  store: Store;
  secret: SecretInfo;
}

export function RenameForm({ store, secret }: Props) {
  const { trans } = store;
  const field = useRef<HTMLInputElement>(null);
  const act = async () => {
    const name = textOf(field);
    return name === secret.name || (checkName(store, name) && store.changes.rename(secret.name, name));
  };
  return (
    <Dialog store={store} title={trans.__('Rename %1', secret.name)} action={trans.__('Rename')} act={act}>
      <Field label={trans.__('Name')} field={field} defaultValue={secret.name} autofocus required />
      <p class="dhs-hint">{trans.__('What reads it by the name %1 no longer finds it.', secret.name)}</p>
    </Dialog>
  );
}

export function CopyForm({ store, secret }: Props) {
  const { trans, state } = store;
  const list = useUniqueId();
  const field = useRef<HTMLInputElement>(null);
  const target = useRef<HTMLInputElement>(null);
  const act = async () => {
    const project = textOf(target);
    const name = textOf(field);
    if (!project) {
      store.refuse(
        secret.name,
        trans.__('%1: there is no project to copy it to.', secret.name),
        trans.__('Type its name.')
      );
      return false;
    }
    return checkName(store, name) && store.changes.copy(secret.name, project, name);
  };
  return (
    <Dialog store={store} title={trans.__('Copy %1 to project', secret.name)} action={trans.__('Copy')} act={act}>
      <Field label={trans.__('Project')} field={target} list={list} autofocus required />
      <datalist id={list}>
        {state.projects
          .filter(project => project !== state.project)
          .map(project => (
            <option key={project} value={project} />
          ))}
      </datalist>
      <Field label={trans.__('Name')} field={field} defaultValue={secret.name} required />
      <p class="dhs-hint">{trans.__('Value, description, labels, expiry and hosts go along.')}</p>
    </Dialog>
  );
}
