import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { speaking, untranslated } from '../src/language';
import { catalogues, joined, replaceTexts, textsOf } from '../texts.mjs';

const SOURCES = readdirSync('src').map(name => readFileSync(`src/${name}`, 'utf8'));
const USED = SOURCES.flatMap(textsOf);

for (const [locale, catalogue] of Object.entries(catalogues())) {
  test(`the catalogue ${locale} has every text, with the same arguments, and no other`, () => {
    const marks = (text: string) => [...new Set(text.match(/%\d/g))].sort().join();
    const said = (forms: string[]) => ({ forms: forms.length, marks: forms.map(marks) });
    const { '': header, ...translated } = catalogue;
    assert.deepEqual(Object.keys(translated).sort(), [...new Set(USED.map(([text]) => text))].sort());
    for (const [text, ...others] of USED) {
      const forms = translated[text as string] as string[];
      assert.deepEqual(said(forms), said([text as string, ...others]), text);
      assert.ok(
        forms.every(form => form.trim()),
        text
      );
    }
    assert.equal((header as unknown as { language: string }).language, locale.replace('_', '-'));
  });
}

test('a catalogue has texts and pairs by their numbers, and a text without a number is said as it is', () => {
  const trans = speaking('it-IT', ['Elimina %1', joined(['%1 da %2', '%1 dei %2'])]);
  // In a module a text's number stands in its place.
  const [remove, pair, none] = [0, 1, 0] as unknown as [string, string, string];
  assert.equal(trans.__(remove, 'A'), 'Elimina A');
  assert.equal(trans.__('Edit %1', 'A'), 'Edit A');
  assert.deepEqual([trans._n(pair, none, 1, 'B'), trans._n(pair, none, 0, 'B')], ['1 da B', '0 dei B']);
  assert.deepEqual(
    [untranslated._n('%1 line', '%1 lines', 1), untranslated._n('%1 line', '%1 lines', 7)],
    ['1 line', '7 lines']
  );
});

test('the texts of a source are found, in either quotes, over several lines, and pairs as pairs', () => {
  const source = `trans.__('It\\'s %1', name); trans.__(\n  "a 'b'",\n x); store.trans._n('%1 line', '%1 lines', n); other('c')`;
  assert.deepEqual(textsOf(source), [["It's %1"], ["a 'b'"], ['%1 line', '%1 lines']]);
});

test('numbers stand in the place of texts, and what follows them stays', () => {
  const source = "a.__('Save %1', name); wording('It'); t._n('%1 line', '%1 lines', n); __(said)";
  const numbered = replaceTexts(source, texts => texts.join('').length);
  assert.equal(numbered, 'a.__(7, name); wording(2); t._n(15,0, n); __(said)');
});
