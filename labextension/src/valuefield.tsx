/** The field for a value: what is typed, pasted or read from a file is here until it is sent, and nowhere else. */

import type { Ref } from 'preact';
import { useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from './button';
import { ChooseFile } from './choosefile';
import type { Trans } from './language';
import { readText } from './textfile';

export interface ValueHandle {
  /** Returns what is in the field. */
  read(): string;
  empty(): void;
}

interface Props {
  id: string;
  /** Its name, where its label does not say it. */
  label?: string;
  trans: Trans;
  handle: Ref<ValueHandle>;
  /** Says that a file was read. */
  accepted(): void;
  /** Says why a file cannot be a value. */
  refuse(message: string, hint: string): void;
}

/**
 * A password input joins lines, so a text of several lines is held beside it, to the byte, and the input only says so.
 */
export function ValueField({ id, label, trans, handle, accepted, refuse }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const held = useRef<string | null>(null);
  const [lines, setLines] = useState(0);
  // Of a file: most editors end it so, and hardly a value is meant to.
  const [endsInBreak, setEndsInBreak] = useState(false);
  // A new element after each use: the browser's undo list goes with the old one.
  const [generation, setGeneration] = useState(0);
  const refocus = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each generation is a new element, and the effect is for its sake
  useLayoutEffect(() => {
    if (refocus.current) {
      input.current?.focus();
    }
  }, [generation]);

  const empty = () => {
    const field = input.current;
    held.current = null;
    // The button beside it that was pressed goes, too.
    refocus.current = field?.parentElement?.contains(field.ownerDocument.activeElement) ?? false;
    if (field) {
      field.value = '';
    }
    setLines(0);
    setEndsInBreak(false);
    setGeneration(count => count + 1);
  };

  const hold = (text: string) => {
    empty();
    held.current = text;
    const ends = text.replace(/\r\n?|\n$/g, match => (match.startsWith('\r') ? '\n' : ''));
    setLines(text ? ends.split('\n').length : 0);
  };

  useImperativeHandle(handle, () => ({
    read: () => held.current ?? input.current?.value ?? '',
    empty
  }));

  /** Takes a text of several lines from the event itself, before the input can join them. */
  const receive = (event: Event, data: DataTransfer | null) => {
    const text = data?.getData('text/plain') ?? '';
    const field = input.current;
    if (!field || !(held.current !== null || /[\r\n]/.test(text))) {
      return;
    }
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = field;
    hold(value.slice(0, selectionStart ?? 0) + text + value.slice(selectionEnd ?? value.length));
  };

  const readFile = async (file: File) => {
    const text = await readText(file, trans, refuse);
    if (text !== null) {
      hold(text);
      setEndsInBreak(/[\r\n]$/.test(text));
      accepted();
    }
  };

  const text = held.current !== null;
  return (
    <div class="dhs-value">
      <input
        key={generation}
        ref={input}
        id={id}
        class="dhs-input"
        type="password"
        aria-label={label}
        autocomplete="new-password"
        autocapitalize="off"
        spellcheck={false}
        readOnly={text}
        required
        placeholder={text ? trans._n('%1 line is kept', '%1 lines are kept', lines) : ''}
        aria-describedby={`${id}-hint`}
        onPaste={event => receive(event, event.clipboardData)}
        onDrop={event => {
          const file = event.dataTransfer?.files[0];
          if (file) {
            event.preventDefault();
            void readFile(file);
          } else {
            receive(event, event.dataTransfer);
          }
        }}
      />
      {text ? (
        <Button onClick={empty}>{trans.__('Discard')}</Button>
      ) : (
        <ChooseFile trans={trans} choose={file => void readFile(file)} />
      )}
      {endsInBreak && (
        <p class="dhs-break">
          {trans.__('The file ends in a line break.')}{' '}
          <Button onClick={() => hold((held.current ?? '').replace(/\r?\n$|\r$/, ''))}>{trans.__('Remove it')}</Button>
        </p>
      )}
      <p class="dhs-hint" id={`${id}-hint`}>
        {text
          ? trans.__('The text is kept as it is, line ends included.')
          : trans.__('Several lines are kept when they are pasted, or read from a file.')}
      </p>
    </div>
  );
}
