import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allActions } from '../src/actions';
import { commands } from '../src/commands';
import { Store } from '../src/store';
import { fakeTransport, info } from './transport';

const secrets = ['A', 'db-pass'].map(name => info(name));

/** The commands over a store, what they showed and asked, and what is chosen of what they offer. */
function made(chosen: string | null) {
  const store = new Store(fakeTransport({ list: async () => secrets }));
  const asked: unknown[] = [];
  const all = commands(
    store,
    () => asked.push('shown'),
    async (title, names) => {
      asked.push([title, names]);
      return chosen;
    }
  );
  const execute = async (id: string) => all.find(command => command.id === `dh-secrets:${id}`)?.execute();
  return { store, all, asked, execute };
}

test('every action of the panel is a command under its name, and each has an id of its own', () => {
  const { store, all } = made(null);
  const labels = all.map(command => command.label);
  assert.deepEqual(labels.slice(0, 3), ['Show secrets', 'Add secret', 'Import .env']);
  assert.deepEqual(
    labels.slice(3),
    allActions(store).map(({ label }) => `Secret: ${label}`)
  );
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
});

test('a command brings the panel to the front, asks which secret, and does it', async () => {
  const { store, asked, execute } = made('db-pass');
  await execute('environment');
  assert.deepEqual(asked, ['shown', ['Secret: Put into environment', ['A', 'db-pass']]]);
  assert.equal(store.state.notice, 'db-pass is in the environment as a.');
  await execute('delete');
  assert.deepEqual(store.state.dialog, { kind: 'delete', secret: secrets[1] });
});

test('where no secret is chosen nothing is done', async () => {
  const { store, execute } = made(null);
  await execute('delete');
  assert.equal(store.state.dialog, null);
});

test('adding opens its form and asks nothing', async () => {
  const { store, asked, execute } = made(null);
  await execute('add');
  assert.deepEqual(store.state.dialog, { kind: 'add' });
  assert.deepEqual(asked, ['shown']);
});
