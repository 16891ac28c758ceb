import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { speaking, untranslated } from '../src/language';
import { catalogues, replaceTexts, textsOf } from '../texts.mjs';

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

test('a catalogue translates texts and pairs, and what it lacks is said as the source has it', () => {
  const trans = speaking('it-IT', { 'Delete %1': ['Elimina %1'], '%1 of %2': ['%1 da %2', '%1 dei %2'] });
  assert.equal(trans.__('Delete %1', 'A'), 'Elimina A');
  assert.equal(trans.__('Edit %1', 'A'), 'Edit A');
  assert.deepEqual(
    [trans._n('%1 of %2', '%1 of them', 1, 'B'), trans._n('%1 of %2', '', 0, 'B')],
    ['1 da B', '0 dei B']
  );
  assert.deepEqual(
    [untranslated._n('%1 line', '%1 lines', 1), untranslated._n('%1 line', '%1 lines', 7)],
    ['1 line', '7 lines']
  );
});

test('the texts of a source are found, in either quotes, over several lines, and pairs as pairs', () => {
  const source = `trans.__('It\\'s %1', name); trans.__(\n  "a 'b'",\n x); store.trans._n('%1 line', '%1 lines', n); other('c')`;
  assert.deepEqual(textsOf(source), [["It's %1"], ["a 'b'"], ['%1 line', '%1 lines']]);
});

test('marks stand in the place of texts, and what follows them stays', () => {
  const marked = replaceTexts("a.__('Save %1', name); wording('It'); t._n('%1 line', '%1 lines', n); __(said)", texts =>
    texts.join('|').toUpperCase()
  );
  assert.equal(marked, "a.__('SAVE %1', name); wording('IT'); t._n('%1 LINE|%1 LINES','', n); __(said)");
});
