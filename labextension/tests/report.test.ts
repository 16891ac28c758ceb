import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { report } from '../src/report';

/** A form's requests, which a test answers one by one. */
function asked() {
  const sent: { heard(): void; refused(): void }[] = [];
  const ask = <T>() =>
    new Promise<T>((heard, refused) => {
      sent.push({ heard: () => heard({ texts: {} } as T), refused: () => refused(new Error()) });
    });
  let shown = false;
  void report({ ask }, 'en').then(() => {
    shown = true;
  });
  return { sent, shown: () => shown };
}

const settled = () => new Promise<void>(resolve => setImmediate(resolve));

test('a form reports until the kernel has heard it, within three seconds, and is shown from then on', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { sent, shown } = asked();
  assert.equal(sent.length, 1);
  for (let passed = 0; passed < 1500; passed += 100) {
    mock.timers.tick(100);
  }
  const before = sent.length;
  assert.ok(before > 2 && before <= 6);
  await settled();
  assert.equal(shown(), false);
  sent[2]?.heard();
  await settled();
  assert.equal(shown(), true);
  mock.timers.tick(60_000);
  assert.equal(sent.length, before);
  mock.timers.reset();
});

test('a form that the kernel refuses is never shown, and nothing is sent for ever', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { sent, shown } = asked();
  for (let passed = 0; passed < 60_000; passed += 100) {
    mock.timers.tick(100);
  }
  for (const { refused } of sent) {
    refused();
  }
  await settled();
  assert.equal(shown(), false);
  assert.equal(sent.length, 6);
  mock.timers.reset();
});
