import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Trans, untranslated } from '../src/language';
import { ReportedError, RequestError } from '../src/model';
import { problemOf } from '../src/state';

const ITALIAN: { [text: string]: string } = {
  'A proxy or the Jupyter server answered %1.': 'Un proxy ha risposto %1.',
  'Try again.': 'Riprova.',
  'You do not have the right to do this.': 'Non hai il diritto di farlo.'
};
const italian: Trans = {
  ...untranslated,
  language: 'it-IT',
  __: (text, ...args) => untranslated.__(ITALIAN[text] ?? text, ...args)
};

test('what the panel words itself is said in its language, with its arguments', () => {
  const text = 'A proxy or the Jupyter server answered %1.';
  const error = new RequestError(text, 'ProviderUnavailableError', 'Try again.', ['502 Bad Gateway']);
  const { message, hint } = problemOf('A', error, italian);
  assert.deepEqual([message, hint], ['Un proxy ha risposto 502 Bad Gateway.', 'Riprova.']);
  assert.equal(problemOf('A', error, untranslated).message, error.message);
});

test('what the server words stays as it is, behind its cause in the panel’s language', () => {
  const error = new ReportedError('A: 100%1 denied.', 'AccessDeniedError', 'Ask for it.');
  const { message, hint } = problemOf('A', error, italian);
  assert.deepEqual([message, hint], ['Non hai il diritto di farlo. A: 100%1 denied.', 'Ask for it.']);
  assert.equal(problemOf('A', error, untranslated).message, 'A: 100%1 denied.');
});

test('of any other error nothing is said that it may hold', () => {
  assert.doesNotMatch(problemOf('A', new TypeError('sample-value'), untranslated).message, /sample/);
});
