import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { EventBus, type Socket } from '../src/eventbus';

const CHANGED = 'https://dh-secrets-jupyter/events/secret-changed/v1';

function bus() {
  const sockets: Socket[] = [];
  const made = new EventBus(() => {
    const socket: Socket = { onopen: null, onclose: null, onmessage: null, close: mock.fn() };
    sockets.push(socket);
    return socket;
  });
  /** Lets something happen on the newest socket. */
  const happen = (what: 'onopen' | 'onclose' | 'onmessage', data?: unknown) => {
    const listener = sockets.at(-1)?.[what] as ((event: unknown) => void) | null;
    listener?.({ data: typeof data === 'string' ? data : JSON.stringify(data) });
  };
  return { made, sockets, happen };
}

test('only changes of the watched project are told', () => {
  const { made, happen } = bus();
  let changed = 0;
  made.watch(
    'demo',
    () => changed++,
    () => {}
  );
  happen('onmessage', { schema_id: CHANGED, project: 'demo', name: 'A', action: 'updated', user: null });
  happen('onmessage', { schema_id: CHANGED, project: 'other', name: 'A', action: 'updated', user: null });
  happen('onmessage', { schema_id: 'https://example.org/else', project: 'demo' });
  happen('onmessage', 'no JSON');
  assert.equal(changed, 1);
});

test('a socket that breaks is opened again, later and later, until it holds', context => {
  context.mock.method(Math, 'random', () => 0);
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { made, sockets, happen } = bus();
    const said: boolean[] = [];
    const stop = made.watch(
      'demo',
      () => {},
      open => said.push(open)
    );
    happen('onopen');
    happen('onclose');
    mock.timers.tick(2000);
    assert.equal(sockets.length, 2);
    happen('onclose');
    mock.timers.tick(2000);
    assert.equal(sockets.length, 2);
    mock.timers.tick(2000);
    assert.equal(sockets.length, 3);
    happen('onopen');
    assert.deepEqual(said, [true, false, false, true]);

    stop();
    happen('onclose');
    mock.timers.tick(60000);
    assert.equal(sockets.length, 3);
  } finally {
    mock.timers.reset();
  }
});
