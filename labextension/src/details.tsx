/** The fields of a secret's metadata in a form, and what was typed into them. */

import { Field } from './field';
import type { Trans } from './language';
import type { Details } from './model';
import type { SecretInfo } from './protocol';
import type { Store } from './store';

/** The fields of the metadata. They are read when they are sent, and so survive a refusal. */
export function DetailFields({
  store,
  secret,
  about
}: {
  store: Store;
  secret?: SecretInfo;
  about?: string | undefined;
}) {
  const { trans } = store;
  return (
    <>
      <Field
        label={trans.__('Description')}
        name="description"
        spellcheck
        defaultValue={secret?.description ?? about}
      />
      <Field label={trans.__('Labels (comma-separated)')} name="labels" defaultValue={secret?.labels.join(', ')} />
      <Field label={trans.__('Expires')} name="expires" type="date" defaultValue={secret?.expires ?? ''} />
      <HostsField trans={trans} hosts={secret?.hosts} />
    </>
  );
}

/** The hosts that a secret is for; {@link readDetails} reads them. */
export function HostsField({ trans, hosts }: { trans: Trans; hosts?: readonly string[] | undefined }) {
  return <Field label={trans.__('Only for hosts (comma-separated)')} name="hosts" defaultValue={hosts?.join(', ')} />;
}

export function readDetails(fields: HTMLElement | null): Details {
  const text = (name: string) => fields?.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value.trim() ?? '';
  const list = (name: string) =>
    text(name)
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== '');
  return {
    description: text('description'),
    labels: list('labels'),
    expires: text('expires'),
    hosts: list('hosts')
  };
}

/** What was changed in the fields: others may have changed the rest meanwhile, and the widget may show it masked. */
export function changed(before: Details | null, after: Details): Partial<Details> {
  const fields = Object.entries(after) as [keyof Details, Details[keyof Details]][];
  return Object.fromEntries(fields.filter(([key, field]) => String(field) !== String(before?.[key])));
}

/** A date that is not complete reads as none, which would clear the one that is stored. */
export function areDatesComplete(store: Store, name: string, fields: HTMLElement | null): boolean {
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
