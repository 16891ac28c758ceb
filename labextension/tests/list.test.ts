import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROW_HEIGHT, rowsInView } from '../src/rowsinview';
import { Typeahead } from '../src/typeahead';

const closed = { index: -1, extra: 0 };

test('up to 300 rows are all drawn', () => {
  const { all, indexes } = rowsInView(300, { top: 0, height: 100 }, closed, 0);
  assert.ok(all);
  assert.equal(indexes.length, 300);
  assert.equal(rowsInView(0, { top: 0, height: 100 }, closed, 0).indexes.length, 0);
});

test('of more, those in view are drawn, some around them, and always the one with the focus', () => {
  for (const top of [0, 5000, 1000 * ROW_HEIGHT - 520]) {
    const { all, indexes } = rowsInView(1000, { top, height: 520 }, closed, 500);
    assert.ok(!all);
    assert.ok(indexes.length < 100);
    const first = Math.floor(top / ROW_HEIGHT);
    for (let index = first; index < first + 20; index++) {
      assert.ok(indexes.includes(index), `${index}`);
    }
    assert.ok(indexes.includes(500));
    assert.deepEqual(
      indexes,
      [...new Set(indexes)].sort((a, b) => a - b)
    );
    assert.ok(Math.max(...indexes) < 1000);
  }
});

test('open details move the rows below them', () => {
  const { indexes } = rowsInView(1000, { top: 10_000, height: 520 }, { index: 3, extra: 2600 }, 0);
  const first = Math.floor((10_000 - 2600) / ROW_HEIGHT);
  assert.ok(indexes.includes(first) && indexes.includes(first + 20));
});

const names = ['alpha', 'beta one', 'Beta two', 'gamma'];

test('a letter goes to the next name that begins with it, and around', () => {
  const typeahead = new Typeahead();
  assert.equal(typeahead.next('b', names, 0, 0), 1);
  assert.equal(typeahead.next('b', names, 1, 1000), 2);
  assert.equal(typeahead.next('B', names, 2, 2000), 1);
  assert.equal(typeahead.next('x', names, 0, 3000), -1);
});

test('letters that are typed at once are the beginning of one name', () => {
  const typeahead = new Typeahead();
  [...'beta t'].reduce((at, key, index) => typeahead.next(key, names, at, index * 100), 0);
  assert.equal(typeahead.next('w', names, 2, 700), 2);
});

test('keys that write nothing find nothing, nor does a first blank', () => {
  const typeahead = new Typeahead();
  for (const key of ['Enter', 'Tab', ' ', 'F2']) {
    assert.equal(typeahead.next(key, names, 0, 0), -1);
  }
});
