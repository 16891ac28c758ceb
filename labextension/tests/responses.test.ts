import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { RequestError, type Transport } from '../src/model';
import { RestTransport } from '../src/rest';
import { PUT } from './transport';

/** What stands between the browser and the API: a real server that gives each request the same bytes. */
let bytes = '';
let asked: string[] = [];
const server = createServer(socket => {
  socket.on('error', () => {});
  socket.once('data', head => {
    asked.push(head.toString().split(' ', 2).join(' '));
    socket.end(bytes);
  });
});
let base = '';
before(async () => {
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
after(() => void server.close());

const made = new RestTransport(
  (path, init) => fetch(`${base}/dh-secrets/${path}`, init),
  { watch: () => () => {} },
  { id: 'k', ask: async () => PUT as never, askIfLoaded: async () => null }
);

const none = { expires: null, created: null, updated: null, created_by: null, updated_by: null };
const info = { name: 'A', description: '', labels: [], hosts: [], ...none };
const details = { description: '', labels: [], expires: '', hosts: [] };
const READS: Record<string, (api: Transport) => Promise<unknown>> = {
  status: api => api.status('demo'),
  projects: api => api.projects(),
  list: api => api.list('demo')
};
const WRITES: Record<string, (api: Transport) => Promise<unknown>> = {
  add: api => api.create('demo', 'A', 'sample-value', details),
  replace: api => api.update('demo', 'A', { value: 'sample-value' }),
  edit: api => api.update('demo', 'A', details),
  delete: api => api.remove('demo', 'A')
};

function answer(status: string, body = '', type = 'application/json', more = ''): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n${more}Connection: close\r\n\r\n${body}`;
}

const page = '<!DOCTYPE html><title>sample-page</title>';
const LOGGED_OUT = /^You are logged out/;
const FOREIGN: Record<string, [string, RegExp]> = {
  'a redirect to a log-in page': [answer('302 Found', '', 'text/html', 'Location: /login\r\n'), LOGGED_OUT],
  'a redirect elsewhere': [
    answer('307 Temporary Redirect', '', 'text/html', 'Location: http://x.test/\r\n'),
    LOGGED_OUT
  ],
  'a log-in page': [answer('200 OK', page, 'text/html'), LOGGED_OUT],
  'a log-in page as created': [answer('201 Created', page, 'text/html'), LOGGED_OUT],
  '401': [answer('401 Unauthorized', '{"error": "sample-page"}'), LOGGED_OUT],
  'a page of 403': [answer('403 Forbidden', page, 'text/html'), LOGGED_OUT],
  'a page of 404': [answer('404 Not Found', page, 'text/html'), /^The server extension is not running/],
  'JSON of 404': [answer('404 Not Found', '{"message": "sample-page", "reason": null}'), /^The server extension/],
  'a page of 502': [answer('502 Bad Gateway', page, 'text/html'), /^A proxy or the Jupyter server answered 502 Bad/],
  'other JSON': [answer('200 OK', '{"ok": true}'), /^The answer is incomplete/],
  'another secret': [answer('200 OK', JSON.stringify({ ...info, name: 'B' })), /^The answer is incomplete/],
  'another status': [answer('202 Accepted', JSON.stringify(info)), /^The answer is incomplete/],
  'no body': [answer('200 OK'), /^The answer is incomplete/],
  'half an answer': [answer('200 OK', JSON.stringify(info)).slice(0, -9), /^The answer is incomplete/],
  'nothing at all': ['', /^The Jupyter server cannot be reached/]
};

for (const [kind, [raw, said]] of Object.entries(FOREIGN)) {
  test(`${kind} is nothing that was done`, async () => {
    bytes = raw;
    for (const [name, ask] of Object.entries({ ...READS, ...WRITES })) {
      asked = [];
      const error = await ask(made).then(
        () => assert.fail(`${name} took it for an answer`),
        (refused: unknown) => refused
      );
      assert.ok(error instanceof RequestError, name);
      assert.match(error.message, said);
      assert.ok(error.hint !== '' && !`${error.message}${error.hint}`.includes('sample'));
      const unknown = !LOGGED_OUT.test(error.message) && !error.message.includes('extension') && name in WRITES;
      assert.equal(error.hint.includes('may or may not have been made'), unknown, `${name}: ${error.hint}`);
      assert.equal(asked.length, 1, 'a redirect was followed, or the request repeated');
    }
  });
}

test('204 is done where it was due, and nowhere else', async () => {
  bytes = 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n';
  await made.remove('demo', 'A');
  const { delete: _, ...others } = WRITES;
  for (const ask of Object.values({ ...READS, ...others })) {
    await assert.rejects(ask(made), /^Error: The answer is incomplete/);
  }
});

test('200 is not done where 201 or 204 was due', async () => {
  bytes = answer('200 OK', JSON.stringify(info));
  await made.update('demo', 'A', details);
  await assert.rejects(made.create('demo', 'A', 'sample-value', details), /^Error: The answer is incomplete/);
  await assert.rejects(made.remove('demo', 'A'), /^Error: The answer is incomplete/);
});

test('a list with one entry that is no secret is no list', async () => {
  for (const entry of [null, 'A', { ...info, labels: null }, { ...info, name: '' }, { ...info, updated: 1 }]) {
    bytes = answer('200 OK', JSON.stringify({ secrets: [info, entry] }));
    await assert.rejects(made.list('demo'), /^Error: The answer is incomplete/);
  }
  bytes = answer('200 OK', JSON.stringify({ secrets: [{ ...info, hosts: [] }] }));
  assert.equal((await made.list('demo')).length, 1);
});

test('a refusal in the API’s own form keeps its words, half of it does not', async () => {
  const body = { message: 'A: it is there.', reason: 'SecretExistsError', hint: 'Use another name.' };
  bytes = answer('409 Conflict', JSON.stringify(body));
  await assert.rejects(WRITES.add?.(made) as Promise<unknown>, { reason: body.reason, hint: body.hint });
  bytes = answer('409 Conflict', JSON.stringify({ ...body, hint: '' }));
  await assert.rejects(WRITES.add?.(made) as Promise<unknown>, /answered 409 Conflict/);
});

test('what was put into a kernel is put, whoever answers the report; it follows no redirect either', async () => {
  asked = [];
  bytes = FOREIGN['a redirect elsewhere']?.[0] ?? '';
  assert.equal(await made.put('demo', 'A', 'variable'), PUT);
  assert.deepEqual(asked, ['POST /dh-secrets/projects/demo/secrets/A/injected']);
});
