import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommTransport, type Model } from '../src/comm';
import { HELD_EVENT } from '../src/protocol';
import { PUT } from './transport';

interface Sent {
  id: number;
  method: string;
  params: Record<string, unknown>;
}
type Heard = Parameters<Model['on']>[1];

/** A transport on a comm whose other end a test plays; `say` is heard by all views of the widget. */
function comm() {
  const sent: Sent[] = [];
  const buffers: string[][] = [];
  const listeners = new Set<Heard>();
  const ends = new Set<() => void>();
  const model: Model = {
    get: () => '',
    on: (event, heard) => void (event === 'msg:custom' ? listeners : ends).add(heard as () => void),
    off: (event, heard) => void (event === 'msg:custom' ? listeners : ends).delete(heard as () => void),
    send: (content, _callbacks, binary = []) => {
      sent.push(content as Sent);
      buffers.push(binary.map(buffer => new TextDecoder().decode(buffer)));
    }
  };
  const say = (content: Parameters<Heard>[0]) => {
    for (const heard of listeners) {
      heard(content);
    }
  };
  const made = new CommTransport(model);
  /** Restarts the kernel, as JupyterLab tells of it. */
  const restart = () => {
    for (const end of ends) {
      end();
    }
  };
  /** Answers the newest request. */
  const answer = (result: unknown) => say({ id: sent.at(-1)?.id ?? 0, result });
  return { made, model, sent, buffers, listeners, ends, say, restart, answer };
}

const details = { description: 'D', labels: ['a'], expires: '', hosts: [] };

test('a value is the only buffer of the one message that saves it, never in its content', async () => {
  const { made, sent, buffers, answer } = comm();
  const saved = made.create('demo', 'A', 'sample\nvalue ✓', details);
  answer({});
  await saved;
  const replaced = made.update('demo', 'A', { value: 'sample-2' });
  answer({});
  await replaced;
  assert.deepEqual(buffers, [['sample\nvalue ✓'], ['sample-2']]);
  assert.deepEqual(
    sent.map(({ method, params }) => [method, params]),
    [
      ['create', { project: 'demo', name: 'A', ...details }],
      ['update', { project: 'demo', name: 'A' }]
    ]
  );
});

test('all values of an import are the only buffer of one message; a copy sends none', async () => {
  const { made, sent, buffers, answer } = comm();
  const imported = made.importValues('demo', new Map([['A', 'sample ✓']]), false);
  answer({ created: ['A'], replaced: [] });
  await imported;
  const copied = made.copy('demo', 'A', { name: 'B', project: 'other' });
  answer({});
  await copied;
  assert.deepEqual(buffers, [['{"A":"sample ✓"}'], []]);
  assert.deepEqual(
    sent.map(({ method, params }) => [method, params]),
    [
      ['import', { project: 'demo', replace: false }],
      ['copy', { project: 'demo', name: 'A', new_name: 'B', target: 'other', move: false }]
    ]
  );
});

test('what the provider says of a change comes back with it', async () => {
  const { made, answer } = comm();
  const copied = made.copy('demo', 'A', { name: 'B' });
  answer({ name: 'B', notices: ['The platform still lists A.'] });
  assert.deepEqual(await copied, ['The platform still lists A.']);
  const removed = made.remove('demo', 'A');
  answer({});
  assert.deepEqual(await removed, []);
});

test('an edit sends what was changed and no buffer', async () => {
  const { made, sent, buffers, answer } = comm();
  const edited = made.update('demo', 'A', { expires: '', hosts: [] });
  answer({});
  await edited;
  assert.deepEqual(sent[0]?.params, { project: 'demo', name: 'A', expires: '', hosts: [] });
  assert.deepEqual(buffers, [[]]);
});

test('answers find their questions, in whatever order they come', async () => {
  const { made, sent, say } = comm();
  const asked = [made.projects(), made.status(), made.status('other')];
  const answers = [{ projects: ['demo'] }, { project: 'demo' }, { project: 'other' }];
  for (const index of [1, 0, 2]) {
    say({ id: sent[index]?.id ?? 0, result: answers[index] });
  }
  assert.deepEqual(await Promise.all(asked), [['demo'], ...answers.slice(1)]);
});

test('an error keeps message, reason and hint', async () => {
  const { made, sent, say } = comm();
  const removed = made.remove('demo', 'A');
  const error = { message: 'A: it is not there.', reason: 'SecretNotFoundError' as const, hint: 'Look at the list.' };
  say({ id: sent[0]?.id ?? 0, error });
  await assert.rejects(removed, error);
});

test('two views of a widget take nothing of each other', async () => {
  const { made, model, sent, say } = comm();
  const other = new CommTransport(model);
  const asked = [made.projects(), other.projects()];
  say({ id: sent[1]?.id ?? 0, result: { projects: ['of the other'] } });
  say({ id: sent[0]?.id ?? 0, result: { projects: ['of this one'] } });
  assert.deepEqual(await Promise.all(asked), [['of this one'], ['of the other']]);
});

test('changes of a watched project are told, with the list whether they will be, until the view leaves', async () => {
  const { made, sent, say, answer } = comm();
  const heard: unknown[] = [];
  const leave = made.watch(
    'demo',
    () => heard.push('changed'),
    live => heard.push(live)
  );
  const listed = made.list('demo');
  answer({ secrets: [], live: false });
  await listed;
  say({ event: 'live', project: 'demo', live: true });
  say({ event: 'changed', project: 'other' });
  say({ event: 'changed', project: 'demo' });
  assert.deepEqual(heard, [false, true, 'changed']);
  leave();
  say({ event: 'changed', project: 'demo' });
  assert.equal(heard.length, 3);
  assert.equal(sent.at(-1)?.method, 'leave');
  assert.equal(sent.at(-1)?.params.view, sent[0]?.params.view);
});

test('what the kernel says of its variables is handed on, and that they may have changed', async () => {
  const { made, answer, say, sent, restart } = comm();
  const put = made.put('demo', 'db-pass', 'environment');
  answer(PUT);
  assert.deepEqual(await put, PUT);
  const held = made.held('demo');
  answer({ secrets: [], project: 'own', switched: true });
  assert.deepEqual(await held, { secrets: [], project: 'own', switched: true });
  assert.deepEqual([sent.at(-1)?.method, sent.at(-1)?.params], ['held', { project: 'demo' }]);
  const heard: string[] = [];
  made.follow(
    () => heard.push('changed'),
    () => heard.push('gone')
  );
  say({ event: 'cell' });
  say({ event: HELD_EVENT });
  restart();
  assert.deepEqual(heard, ['changed', 'changed', 'gone']);
});

test('a transport that is done with hears no more', () => {
  const { made, listeners, ends } = comm();
  made.dispose();
  assert.equal(listeners.size + ends.size, 0);
});

test('what a kernel was asked before it was restarted may or may not have been done, and says so', async () => {
  const { made, restart, say, sent } = comm();
  const saved = made.create('demo', 'A', 'sample-value', details);
  restart();
  await assert.rejects(saved, { reason: 'ProviderUnavailableError', hint: /Run the cell again, and look whether/ });
  say({ id: sent[0]?.id ?? 0, result: {} });
});

test('a kernel that is gone is an error with what to do, and no longer has to be told that a view leaves', async () => {
  const { made, model } = comm();
  model.send = () => {
    throw new Error('Cannot send');
  };
  await assert.rejects(made.list('demo'), { reason: 'ProviderUnavailableError', hint: 'Run the cell again.' });
  const leave = made.watch(
    'demo',
    () => assert.fail(),
    () => assert.fail()
  );
  leave();
});
