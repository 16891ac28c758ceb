import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Poller, RENEW_INTERVAL_MS } from '../src/poller';
import { INTEREST_TTL_MS } from '../src/protocol';

/** A poller whose question is answered at once, and when it asked, in seconds. */
function polling(context: TestContext, hasFailed = () => false) {
  context.mock.method(Math, 'random', () => 0);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const asked: number[] = [];
  const made = new Poller(() => {
    asked.push(now);
    made.begin();
    made.end(hasFailed());
  });
  const wait = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      now++;
      context.mock.timers.tick(1000);
    }
  };
  return { made, asked, wait };
}

test('in view it asks every 2 s, out of view never', context => {
  const { made, asked, wait } = polling(context);
  wait(10);
  made.setInView(true);
  wait(5);
  made.setInView(false);
  wait(10);
  assert.deepEqual(asked, [10, 12, 14]);
});

test('where changes are told it asks often enough to be told on', context => {
  const { made, asked, wait } = polling(context);
  made.setInView(true);
  made.setLive(true);
  wait(110);
  assert.deepEqual(asked, [0, 50, 100]);
  // One that is lost, or late, must not end it.
  assert.ok(2 * RENEW_INTERVAL_MS < INTEREST_TTL_MS);
});

test('what fails is asked again later and later, and soon once somebody wants it now', context => {
  const { made, asked, wait } = polling(context, () => true);
  made.setInView(true);
  wait(20);
  made.hurry();
  wait(13);
  assert.deepEqual(asked, [0, 2, 6, 14, 30, 32]);
});

test('while it is being asked nothing is asked again, neither by time nor by coming into view', context => {
  const { made, asked, wait } = polling(context);
  made.begin();
  made.setInView(true);
  wait(60);
  assert.deepEqual(asked, []);
  made.end(false);
  wait(2);
  assert.deepEqual(asked, [62]);
});

test('one that is stopped asks no more', context => {
  const { made, asked, wait } = polling(context);
  made.setInView(true);
  made.stop();
  made.setInView(false);
  made.setInView(true);
  made.end(false);
  wait(60);
  assert.deepEqual(asked, [0]);
});
