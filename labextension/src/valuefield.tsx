/** The field for a value: what is typed, pasted or read from a file leaves it once, by `take`, and is nowhere else. */

import type { Ref } from 'preact';
import { useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Trans } from './language';
import { MAX_VALUE_BYTES } from './protocol';

export interface ValueHandle {
  /** Empties the field and returns what was in it. */
  take(): string;
}

interface Props {
  id: string;
  trans: Trans;
  handle: Ref<ValueHandle>;
  /** Says why a file cannot be a value. */
  refuse(message: string, hint: string): void;
}

/**
 * A password input joins lines, so a text of several lines is held beside it, to the byte, and the input only says so.
 */
export function ValueField({ id, trans, handle, refuse }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const held = useRef<string | null>(null);
  const [lines, setLines] = useState(0);
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
    held.current = null;
    refocus.current = input.current !== null && input.current === input.current.ownerDocument.activeElement;
    if (input.current) {
      input.current.value = '';
    }
    setLines(0);
    setGeneration(count => count + 1);
  };

  const hold = (text: string) => {
    empty();
    held.current = text;
    setLines(text.replace(/\r\n?|\n$/g, match => (match.startsWith('\r') ? '\n' : '')).split('\n').length);
  };

  useImperativeHandle(handle, () => ({
    take() {
      const value = held.current ?? input.current?.value ?? '';
      empty();
      return value;
    }
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

  const read = async (files: HTMLInputElement) => {
    const file = files.files?.[0];
    files.value = '';
    if (!file) {
      return;
    }
    if (file.size > MAX_VALUE_BYTES) {
      refuse(trans.__('the file is over 1 MiB.'), trans.__('All secrets of a project together can hold 1 MiB.'));
      return;
    }
    try {
      hold(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer()));
    } catch {
      refuse(
        trans.__('the file is not UTF-8 text.'),
        trans.__('Store bytes in a notebook, with %secret set NAME --from-file PATH.')
      );
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
        autocomplete="new-password"
        autocapitalize="off"
        spellcheck={false}
        readOnly={text}
        placeholder={
          text ? (lines === 1 ? trans.__('1 line is kept') : trans.__('%1 lines are kept', String(lines))) : ''
        }
        aria-describedby={`${id}-hint`}
        onPaste={event => receive(event, event.clipboardData)}
        onDrop={event => receive(event, event.dataTransfer)}
      />
      {text ? (
        <button type="button" class="dhs-button dhs-discard" onClick={empty}>
          {trans.__('Discard')}
        </button>
      ) : (
        <label class="dhs-button dhs-file">
          {trans.__('From a file')}
          <input type="file" onChange={event => void read(event.currentTarget)} />
        </label>
      )}
      <p class="dhs-hint" id={`${id}-hint`}>
        {text
          ? trans.__('The text is kept as it is, line ends included.')
          : trans.__('Several lines are kept when they are pasted, or read from a file.')}
      </p>
    </div>
  );
}
