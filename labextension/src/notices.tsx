/** What went wrong, and what is being waited for or was done: there is one of each, in the dialog while one is open. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, IconButton } from './button';
import { CHECK, CLOSE, COPY } from './icons';
import type { Trans } from './language';
import type { Problem as ProblemState } from './state';
import type { Store } from './store';

/** The sentence and what to do, with the name that it is about. */
export function explain({ subject, message, hint }: ProblemState): string {
  const named = subject && !message.includes(subject) ? `${subject}: ${message}` : message;
  return hint ? `${named} ${hint}` : named;
}

/** At the end of a hint, what can be typed elsewhere. */
const COMMAND = /: ((?:kubectl|jupyter|%secret) .+)\.$/;

/** Says a problem, with no line broken at a hyphen; a command that its hint ends with can be copied where pages may. */
export function Said({ problem, trans }: { problem: ProblemState; trans: Trans }) {
  const [copied, setCopied] = useState('');
  const command = COMMAND.exec(problem.hint)?.[1];
  return (
    <>
      <span>
        {explain(problem)
          .split(' ')
          .map(word => [<span class="dhs-word">{word}</span>, ' '])}
      </span>
      {command && 'clipboard' in navigator && (
        <IconButton
          icon={command === copied ? CHECK : COPY}
          label={trans.__('Copy command')}
          onClick={() => void navigator.clipboard.writeText(command).then(() => setCopied(command))}
        />
      )}
    </>
  );
}

export function Problem({ store }: { store: Store }) {
  const { problem } = store.state;
  if (!problem) {
    return null;
  }
  return (
    <div class="dhs-problem" role="alert">
      <Said problem={problem} trans={store.trans} />
      <IconButton icon={CLOSE} label={store.trans.__('Dismiss')} onClick={() => store.dismiss()} />
    </div>
  );
}

/** What is being waited for, or what the last action did; what it replaced can be brought back. */
export function Waiting({ store }: { store: Store }) {
  const { waiting, notice, undoable } = store.state;
  return (
    <div class="dhs-status">
      <p role="status">{waiting || notice}</p>
      {undoable && !waiting && <Button onClick={() => void store.kernel.undo()}>{store.trans.__('Undo')}</Button>}
    </div>
  );
}

/** Below the list, where they move no row: what is wrong, what was done, and what cannot be done here. */
export function Notices({ store, children }: { store: Store; children: ComponentChildren }) {
  const { trans, state } = store;
  const { listProblem, dialog, disabledReason } = state;
  return (
    <div class="dhs-notices">
      {store.readOnly && <p class="dhs-note">{store.readOnly}</p>}
      {disabledReason && <p class="dhs-note">{disabledReason}</p>}
      {listProblem && (
        <div class="dhs-problem" role="alert">
          <Said problem={listProblem} trans={trans} />
          <Button onClick={() => void store.tryAgain()}>{trans.__('Try again')}</Button>
        </div>
      )}
      {children}
      <Gone store={store} />
      {!dialog && <Problem store={store} />}
      {!dialog && <Waiting store={store} />}
    </div>
  );
}

/** The secrets that are in the kernel and no longer in the project: no row is theirs. */
function Gone({ store }: { store: Store }) {
  const { trans, state } = store;
  const gone = [...new Set(state.held.filter(one => one.state === 'gone').map(({ name }) => name))];
  return (
    <>
      {gone.map(name => (
        <div key={name} class="dhs-status">
          <p>{trans.__('%1 was deleted, and is still in the kernel.', name)}</p>
          <Button aria-label={trans.__('Forget %1', name)} onClick={() => void store.kernel.forget(name)}>
            {trans.__('Forget')}
          </Button>
        </div>
      ))}
    </>
  );
}
