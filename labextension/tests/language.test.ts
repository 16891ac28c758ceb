import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speaking, untranslated } from '../src/language';
import { textsOf } from '../texts.mjs';

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
