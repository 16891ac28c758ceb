import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange, labelSearch, matches, type Order } from '../src/arrange';
import type { SecretInfo } from '../src/protocol';

function info(name: string, more: Partial<SecretInfo> = {}): SecretInfo {
  const none = { expires: null, created: null, updated: null, created_by: null, updated_by: null };
  return { name, description: '', labels: [], hosts: [], ...none, ...more };
}

function ordered(secrets: SecretInfo[], order: Order): string[] {
  return arrange(secrets, '', order).map(({ name }) => name);
}

test('names are ordered without case, and with numbers as numbers', () => {
  const names = ['key10', 'Zeta', 'alpha', 'KEY2', 'key1', 'Alpha', 'beta'];
  const secrets = names.map(name => info(name));
  assert.deepEqual(ordered(secrets, 'name'), ['Alpha', 'alpha', 'beta', 'key1', 'KEY2', 'key10', 'Zeta']);
  assert.deepEqual(secrets[0]?.name, 'key10', 'what was given stays as it is');
});

test('by updated the newest is first, by expires the next; what has no date is last, by name', () => {
  const secrets = [
    info('b', { updated: '2030-01-01T00:00:00Z', expires: '2031-01-01' }),
    info('c'),
    info('d', { updated: '2030-01-02T00:00:00Z', expires: '2030-06-01' }),
    info('a')
  ];
  assert.deepEqual(ordered(secrets, 'updated'), ['d', 'b', 'a', 'c']);
  assert.deepEqual(ordered(secrets, 'expires'), ['d', 'b', 'a', 'c']);
});

const secret = info('API_KEY', { description: 'For the tides', labels: ['sea', 'north coast'] });

test('a search finds all its words in name, description and labels, in any case', () => {
  for (const search of ['', ' ', 'api', 'TIDES sea', 'north key', 'label', 'label:']) {
    assert.equal(matches(secret, search), !search.startsWith('label'), search);
  }
  assert.ok(!matches(secret, 'tides south'));
});

test('the search of a label finds what has that label, and nothing that only has its letters', () => {
  for (const label of ['sea', 'north coast']) {
    assert.ok(matches(secret, labelSearch(label)), label);
    assert.ok(matches(secret, `${labelSearch(label)} tides`), label);
    const similar = info('sea', { description: 'north coast', labels: ['seaside', 'north', 'coast'] });
    assert.ok(!matches(similar, labelSearch(label)), label);
  }
});
