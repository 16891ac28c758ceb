import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActiveNotebook } from '../src/activenotebook';
import { untranslated } from '../src/language';

type Listener = () => void;

/** A signal that calls each listener with itself as `this`, as JupyterLab's do. */
function signal() {
  const listeners: [Listener, unknown][] = [];
  return {
    connect: (listener: Listener, self?: unknown) => listeners.push([listener, self]),
    disconnect: (listener: Listener, self?: unknown) => {
      const index = listeners.findIndex(([one, other]) => one === listener && other === self);
      listeners.splice(index, index < 0 ? 0 : 1);
    },
    emit: () => listeners.forEach(([listener, self]) => void listener.call(self))
  };
}

function notebook(localPath: string, kernel: object | null) {
  const session = { kernel };
  return {
    context: { localPath },
    sessionContext: { session, kernelChanged: signal(), statusChanged: signal() }
  };
}

const python = (done: object) => ({
  id: 'k-1',
  status: 'idle',
  spec: Promise.resolve({ language: 'Python' }),
  statusChanged: signal(),
  disposed: signal(),
  requestExecute: () => ({ done: Promise.resolve({ content: { status: 'ok' } }) }),
  createComm: () => {
    const comm = {
      onMsg: (_: unknown) => {},
      onClose: () => {},
      open: () => {},
      close: () => {},
      send: ({ id }: { id: number }) => queueMicrotask(() => comm.onMsg({ content: { data: { id, ...done } } }))
    };
    return comm;
  }
});

const settled = () => new Promise(resolve => setImmediate(resolve));

/** JupyterLab's shell with a notebook or something else in front, and what is said of it. */
function lab() {
  const shell = { currentWidget: null as unknown, currentChanged: signal() };
  const tracker = { currentWidget: null as unknown, currentChanged: signal() };
  const made = new ActiveNotebook(shell as never, tracker as never, untranslated);
  const said: string[] = [];
  const front = async (panel: unknown, isNotebook = true) => {
    shell.currentWidget = panel;
    if (isNotebook) {
      tracker.currentWidget = panel;
    }
    shell.currentChanged.emit();
    await settled();
    return said.at(-1);
  };
  made.follow(reason => said.push(reason));
  return { made, front, said };
}

test('why nothing can be put follows what is in front, and its kernel', async () => {
  const { front, said } = lab();
  const running = notebook('a.ipynb', python({}));
  assert.equal(await front(running), '');
  assert.match((await front({}, false)) ?? '', /^No notebook is open/);
  assert.match((await front(notebook('b.ipynb', null))) ?? '', /^The notebook in front has no kernel/);
  const julia = { ...python({}), spec: Promise.resolve({ language: 'julia' }) };
  assert.match((await front(notebook('c.ipynb', julia))) ?? '', /^The current kernel is not a Python kernel/);
  const changing = notebook('d.ipynb', null);
  await front(changing);
  changing.sessionContext.session.kernel = python({});
  changing.sessionContext.kernelChanged.emit();
  await settled();
  assert.equal(said.at(-1), '');
  Object.assign(changing.sessionContext.session.kernel ?? {}, { status: 'dead' });
  changing.sessionContext.statusChanged.emit();
  await settled();
  assert.match(said.at(-1) ?? '', /^The notebook in front has no kernel/);
});

test('what was put is said with its place and the file, and never with a value', async () => {
  const { made, front } = lab();
  await front(notebook('folder/a.ipynb', python({ result: { target: 'db_pass' } })));
  const variable = await made.put('demo', 'local', 'db-pass', 'variable');
  assert.deepEqual(variable, { done: 'db-pass is in the variable db_pass of a.ipynb.', kernel: 'k-1' });
  const { done } = await made.put('demo', 'local', 'db-pass', 'environment');
  assert.equal(done, 'db-pass is in the environment of a.ipynb as db_pass.');
});

test('where nothing can be put it is refused with the secret’s name', async () => {
  const { made, front } = lab();
  await front(notebook('a.ipynb', null));
  await assert.rejects(made.put('demo', 'local', 'A', 'variable'), /^Error: A: The notebook in front has no kernel/);
});
