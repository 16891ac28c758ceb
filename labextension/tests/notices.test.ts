import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../src/notices';

test('a problem is said with its name, once, and with what to do', () => {
  const problem = { subject: 'A', reason: 'SecretsError' as const };
  assert.equal(explain({ ...problem, message: 'A: it is odd.', hint: 'Look at it.' }), 'A: it is odd. Look at it.');
  assert.equal(explain({ ...problem, message: 'The kernel is gone.', hint: '' }), 'A: The kernel is gone.');
  assert.equal(explain({ ...problem, subject: '', message: 'Logged out.', hint: 'Log in.' }), 'Logged out. Log in.');
});
