import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../src/model';
import { RestTransport } from '../src/rest';
import { PUT } from './transport';

interface Sent {
  path: string;
  method: string;
  body: unknown;
}

/** A transport on answers that a test gives; what it sent is kept. */
function rest(answer: (sent: Sent) => Response, loaded: { [method: string]: unknown } = {}) {
  const sent: Sent[] = [];
  const asked: unknown[] = [];
  let connected: (open: boolean) => void = () => {};
  const made = new RestTransport(
    async (path, { method = 'GET', body }) => {
      const request = { path, method, body: body === undefined ? undefined : JSON.parse(String(body)) };
      sent.push(request);
      return answer(request);
    },
    {
      watch: (_project, _changed, told) => {
        connected = told;
        return () => {};
      }
    },
    {
      id: 'k-1',
      ask: async (...request) => {
        asked.push(request);
        return PUT as never;
      },
      askIfLoaded: async (...request) => {
        asked.push(request);
        return (loaded[request[0]] ?? null) as never;
      }
    }
  );
  return { made, sent, asked, connect: (open: boolean) => connected(open) };
}

const settled = () => new Promise(resolve => setImmediate(resolve));
const json = (body: unknown, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const none = { expires: null, created: null, updated: null, created_by: null, updated_by: null };
const info = (name: string) => ({ name, description: '', labels: [], hosts: [], ...none });
const status = { project: 'demo', provider: 'local', place: 'a file', writable: true, version: '1' };
const details = { description: 'D', labels: ['a'], expires: '', hosts: [] };

test('a value is in the body of the one request that saves it, never in an address', async () => {
  const { made, sent } = rest(() => json(info('API.KEY'), 201));
  await made.create('demo', 'API.KEY', 'sample\nvalue', details);
  const body = { name: 'API.KEY', value: 'sample\nvalue', description: 'D', labels: ['a'], expires: null, hosts: [] };
  assert.deepEqual(sent, [{ path: 'projects/demo/secrets', method: 'POST', body }]);
});

test('an import is one request with all values; a rename and a copy send no value', async () => {
  const { made, sent } = rest(({ path }) =>
    path.endsWith('/import') ? json({ created: ['A'], replaced: [] }) : json(info('B'), 201)
  );
  await made.importValues('demo', new Map([['A', 'sample']]), true);
  await made.copy('demo', 'A.x', { name: 'B', move: true });
  assert.deepEqual(sent, [
    { path: 'projects/demo/import', method: 'POST', body: { values: { A: 'sample' }, replace: true } },
    { path: 'projects/demo/secrets/A.x/copy', method: 'POST', body: { name: 'B', move: true } }
  ]);
});

test('a replaced value leaves the metadata alone, an edit the value and what was not changed', async () => {
  const { made, sent } = rest(() => json(info('A')));
  await made.update('demo', 'A', { value: 'sample' });
  await made.update('demo', 'A', details);
  await made.update('demo', 'A', { labels: [] });
  assert.deepEqual(
    sent.map(({ method, body }) => [method, body]),
    [
      ['PATCH', { value: 'sample' }],
      ['PATCH', { description: 'D', labels: ['a'], expires: null, hosts: [] }],
      ['PATCH', { labels: [] }]
    ]
  );
});

test('what is only read is no activity of a user, what is done is', async () => {
  const { made, sent } = rest(({ method }) =>
    method === 'DELETE' ? new Response(null, { status: 204 }) : json({ ...status, secrets: [], projects: [] })
  );
  await made.status('demo');
  await made.projects();
  await made.list('demo');
  await made.remove('demo', 'A');
  assert.deepEqual(
    sent.map(({ path }) => path.split('?')[1]),
    ['project=demo&no_track_activity=1', 'no_track_activity=1', 'no_track_activity=1', undefined]
  );
});

test('what the provider says of a change comes in a header, and none that cannot be read', async () => {
  const said = ['The platform still lists “A”.', 'B, too.'];
  for (const [header, notices] of [
    [JSON.stringify(said).replace(/[“”]/g, sign => `\\u${sign.charCodeAt(0).toString(16)}`), said],
    ['{"A": 1}', []],
    ['no JSON', []]
  ] as const) {
    const headers = { 'DH-Secrets-Notices': header };
    const { made } = rest(({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 204, headers }) : json(info('A'), 200, headers)
    );
    assert.deepEqual(await made.remove('demo', 'A'), notices);
    assert.deepEqual(await made.update('demo', 'A', { value: 'sample' }), notices);
  }
});

test('a refusal keeps message, reason and hint', async () => {
  const body = { message: 'A: it is there.', reason: 'SecretExistsError', hint: 'Use another name.' };
  const { made } = rest(() => json(body, 409));
  await assert.rejects(made.create('demo', 'A', 'sample', details), (error: unknown) => {
    assert.ok(error instanceof RequestError);
    assert.deepEqual([error.message, error.reason, error.hint], Object.values(body));
    return true;
  });
});

test('changes are told live only while the bus is connected and the server passes them on', async () => {
  let header = 'false';
  const { made, connect } = rest(() => json({ secrets: [] }, 200, { 'DH-Secrets-Live': header }));
  const live: boolean[] = [];
  let changed = 0;
  made.watch(
    'demo',
    () => changed++,
    possible => live.push(possible)
  );
  connect(true);
  await made.list('demo');
  header = 'true';
  await made.list('other');
  await made.list('demo');
  connect(false);
  assert.deepEqual(live, [false, false, true, false]);
  assert.equal(changed, 1);
});

test('where another answers in the server’s place, or nobody, what is shown is asked for at once', async () => {
  const reported = { message: 'A: it is not there.', reason: 'SecretNotFoundError', hint: 'Look.' };
  const answers = {
    page: () => new Response('<html>', { status: 200 }),
    nobody: () => Promise.reject(new TypeError()),
    ours: () => json(reported, 404)
  };
  for (const [answer, told] of [
    ['page', 1],
    ['nobody', 1],
    ['ours', 0]
  ] as const) {
    const { made } = rest(answers[answer] as () => Response);
    let changed = 0;
    const watch = () =>
      made.watch(
        'demo',
        () => changed++,
        () => {}
      );
    const leave = watch();
    // Who asks for the list hears it anyway: told of that, too, it would ask without end.
    await Promise.allSettled([made.list('demo'), made.status('demo')]);
    assert.equal(changed, 0, answer);
    await Promise.allSettled([made.needs([])]);
    assert.equal(changed, told, answer);
    leave();
    await Promise.allSettled([made.remove('demo', 'A')]);
    assert.equal(changed, told, answer);
  }
});

test('what was put into a kernel is reported without its value', async () => {
  const { made, sent, asked } = rest(({ path }) => (path.startsWith('status') ? json(status) : json({}, 500)));
  await made.status('demo');
  assert.equal(await made.put('demo', 'A', 'environment'), PUT);
  const of = { project: 'demo', provider: 'local' };
  assert.deepEqual(asked, [['A', 'put', { ...of, name: 'A', destination: 'environment' }]]);
  const report = {
    path: 'projects/demo/secrets/A/injected',
    method: 'POST',
    body: { into: 'environment', kernel: 'k-1' }
  };
  assert.deepEqual(sent.at(-1), report);
  await made.held('demo');
  await made.undo('demo');
  await made.forget('demo', 'A');
  assert.deepEqual(asked.slice(1), [
    ['held', of],
    ['', 'undo', of],
    ['A', 'forget', { ...of, name: 'A' }]
  ]);
});

test('what the kernel used is handed on to the trail, of whatever project, and no more than that', async () => {
  const use = { host: 'api.example.com', method: 'GET', status: 200 };
  const uses = ['demo', 'other'].map(project => ({ project, name: 'A', ...use }));
  const held = { secrets: [], project: 'demo', switched: false };
  const { made, sent, asked } = rest(() => new Response('', { status: 500 }), { held, used: { uses } });
  assert.deepEqual(await made.held('demo'), held);
  await settled();
  assert.deepEqual(asked.slice(1), [['used', { project: 'demo', provider: '' }]]);
  assert.deepEqual(
    sent,
    ['demo', 'other'].map(project => ({
      path: `projects/${project}/secrets/A/used`,
      method: 'POST',
      body: { ...use, kernel: 'k-1' }
    }))
  );
});

test('a kernel that has nothing of ours is not asked what it used', async () => {
  const { made, asked } = rest(() => json({}));
  assert.equal(await made.held('demo'), null);
  await settled();
  assert.equal(asked.length, 1);
});
