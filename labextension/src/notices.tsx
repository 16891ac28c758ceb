/** What went wrong, and what is being waited for or was done: there is one of each, in the dialog while one is open. */

import { Icon } from './icons';
import type { Problem as ProblemState } from './state';
import type { Store } from './store';

/** The sentence and what to do, with the name that it is about. */
export function explain({ subject, message, hint }: ProblemState): string {
  const named = subject && !message.includes(subject) ? `${subject}: ${message}` : message;
  return hint ? `${named} ${hint}` : named;
}

export function Problem({ store }: { store: Store }) {
  const { problem } = store.state;
  if (!problem) {
    return null;
  }
  return (
    <div class="dhs-problem" role="alert">
      <span>{explain(problem)}</span>
      <button
        type="button"
        class="dhs-icon-button"
        aria-label={store.trans.__('Dismiss')}
        onClick={() => store.dismiss()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Waiting({ store }: { store: Store }) {
  const { waiting, notice } = store.state;
  return (
    <p class="dhs-status" role="status">
      {waiting || notice}
    </p>
  );
}
