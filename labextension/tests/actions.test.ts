import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Action, actionsOf, allActions, run } from '../src/actions';
import { setFront } from '../src/inkernel';
import { INSERT } from '../src/insertaction';
import { untranslated } from '../src/language';
import { Store } from '../src/store';
import { CELLS, FRONT, fakeTransport, info, PUT } from './transport';

const secret = info('db-pass');

const all = allActions(new Store(fakeTransport(), untranslated, CELLS));

function action(id: string): Action {
  const found = all.find(one => one.id === id);
  assert.ok(found);
  return found;
}

/** A store whose project may be written to or not, and what is put into the kernel by it. */
async function opened(writable: boolean) {
  const put: unknown[] = [];
  const transport = fakeTransport({
    status: async () => ({ project: 'demo', provider: 'local', place: 'a file', writable }),
    list: async () => [secret],
    put: async (project, name, destination) => {
      put.push([project, name, destination]);
      return PUT;
    }
  });
  const store = new Store(transport);
  await store.refresh();
  return { store, put };
}

test('each action has a name of its own, and one that has a button says there whose it is', () => {
  assert.equal(new Set(all.map(({ label }) => label)).size, all.length);
  const named = all.flatMap(({ button }) => button?.label ?? []);
  assert.deepEqual(named, ['Put %1 into kernel', 'Use %1 in notebook', 'Put %1 again']);
});

test('putting reads the project that is shown into a variable or the environment', async () => {
  const { store, put } = await opened(true);
  await run(store, action('put'), secret);
  await run(store, action('environment'), secret);
  assert.deepEqual(put, [
    ['demo', 'db-pass', 'variable'],
    ['demo', 'db-pass', 'environment']
  ]);
});

test('a secret for hosts is used in place of being read, by a line that uses it', async () => {
  const used: unknown[] = [];
  const restricted = info('api-key', ['api.example.com']);
  const store = new Store(
    fakeTransport({
      list: async () => [restricted],
      use: async (...asked) => {
        used.push(asked);
        return { target: 'api_key', replaced: false, hosts: ['api.example.com', '*.example.org'] };
      }
    }),
    untranslated,
    CELLS
  );
  await store.refresh();
  const ids = actionsOf(store, restricted).map(({ id }) => id);
  assert.deepEqual(ids.slice(0, 3), ['use', 'insert', 'copy']);
  assert.equal(action('use').button?.label, 'Use %1 in notebook');
  await run(store, action('use'), restricted);
  assert.deepEqual(used, [['demo', 'api-key']]);
  assert.equal(
    store.state.notice,
    'A stand-in for api-key is in the variable api_key. Only for api.example.com, *.example.org.'
  );
  await run(store, INSERT, restricted);
  assert.equal(store.state.notice, 'Inserted: %secret use api-key');
  assert.ok(!actionsOf(store, secret).some(({ id }) => id === 'use'));
});

test('replace, edit, rename and delete open a dialog and send nothing', async () => {
  const { store } = await opened(true);
  for (const kind of ['replace', 'edit', 'rename', 'delete'] as const) {
    await run(store, action(kind), secret);
    assert.deepEqual(store.state.dialog, { kind, secret });
  }
});

test('where one may only read, what changes is disabled and says why; putting and copying are not', async () => {
  const { store } = await opened(false);
  const disabled = all.filter(one => one.disabledReason(store) !== '');
  assert.deepEqual(
    disabled.map(({ id }) => id),
    ['replace', 'edit', 'rename', 'delete']
  );
  for (const one of disabled) {
    await run(store, one, secret);
    assert.match(store.state.problem?.message ?? '', /^db-pass: You may read the secrets here/);
    assert.equal(store.state.dialog, null);
  }
});

test('without a kernel, what needs one is disabled and says why', async () => {
  const { store, put } = await opened(true);
  setFront(store.kernel, { ...FRONT, disabledReason: 'No notebook is open.' });
  const disabled = all.filter(one => one.disabledReason(store) !== '');
  assert.deepEqual(
    disabled.map(({ id }) => id),
    ['put', 'use', 'environment', 'put-again', 'forget']
  );
  await run(store, action('environment'), secret);
  assert.equal(store.state.problem?.message, 'db-pass: No notebook is open.');
  assert.deepEqual(put, []);
});

test('copying puts the line on the clipboard; where the page may not, it says what to type', async context => {
  const { store } = await opened(true);
  const copied: string[] = [];
  const clipboard = { writeText: async (text: string) => void copied.push(text) };
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? { value: undefined, configurable: true };
  Object.defineProperty(globalThis, 'navigator', { value: { clipboard }, configurable: true });
  context.after(() => Object.defineProperty(globalThis, 'navigator', own));
  await run(store, action('copy'), secret);
  assert.deepEqual(copied, ['%secret get db-pass']);
  assert.equal(store.state.notice, 'Copied: %secret get db-pass');
  clipboard.writeText = async () => {
    throw new Error('NotAllowedError');
  };
  await run(store, action('copy'), secret);
  assert.equal(store.state.problem?.hint, 'Type %secret get db-pass in a cell.');
});
