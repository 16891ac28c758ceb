import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommTransport } from '../src/commtransport';

test('a kernel that is gone is a refusal with what to do, and no longer has to be told that a view leaves', async () => {
  const made = new CommTransport({
    get: () => '',
    on: () => {},
    off: () => {},
    send: () => {
      throw new Error('Cannot send');
    }
  });
  await assert.rejects(made.list('demo'), { reason: 'ProviderUnavailableError', hint: 'Run the cell again.' });
  const leave = made.watch(
    'demo',
    () => assert.fail(),
    () => assert.fail()
  );
  leave();
});
