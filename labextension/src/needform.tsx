/**
 * The front end of the form that a cell of `%secret need` shows: a row for each secret that is missing.
 *
 * The cell waits, so that only messages over a subshell reach the kernel. The view reports that it is shown until the
 * kernel answers, for the subshell may still be starting, and asks for nothing before: where there is no subshell the cell
 * asks by prompts.
 */

import { render as draw } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from './button';
import { HostsField, readDetails } from './details';
import { enter } from './dialog';
import { Label } from './field';
import { speaking, type Trans } from './language';
import { Said } from './notices';
import { languageOfPage, takeKeys } from './page';
import { report } from './report';
import { Requests, type WidgetModel } from './requests';
import { type Problem, problemOf } from './state';
import { useUniqueId } from './uniqueid';
import { ValueField, type ValueHandle } from './valuefield';

/** What of anywidget's model is used here: the project and its place, the names, what for, and whether to use them. */
export interface Model extends WidgetModel<never> {
  get(trait: '_where' | '_about'): string;
  get(trait: '_names'): string[];
  get(trait: '_with_hosts'): boolean;
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

/** A secret's row: what is in it, and its value. */
interface Row {
  element: { current: HTMLDivElement | null };
  value: { current: ValueHandle | null };
}

function Form({ model, requests, trans }: { model: Model; requests: Pick<Requests, 'ask'>; trans: Trans }) {
  const names = model.get('_names');
  const withHosts = model.get('_with_hosts');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [rows] = useState(() => names.map((): Row => ({ element: { current: null }, value: { current: null } })));
  const id = useUniqueId();

  const refuse = (subject: string, message: string, hint: string) =>
    setProblem({ subject, message, reason: 'SecretsError', hint });

  const ask = async (method: 'store' | 'cancel', params: object = {}, value?: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await requests.ask(method, { ...params }, value);
    } catch (error) {
      setProblem(problemOf(names.join(', '), error, trans));
    } finally {
      setBusy(false);
    }
  };

  /** Returns what the rows say, by their names. */
  const of = <T,>(said: (row: Row) => T): { [name: string]: T } =>
    Object.fromEntries(rows.map((row, index) => [names[index], said(row)]));

  const focus = (name = '', field: string) =>
    rows[names.indexOf(name)]?.element.current?.querySelector<HTMLElement>(`input[${field}]`)?.focus();

  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    // Looked at before anything is taken, for what is taken is gone from its field.
    const hosts = of(({ element }) => readDetails(element.current).hosts);
    const values = of(({ value }) => value.current?.read() ?? '');
    const empty = names.filter(name => !values[name]);
    const nowhere = names.filter(name => withHosts && !hosts[name]?.length);
    if (empty.length > 0) {
      const sentence = trans.__('%1: there is no value to save.', empty.join(', '));
      refuse('', sentence, trans.__('Type or paste it, or choose a file.'));
      focus(empty[0], 'type=password');
    } else if (nowhere.length > 0) {
      refuse(
        '',
        trans.__('%1: it is for no host yet.', nowhere.join(', ')),
        trans.__('Type api.example.com, for example.')
      );
      focus(nowhere[0], 'name=hosts');
    } else {
      for (const { value } of rows) {
        value.current?.empty();
      }
      void ask('store', withHosts ? { hosts } : {}, JSON.stringify(values));
    }
  };

  return (
    <section class="dh-secrets" aria-label={trans.__('What the notebook needs')}>
      <form
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
          // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a width of its own
          <div key={name} ref={rows[index]?.element} role="group" aria-label={name}>
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
              handle={rows[index]?.value ?? null}
              accepted={() => setProblem(null)}
              refuse={(message, hint) => refuse(name, `${name}: ${message}`, hint)}
            />
            {withHosts && <HostsField trans={trans} />}
          </div>
        ))}
        {problem && (
          <div class="dhs-problem" role="alert">
            <Said problem={problem} trans={trans} />
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
