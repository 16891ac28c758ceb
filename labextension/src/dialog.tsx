/** The frame that all forms share: title, fields, what went wrong, and the two buttons. */

import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from './button';
import { fieldNear, handOnFocus } from './focus';
import { Problem, Waiting } from './notices';
import type { Store } from './store';

interface Props {
  store: Store;
  title: string;
  /** The button that does it; a dialog that only says something has none. */
  action?: string;
  /** Starts the action; resolves to whether it happened. */
  act?(): Promise<boolean>;
  /** Takes a file that is dropped anywhere on the dialog. */
  drop?(file: File): void;
  /** Whether it destroys something: the focus then starts on the button that does nothing. */
  destroys?: boolean;
  children: ComponentChildren;
}

/** Sends the form by Enter in a field: inside a notebook's cell the browser does not do it by itself. */
export function enter(event: TargetedKeyboardEvent<HTMLFormElement>): void {
  const { target } = event;
  if (event.key === 'Enter' && !event.isComposing && target instanceof HTMLInputElement && target.type !== 'file') {
    event.preventDefault();
    event.currentTarget.requestSubmit();
  }
}

/** The frame of a form: the browser's own modal dialog, which keeps the focus inside. */
export function Dialog({ store, title, action, act, drop, destroys, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const { trans } = store;

  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      // Closing gives the focus back to where it was, if that is still there; removing the element alone would lose it.
      dialog?.close();
      handOnFocus(dialog, fieldNear(dialog?.parentElement ?? null));
    };
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !act) {
      return;
    }
    setBusy(true);
    const done = await act();
    setBusy(false);
    const form = element.current;
    if (!form) {
      return; // It was cancelled meanwhile: what may be open now is another one.
    }
    if (done) {
      store.closeDialog();
    } else {
      (
        form.querySelector<HTMLElement>('input[type=date]:invalid') ?? form.querySelector<HTMLElement>('input')
      )?.focus();
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
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        // What is dropped elsewhere would open in place of the page.
        event.preventDefault();
        const file = event.dataTransfer?.files[0];
        if (file) {
          drop?.(file);
        }
      }}
    >
      <form class="dhs-form" novalidate autocomplete="off" onSubmit={event => void submit(event)} onKeyDown={enter}>
        <h2 class="dhs-title">{title}</h2>
        {children}
        <Problem store={store} />
        <Waiting store={store} />
        <div class="dhs-buttons">
          <Button autofocus={destroys} onClick={cancel}>
            {action ? trans.__('Cancel') : trans.__('Close')}
          </Button>
          {action && (
            <button type="submit" class={`dhs-button ${destroys ? 'dhs-danger' : 'dhs-primary'}`} aria-disabled={busy}>
              {busy ? trans.__('Sending…') : action}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
