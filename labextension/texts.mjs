/** The texts that the panel says, found in its source, and their translations in the package. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LOCALE = '../dh_secrets_jupyter/locale';

const TEXT = String.raw`\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`;
const CALL = new RegExp(String.raw`\b(?:__|wording)\(${TEXT}|\b_n\(${TEXT},${TEXT}`, 'g');

/** Returns the texts of a source, each as a list: of a pair both. */
export function textsOf(source) {
  return [...source.matchAll(CALL)].map(([, text, one, many]) => (text ? [text] : [one, many]).map(evaluate));
}

/** Returns the source with numbers in place of its texts: `numberOf` has one of each list that `textsOf` would return. */
export function replaceTexts(source, numberOf) {
  return source.replace(CALL, (call, ...literals) => {
    const texts = literals.slice(0, 3).filter(literal => literal !== undefined);
    const number = numberOf(texts.map(evaluate));
    return call.slice(0, call.indexOf('(') + 1) + [number, ...texts.slice(1).map(() => 0)].join(',');
  });
}

/** Returns the catalogues in the package by locale, such as `it_IT`. */
export function catalogues() {
  const read = locale =>
    JSON.parse(readFileSync(join(LOCALE, locale, 'LC_MESSAGES', 'dh_secrets_jupyter.json'), 'utf8'));
  return Object.fromEntries(readdirSync(LOCALE).map(locale => [locale, read(locale)]));
}

/** Returns the one or two forms of a text as one text: `Trans` takes the form that it needs. */
export function joined(forms) {
  return forms.join('|');
}

/** Reads a string as it is written in the source. */
function evaluate(literal) {
  return literal.slice(1, -1).replace(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign));
}
