import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError, type Transport } from '../src/model';
import { Store } from '../src/store';
import { fakeTransport } from './transport';

const NO_DETAILS = { description: '', labels: [], expires: '', hosts: [] };

async function opened(set: Partial<Transport>) {
  const store = new Store(fakeTransport(set));
  await store.refresh();
  return store;
}

test('a secret is renamed by a move, and copied to a project under a name; both say what is where', async () => {
  const asked: unknown[] = [];
  const store = await opened({
    copy: async (...all) => {
      asked.push(all);
      return [];
    }
  });
  assert.ok(await store.changes.rename('A', 'B'));
  assert.equal(store.state.notice, 'A is now B.');
  assert.ok(await store.changes.copy('B', 'other', 'C'));
  assert.equal(store.state.notice, 'B was copied to project other.');
  assert.deepEqual(asked, [
    ['demo', 'A', { name: 'B', move: true }],
    ['demo', 'B', { project: 'other', name: 'C' }]
  ]);
});

test('what the provider says of a change stands behind what was done, whatever the change', async () => {
  const notices = async () => ['The platform still lists A.', 'Its owner may put it back.'];
  const store = await opened({
    create: notices,
    update: notices,
    remove: notices,
    importValues: notices,
    copy: notices
  });
  const { changes } = store;
  const made = [
    () => changes.create('A', 'sample-value', NO_DETAILS),
    () => changes.replace('A', 'sample-value'),
    () => changes.edit('A', NO_DETAILS),
    () => changes.rename('A', 'B'),
    () => changes.copy('A', 'other', 'A'),
    () => changes.remove('A'),
    () => changes.importValues(new Map([['A', 'sample-value']]), false)
  ];
  for (const make of made) {
    assert.ok(await make());
    assert.match(store.state.notice, /^.+\. The platform still lists A\. Its owner may put it back\.$/);
  }
});

test('where a dialog finds that nobody answers, the list says so, too, and at once', async () => {
  let away = false;
  const answer = async <T>(body: T) => {
    if (away) {
      throw new RequestError('You are logged out.', 'AccessDeniedError', '');
    }
    return body;
  };
  const status = { project: 'demo', provider: 'local', place: 'a file', writable: true };
  const store = await opened({ status: () => answer(status), list: () => answer([]) });
  away = true;
  assert.equal(await store.changes.reach('A'), false);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(store.state.problem?.message, 'You are logged out.');
  assert.equal(store.state.listProblem?.message, 'You are logged out.');
});

test('what was done in a project that is no longer shown is not said, and what failed there is', async () => {
  let answer: (notices: string[]) => void = () => {};
  let fail: (error: RequestError) => void = () => {};
  const store = new Store(
    fakeTransport({
      create: () => new Promise((resolve, reject) => ([answer, fail] = [resolve, reject]))
    })
  );
  await store.setProject('demo');
  const done = store.changes.create('NEW', 'sample-value', NO_DETAILS);
  await store.setProject('other');
  answer([]);
  assert.ok(await done);
  assert.equal(store.state.notice, '');
  const failing = store.changes.create('NEW', 'sample-value', NO_DETAILS);
  await store.setProject('demo');
  fail(new RequestError('It failed.', 'SecretsError', ''));
  assert.ok(!(await failing));
  assert.equal(store.state.problem?.subject, 'NEW');
  store.dispose();
});

test('an import that is refused for names that exist says what to do in the panel, and holds no value', async () => {
  const store = await opened({
    importValues: async () => {
      throw new RequestError('A: already exists in project demo.', 'SecretExistsError', 'Send `replace` as true.');
    }
  });
  assert.equal(await store.changes.importValues(new Map([['A', 'sample-value']]), false), false);
  assert.match(store.state.problem?.hint ?? '', /Replace those that exist/);
  assert.ok(!JSON.stringify(store.state).includes('sample-value'));
});

test('a place that cannot be reached is found before anything is sent', async () => {
  let isAway = false;
  const status = async (project = 'demo') => {
    if (isAway) {
      throw new RequestError('The server is gone.', 'ProviderUnavailableError', 'Start it.');
    }
    return { project, provider: 'local', place: 'a file', writable: true };
  };
  const store = await opened({ status });
  assert.ok(await store.changes.reach('A'));
  isAway = true;
  assert.equal(await store.changes.reach('A'), false);
  assert.equal(store.state.problem?.message, 'The server is gone.');
});

test('a project that is not known yet is asked for first, and nothing is sent to none', async () => {
  const created: string[] = [];
  const set = {
    create: async (project: string) => {
      created.push(project);
      return [];
    }
  };
  const store = new Store(fakeTransport(set));
  assert.equal(store.state.project, '');
  assert.ok(await store.changes.reach('A'));
  assert.ok(await store.changes.create('A', 'sample-value', NO_DETAILS));
  assert.deepEqual(created, ['demo']);
});
