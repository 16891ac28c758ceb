/** The labelled fields of the forms. */

import type { InputHTMLAttributes, RefObject } from 'preact';
import { useUniqueId } from './uniqueid';

export function Label({ id, text, required }: { id: string; text: string; required?: boolean }) {
  return (
    <label class={required ? 'dhs-label dhs-required' : 'dhs-label'} for={id}>
      {text}
    </label>
  );
}

type Props = InputHTMLAttributes & { label: string; field?: RefObject<HTMLInputElement | null> };

/** A label, and a field for a line of text or for what else an input can be. */
export function Field({ label, field, ...input }: Props) {
  const id = useUniqueId();
  return (
    <>
      <Label id={id} text={label} required={input.required === true} />
      <input
        ref={field}
        id={id}
        class="dhs-input"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        {...input}
      />
    </>
  );
}

/** Returns what stands in a field, without the blanks around it. */
export function textOf(field: { current: HTMLInputElement | null }): string {
  return field.current?.value.trim() ?? '';
}
