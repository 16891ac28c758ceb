import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysLeft, sayDate, sayDays, urgency } from '../src/dates';
import type { SecretInfo } from '../src/protocol';

const noon = new Date(2030, 4, 17, 12);

function expiring(expires: string | null): SecretInfo {
  const none = { created: null, updated: null, created_by: null, updated_by: null };
  return { name: 'A', description: '', labels: [], expires, hosts: [], ...none };
}

test('a secret has expired when its last day is over, on this calendar', () => {
  assert.equal(urgency(expiring('2030-05-17'), new Date(2030, 4, 17, 23, 59)), 'soon');
  assert.equal(urgency(expiring('2030-05-17'), new Date(2030, 4, 18)), 'over');
  assert.equal(urgency(expiring(null), new Date(2999, 0, 1)), '');
});

test('an expiry date is shown from 30 days before on, and marked from 14 days before on', () => {
  const shown = ['2030-05-31', '2030-06-01', '2030-06-16', '2030-06-17'].map(day => urgency(expiring(day), noon));
  assert.deepEqual(shown, ['soon', 'later', 'later', '']);
});

test('days are counted from one calendar day to another, whatever the clock does in between', () => {
  assert.equal(daysLeft('2030-05-20', new Date(2030, 4, 17, 0, 0)), 3);
  assert.equal(daysLeft('2030-05-20', new Date(2030, 4, 17, 23, 59)), 3);
  assert.equal(daysLeft('2030-10-28', new Date(2030, 9, 26)), 2);
});

test('days and dates are said in the language of the panel', () => {
  assert.equal(sayDays(3, 'en'), 'in 3 days');
  assert.equal(sayDays(3, 'de'), 'in 3 Tagen');
  assert.equal(sayDays(3, 'it'), 'tra 3 giorni');
  assert.equal(sayDays(1, 'en'), 'tomorrow');
  assert.equal(sayDate('2031-12-01', 'de'), '01.12.2031');
});
