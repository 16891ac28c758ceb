import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untranslated } from '../src/language';
import { changedElsewhere } from '../src/model';
import type { SecretInfo } from '../src/protocol';

const secret: SecretInfo = {
  name: 'API_KEY',
  description: 'For the tides',
  labels: ['sea', 'north'],
  hosts: [],
  expires: '2030-05-31',
  created: null,
  updated: null,
  created_by: null,
  updated_by: null
};

test('a secret of ours that others changed was changed elsewhere; what never was ours was just changed', () => {
  const changed = { ...secret, created_by: 'analyst', updated: '2030-01-01T00:00:00Z' };
  assert.ok(changedElsewhere(changed));
  assert.ok(!changedElsewhere({ ...changed, updated_by: 'analyst' }));
  assert.ok(!changedElsewhere({ ...changed, created_by: null }));
  assert.ok(!changedElsewhere({ ...changed, updated: null }));
});

test('a text that is not translated takes its arguments as they are', () => {
  assert.equal(untranslated.__('%1 is in %2.', 'A$1', '%1'), 'A$1 is in %1.');
});
