import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { actionsOf, variableName } from '../src/actions';
import { saidHeld, setFront, usedProject } from '../src/inkernel';
import { untranslated } from '../src/language';
import { type Held, type InKernel, RequestError, type Transport } from '../src/model';
import { Store } from '../src/store';
import { FRONT, fakeTransport, info, PUT } from './transport';

const HELD: InKernel = {
  secrets: [{ name: 'A', destination: 'variable', target: 'a', state: 'same', uses: 0 }],
  project: 'own',
  switched: true
};
const settled = () => new Promise(resolve => setImmediate(resolve));

/** A store with a notebook in front, and how often its kernel was asked what it holds. */
async function opened(set: Partial<Transport> = {}) {
  const asked: string[] = [];
  let changed = () => {};
  const held = set.held ?? (async () => HELD);
  const transport = fakeTransport({
    watch: (_, told) => {
      changed = told;
      return () => undefined;
    },
    ...set,
    held: project => {
      asked.push(project);
      return held(project);
    }
  });
  const store = new Store(transport);
  setFront(store.kernel, FRONT);
  await store.refresh();
  await settled();
  asked.length = 0;
  return { store, asked, changed: () => changed() };
}

test('the kernel is asked when the panel opens and when something changed; what is done there it tells by itself', async () => {
  const { store, asked, changed } = await opened();
  assert.deepEqual(store.state.held, HELD.secrets);
  const steps: [string, () => unknown][] = [
    ['in view', () => store.setInView(true)],
    ['told', changed],
    ['another kernel', () => setFront(store.kernel, { ...FRONT, kernel: 'k-1 1' })],
    ['another project', () => store.setProject('other')]
  ];
  for (const [step, act] of steps) {
    asked.length = 0;
    await act();
    await settled();
    assert.ok(asked.length > 0, step);
  }
  asked.length = 0;
  await store.kernel.put('A', 'variable');
  await store.kernel.putAgain('A');
  await store.kernel.forget('A');
  await store.kernel.undo();
  assert.deepEqual(asked, []);
  store.dispose();
});

test('while it has not answered it is asked once, and once more afterwards', async () => {
  const answers: ((held: InKernel) => void)[] = [];
  const { store, asked } = await opened({ held: () => new Promise(resolve => answers.push(resolve)) });
  for (let times = 0; times < 5; times++) {
    void store.kernel.ask();
  }
  answers.forEach(answer => void answer(HELD));
  await settled();
  assert.equal(asked.length, 1);
  answers.forEach(answer => void answer(HELD));
  await settled();
  assert.equal(asked.length, 1);
});

test('after a restart nothing claims to be in the kernel, and no notice or answer of before is left', async () => {
  let late: (held: InKernel) => void = () => {};
  const { store } = await opened();
  await store.kernel.put('A', 'variable');
  assert.equal(store.state.notice, 'a.ipynb: A is in the variable a.');
  const slow = new Promise<InKernel>(resolve => (late = resolve));
  const { store: other } = await opened({ held: () => slow });
  for (const one of [store, other]) {
    setFront(one.kernel, { ...FRONT, kernel: 'k-1 1', disabledReason: 'It is gone.' });
  }
  late(HELD);
  await settled();
  for (const { state } of [store, other]) {
    assert.deepEqual([state.held, state.own, state.notice, state.undoable], [[], null, '', false]);
  }
});

test('where the kernel cannot say, what it said before stays; where it has nothing of ours, nothing', async () => {
  let answer: () => Promise<InKernel | null> = async () => HELD;
  const { store } = await opened({ held: () => answer() });
  answer = async () => {
    throw new RequestError('The provider is away.', 'ProviderUnavailableError', '');
  };
  await store.kernel.ask();
  assert.deepEqual(store.state.held, HELD.secrets);
  answer = async () => null;
  await store.kernel.ask();
  assert.deepEqual(store.state.held, []);
});

test('what a put replaced can be brought back until the next put, for ten minutes', async context => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let replaced = true;
  const { store } = await opened({ put: async () => ({ ...PUT, replaced }), held: async () => null });
  await store.kernel.put('A', 'variable');
  assert.match(store.state.notice, /It replaced your own a\.$/);
  assert.equal(store.state.undoable, true);
  context.mock.timers.tick(600000);
  assert.equal(store.state.undoable, false);
  await store.kernel.put('A', 'variable');
  await store.kernel.undo();
  assert.deepEqual([store.state.undoable, store.state.notice], [false, 'What was there before is back.']);
  await store.kernel.put('A', 'variable');
  replaced = false;
  await store.kernel.put('A', 'environment');
  assert.equal(store.state.undoable, false);
  mock.reset();
});

test('what get warns of is warned of, with the day in the panel’s language', async () => {
  const warned = { ...PUT, expired: '2001-02-03', unmasked: 'it is too short' };
  const { store } = await opened({ put: async () => warned, putAgain: async () => ({ ...warned, targets: ['a'] }) });
  const warnings = / A has expired; its last valid day was Feb 3, 2001\. The guard does not mask A: it is too short\.$/;
  await store.kernel.put('A', 'environment');
  assert.match(store.state.notice, warnings);
  await store.kernel.putAgain('A');
  assert.match(store.state.notice, warnings);
});

test('the notebook’s project is the one that its kernel was switched to, else that of its cells', async () => {
  const { store } = await opened();
  assert.equal(usedProject(store.state), 'own');
  const front = { ...FRONT, project: 'shop' };
  assert.equal(usedProject({ ...store.state, front, own: { project: 'default', switched: false } }), 'shop');
  assert.equal(usedProject({ ...store.state, front, own: null }), 'shop');
  assert.equal(usedProject({ ...store.state, own: null }), null);
});

test('only what is in the kernel can be forgotten, and only what is old there be put again', async () => {
  const offered = async (state?: 'same' | 'old') => {
    const secrets = state ? [{ name: 'A', destination: 'file' as const, target: 'a', state, uses: 0 }] : [];
    const { store } = await opened({ held: async () => ({ ...HELD, secrets }) });
    return actionsOf(store, info('A')).map(({ id }) => id);
  };
  assert.deepEqual((await offered('old')).slice(0, 5), ['put', 'environment', 'put-again', 'forget', 'copy']);
  assert.deepEqual((await offered('same')).slice(0, 4), ['put', 'environment', 'forget', 'copy']);
  assert.deepEqual((await offered()).slice(0, 3), ['put', 'environment', 'copy']);
});

test('of a stand-in it is said how often the kernel used it', () => {
  const [held] = HELD.secrets as [Held];
  const said = (uses: number) => saidHeld(untranslated, { ...held, uses });
  assert.deepEqual([0, 1, 12].map(said), [
    'in kernel as a',
    'in kernel as a, used 1 time by this kernel',
    'in kernel as a, used 12 times by this kernel'
  ]);
});

test('the variable that is said before is the kernel’s', () => {
  const names = ['db-pass', '2fa', 'class', 'None', 'a.b', 'API_KEY', 'is-'];
  assert.deepEqual(names.map(variableName), ['db_pass', '_2fa', 'class_', 'None_', 'a_b', 'API_KEY', 'is_']);
});
