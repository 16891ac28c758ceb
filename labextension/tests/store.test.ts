import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Backoff } from '../src/backoff';
import { type Put, RequestError, type Transport } from '../src/model';
import type { SecretInfo } from '../src/protocol';
import { Store } from '../src/store';
import { fakeTransport, info, PUT } from './transport';

/** A transport whose answers a test sets; it counts the lists that were asked for. */
function transport(change: Partial<Transport> = {}) {
  const made = {
    ...fakeTransport(),
    lists: 0,
    live: (_: boolean) => {},
    changed: () => {},
    stopped: 0,
    list: async (_project: string) => {
      made.lists++;
      return [info('A')];
    },
    watch: (_project: string, changed: () => void, live: (possible: boolean) => void) => {
      made.changed = changed;
      made.live = live;
      return () => {
        made.stopped++;
      };
    },
    ...change
  };
  return made;
}

const settled = () => new Promise(resolve => setImmediate(resolve));

test('the first look opens the project of the settings', async () => {
  const store = new Store(transport());
  await store.refresh();
  assert.equal(store.state.project, 'demo');
  assert.deepEqual(
    store.state.secrets?.map(({ name }) => name),
    ['A']
  );
  assert.equal(store.state.status?.place, 'a file');
});

test('what a quick status leaves out is asked for after the list', async context => {
  const store = new Store(
    transport({
      status: async project => ({ project: 'demo', provider: 'p', place: 'q', ...(project && { writable: false }) })
    })
  );
  context.after(() => store.dispose());
  await store.open({ project: 'demo', provider: 'p', place: 'q' });
  assert.match(store.readOnly, /^You may read the secrets here/);
});

test('opening asks once for the list, although the panel comes into view meanwhile', async context => {
  const asked = transport();
  const store = new Store(asked);
  context.after(() => store.dispose());
  const opening = store.open(await asked.status());
  store.setInView(true);
  await opening;
  assert.equal(asked.lists, 1);
  store.setInView(false);
  store.setInView(true);
  await settled();
  assert.equal(asked.lists, 2);
});

test('an answer for a project that is no longer shown is dropped', async () => {
  let slow: (secrets: SecretInfo[]) => void = () => {};
  const list = (project: string) =>
    project === 'slow' ? new Promise<SecretInfo[]>(resolve => (slow = resolve)) : Promise.resolve([info('FAST')]);
  const store = new Store(transport({ list }));
  const first = store.setProject('slow');
  await store.setProject('fast');
  slow([info('SLOW')]);
  await first;
  assert.deepEqual(
    store.state.secrets?.map(({ name }) => name),
    ['FAST']
  );
});

test('what the store refuses is a problem with its name, and nothing of the value is in the state', async () => {
  const create = async () => {
    throw new RequestError('TAKEN: the project has it.', 'SecretExistsError', 'Use another name.');
  };
  const store = new Store(transport({ create }));
  await store.refresh();
  const seen: string[] = [];
  store.subscribe(() => seen.push(JSON.stringify(store.state)));
  assert.equal(
    await store.changes.create('TAKEN', 'sample-value', { description: '', labels: [], expires: '', hosts: [] }),
    false
  );
  assert.equal(store.state.problem?.subject, 'TAKEN');
  assert.equal(store.state.problem?.reason, 'SecretExistsError');
  assert.ok(seen.length > 0);
  assert.ok(!seen.join().includes('sample-value'));
});

test('a list that fails says why and keeps what was shown', async () => {
  const made = transport();
  const store = new Store(made);
  await store.refresh();
  made.list = async () => {
    throw new RequestError('demo: no rights.', 'AccessDeniedError', 'Ask for them.');
  };
  await store.refresh();
  assert.equal(store.state.listProblem?.reason, 'AccessDeniedError');
  assert.equal(store.state.secrets?.length, 1);
});

test('a panel in view asks every 2 s while changes are not told, and each minute while they are', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const made = transport();
    const store = new Store(made);
    store.setInView(true);
    await settled();
    const before = made.lists;
    mock.timers.tick(2000);
    await settled();
    assert.equal(made.lists, before + 1);

    made.live(true);
    mock.timers.tick(2000);
    await settled();
    assert.equal(made.lists, before + 1);
    mock.timers.tick(60000);
    await settled();
    assert.equal(made.lists, before + 2);

    made.live(false);
    store.setInView(false);
    mock.timers.tick(60000);
    await settled();
    assert.equal(made.lists, before + 2);
  } finally {
    mock.timers.reset();
  }
});

test('where nothing answers it asks after 2, 4, … 60 s, and every 2 s again once something did', async context => {
  context.mock.method(Math, 'random', () => 0);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const made = transport();
  const store = new Store(made);
  store.setInView(true);
  await settled();
  const list = made.list;
  const asked: number[] = [];
  let now = 0;
  made.list = async () => {
    asked.push(now);
    throw new RequestError('The server is gone.', 'ProviderUnavailableError', 'Start it.');
  };
  // Also while the event bus says again and again that it is not connected.
  for (; now < 200; now++) {
    context.mock.timers.tick(1000);
    made.live(false);
    await settled();
  }
  const pauses = asked.slice(1).map((time, index) => time - (asked[index] ?? 0));
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 60, 60]);

  made.list = list;
  await store.refresh();
  const before = made.lists;
  context.mock.timers.tick(2000);
  await settled();
  assert.equal(made.lists, before + 1);
});

test('pages that wait for the same server do not ask it in one moment', () => {
  const firsts = new Set(Array.from({ length: 50 }, () => Math.round(new Backoff().next())));
  assert.ok(firsts.size > 10);
  assert.ok(Math.min(...firsts) >= 1600 && Math.max(...firsts) <= 2000);
});

test('what went wrong stays said while it is tried again, once, and no wait is said over it', async context => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const made = transport({
    status: () =>
      new Promise((_, reject) => {
        setTimeout(() => reject(new RequestError('The server is gone.', 'ProviderUnavailableError', 'Start it.')), 500);
      })
  });
  const store = new Store(made);
  store.setInView(true);
  context.mock.timers.tick(300);
  assert.equal(store.state.waiting, 'Waiting for the list of secrets…');
  context.mock.timers.tick(200);
  await settled();
  const said = new Set<string>();
  store.subscribe(() => said.add(`${store.state.listProblem?.message}${store.state.waiting}`));
  for (let tries = 0; tries < 40; tries++) {
    context.mock.timers.tick(250);
    await settled();
  }
  assert.deepEqual([...said], ['The server is gone.']);
});

test('a list that says nothing new draws nothing, and one that says something is shown', async () => {
  let description = '';
  const made = transport({ list: async () => [{ ...info('A'), description }] });
  const store = new Store(made);
  await store.refresh();
  await settled();
  let drawn = 0;
  store.subscribe(() => drawn++);
  await store.refresh();
  await settled();
  assert.equal(drawn, 0);
  description = 'For the tides';
  await store.refresh();
  assert.equal(store.state.secrets?.[0]?.description, description);
  assert.ok(drawn > 0);
});

test('a change that is told is looked at', async () => {
  const made = transport();
  const store = new Store(made);
  await store.refresh();
  const before = made.lists;
  made.changed();
  await settled();
  assert.equal(made.lists, before + 1);
});

test('a long wait is said, and no longer once the answer is there', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let answer: (put: Put) => void = () => {};
    const put = () => new Promise<Put>(resolve => (answer = resolve));
    const store = new Store(transport({ put }));
    await store.refresh();
    const done = store.kernel.put('A', 'variable');
    assert.equal(store.state.waiting, '');
    mock.timers.tick(300);
    assert.match(store.state.waiting, /A.*waiting/);
    answer(PUT);
    await done;
    assert.equal(store.state.waiting, '');
    assert.equal(store.state.notice, 'A is in the variable a.');
  } finally {
    mock.timers.reset();
  }
});

test('a store that is done with asks no more', async () => {
  const made = transport();
  const store = new Store(made);
  await store.refresh();
  store.dispose();
  const before = made.lists;
  made.changed();
  store.setInView(true);
  await settled();
  assert.equal(made.lists, before);
  assert.equal(made.stopped, 1);
});
