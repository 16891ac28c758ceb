/**
 * The front end of the form that a cell of `%secret need` shows: a row for each secret that is missing.
 *
 * The cell waits, so that only messages over a subshell reach the kernel. The view reports that it is shown until the
 * kernel answers, for the subshell may still be starting, and asks for nothing before: where there is no subshell the cell
 * asks by prompts.
 */

import { render as draw } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Button } from './button';
import { enter } from './dialog';
import { Label } from './field';
import { speaking, type Trans } from './language';
import { explain } from './notices';
import { languageOfPage, takeKeys } from './page';
import { report } from './report';
import { Requests, type WidgetModel } from './requests';
import { type Problem, problemOf } from './state';
import { useUniqueId } from './uniqueid';
import { ValueField, type ValueHandle } from './valuefield';

/** What of anywidget's model is used here: the project and its place, the names, and what they are for. */
export interface Model extends WidgetModel<never> {
  get(trait: '_where' | '_about'): string;
  get(trait: '_names'): string[];
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  el.classList.add('dhs-widget');
  const leaveKeys = takeKeys(el);
  const requests = new Requests<never>(model);
  let gone = false;
  const language = languageOfPage();
  void report(requests, language).then(texts => {
    if (!gone) {
      draw(<Form model={model} requests={requests} trans={speaking(language, texts)} />, el);
    }
  });
  return () => {
    gone = true;
    draw(null, el);
    leaveKeys();
    requests.dispose();
  };
}

function Form({ model, requests, trans }: { model: Model; requests: Pick<Requests, 'ask'>; trans: Trans }) {
  const names = model.get('_names');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [fields] = useState(() => names.map((): { current: ValueHandle | null } => ({ current: null })));
  const id = useUniqueId();

  const refuse = (subject: string, message: string, hint: string) =>
    setProblem({ subject, message, reason: 'SecretsError', hint });

  const ask = async (method: 'store' | 'cancel', value?: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await requests.ask(method, {}, value);
    } catch (error) {
      setProblem(problemOf(names.join(', '), error, trans));
    } finally {
      setBusy(false);
    }
  };

  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    // Looked at before anything is taken, for what is taken is gone from its field.
    const empty = names.filter((_, index) => !fields[index]?.current?.read());
    if (empty.length > 0) {
      refuse(
        '',
        trans.__('%1: there is no value to save.', empty.join(', ')),
        trans.__('Type or paste it, or choose a file.')
      );
      form.current?.querySelectorAll<HTMLElement>('input[type=password]')[names.indexOf(empty[0] ?? '')]?.focus();
      return;
    }
    const taken = Object.fromEntries(names.map((name, index) => [name, fields[index]?.current?.read()]));
    for (const { current } of fields) {
      current?.empty();
    }
    void ask('store', JSON.stringify(taken));
  };

  return (
    <section class="dh-secrets" aria-label={trans.__('What the notebook needs')}>
      <form
        ref={form}
        class="dhs-form"
        aria-label={trans.__('What the notebook needs')}
        aria-busy={busy}
        novalidate
        autocomplete="off"
        onSubmit={submit}
        onKeyDown={enter}
      >
        <p>
          {trans._n(
            'The notebook needs a secret that is missing from %2.',
            'The notebook needs %1 secrets that are missing from %2.',
            names.length,
            model.get('_where')
          )}
        </p>
        {names.map((name, index) => (
          <div key={name}>
            <Label id={`${id}-${index}`} text={name} />
            {model.get('_about') && (
              <p class="dhs-hint" dir="auto">
                {model.get('_about')}
              </p>
            )}
            <ValueField
              id={`${id}-${index}`}
              label={trans.__('Value of %1', name)}
              trans={trans}
              handle={fields[index] ?? null}
              accepted={() => setProblem(null)}
              refuse={(message, hint) => refuse(name, `${name}: ${message}`, hint)}
            />
          </div>
        ))}
        {problem && (
          <div class="dhs-problem" role="alert">
            <span>{explain(problem)}</span>
          </div>
        )}
        <div class="dhs-buttons">
          <p class="dhs-status" role="status">
            {busy ? trans.__('%1: waiting for an answer…', names.join(', ')) : ''}
          </p>
          <Button aria-disabled={busy} onClick={() => busy || void ask('cancel')}>
            {trans.__('Cancel')}
          </Button>
          <button type="submit" class="dhs-button dhs-primary" aria-disabled={busy}>
            {trans.__('Save')}
          </button>
        </div>
      </form>
    </section>
  );
}

export default { render };
