import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingOf, Needs } from '../src/needs';
import type { Need } from '../src/responses';

const need = (name: string, optional = false): Need => ({ name, cell: 1, optional, about: null });

test('what is missing comes first, what is optional last', () => {
  const needs = [need('A'), need('B', true), need('C'), need('D')];
  assert.deepEqual(
    missingOf(needs, ['A']).map(({ name }) => name),
    ['C', 'D', 'B']
  );
  assert.deepEqual(missingOf(needs, ['A', 'B', 'C', 'D']), []);
});

test('the cells are read when they change, and an old answer is no answer', async () => {
  const asked: string[][] = [];
  const answers: ((found: Need[]) => void)[] = [];
  const told: string[][] = [];
  const needs = new Needs(
    cells => {
      asked.push(cells);
      return new Promise(resolve => answers.push(resolve));
    },
    found => told.push(found.map(({ name }) => name))
  );
  const first = needs.look(['%secret get A']);
  const second = needs.look(['%secret get B']);
  void needs.look(['%secret get B']);
  answers[1]?.([need('B')]);
  answers[0]?.([need('A')]);
  await Promise.all([first, second]);
  assert.deepEqual(asked, [['%secret get A'], ['%secret get B']]);
  assert.deepEqual(told, [['B']]);
  await needs.look([]);
  assert.deepEqual(told, [['B'], []]);
});

test('where it cannot be said nothing is said', async () => {
  const told: Need[][] = [];
  const needs = new Needs(
    () => Promise.reject(new Error('away')),
    found => told.push(found)
  );
  await needs.look(['%secret get A']);
  assert.deepEqual(told, [[]]);
});
