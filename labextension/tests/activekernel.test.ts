import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActiveKernel } from '../src/activekernel';
import { untranslated } from '../src/language';
import type { Front } from '../src/model';
import { HELD_EVENT } from '../src/protocol';

type Listener = (sender?: unknown, value?: unknown) => void;

/** A signal that calls each listener with itself as `this`, as JupyterLab's do. */
function signal() {
  const listeners: [Listener, unknown][] = [];
  return {
    connect: (listener: Listener, self?: unknown) => listeners.push([listener, self]),
    disconnect: (listener: Listener, self?: unknown) => {
      const index = listeners.findIndex(([one, other]) => one === listener && other === self);
      listeners.splice(index, index < 0 ? 0 : 1);
    },
    emit: (value?: unknown) => [...listeners].forEach(([listener, self]) => void listener.call(self, null, value))
  };
}

function notebook(path: string, kernel: object | null, cells: string[] = []) {
  const session = { kernel };
  const model = { contentChanged: signal() };
  const widgets = cells.map(text => ({
    model: { type: 'code', getMetadata: () => undefined, sharedModel: { getSource: () => text } }
  }));
  return {
    model,
    content: { widgets },
    sessionContext: { path, session, kernelChanged: signal(), statusChanged: signal(), iopubMessage: signal() }
  };
}

const python = (done: object) => ({
  id: 'k-1',
  status: 'idle',
  spec: Promise.resolve({ language: 'Python' }),
  statusChanged: signal(),
  disposed: signal(),
  requestExecute: () => ({
    msg: { header: { msg_id: 'ours' } },
    done: Promise.resolve({ content: { status: 'ok' } })
  }),
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

/** JupyterLab's shell with a notebook, a console or something else in front, and what is said of it. */
function lab() {
  const shell = { currentWidget: null as unknown, currentChanged: signal() };
  const notebooks = { currentWidget: null as unknown, currentChanged: signal() };
  const consoles = { currentWidget: null as unknown, currentChanged: signal() };
  const made = new ActiveKernel(shell as never, notebooks as never, consoles as never, untranslated);
  const said: Front[] = [];
  let changes = 0;
  const front = async (panel: unknown, tracker: { currentWidget: unknown } | null = notebooks) => {
    shell.currentWidget = panel;
    if (tracker) {
      tracker.currentWidget = panel;
    }
    shell.currentChanged.emit();
    await settled();
    return said.at(-1);
  };
  made.follow({ front: one => said.push(one), changed: () => changes++ });
  return { made, front, said, consoles, changes: () => changes };
}

test('why nothing can be put follows what is in front, and its kernel', async () => {
  const { front, said } = lab();
  const running = notebook('folder/a.ipynb', python({}));
  assert.equal((await front(running))?.disabledReason, '');
  assert.match((await front({}, null))?.disabledReason ?? '', /^No notebook is open/);
  assert.match((await front(notebook('b.ipynb', null)))?.disabledReason ?? '', /^The notebook in front has no kernel/);
  const julia = { ...python({}), spec: Promise.resolve({ language: 'julia' }) };
  assert.match((await front(notebook('c.ipynb', julia)))?.disabledReason ?? '', /^The current kernel is not a Python/);
  const changing = notebook('d.ipynb', null);
  await front(changing);
  changing.sessionContext.session.kernel = python({});
  changing.sessionContext.kernelChanged.emit();
  await settled();
  assert.equal(said.at(-1)?.disabledReason, '');
  Object.assign(changing.sessionContext.session.kernel ?? {}, { status: 'dead' });
  changing.sessionContext.statusChanged.emit('dead');
  await settled();
  assert.match(said.at(-1)?.disabledReason ?? '', /^The notebook in front has no kernel/);
});

test('a console has a kernel and no cells; a notebook says its file and the project of its cells', async () => {
  const { front, consoles } = lab();
  const cells = ['%load_ext dh_secrets_jupyter', '%secret project shop'];
  assert.deepEqual(await front(notebook('folder/a.ipynb', python({}), cells)), {
    file: 'a.ipynb',
    kernel: 'k-1 0',
    disabledReason: '',
    project: 'shop',
    cellsReason: ''
  });
  const console = await front(notebook('b', python({}), cells), consoles);
  assert.deepEqual([console?.file, console?.project, console?.disabledReason], ['b', null, '']);
  assert.match(console?.cellsReason ?? '', /^No notebook is open/);
});

test('a restart makes another kernel of it, and a cell that has run is told, ours not', async () => {
  const { made, front, said, changes } = lab();
  const running = notebook('a.ipynb', python({ result: null }));
  const { statusChanged, iopubMessage } = running.sessionContext;
  const before = await front(running);
  statusChanged.emit('busy');
  statusChanged.emit('idle');
  await settled();
  assert.equal(said.at(-1), before);
  statusChanged.emit('restarting');
  await settled();
  assert.notEqual(said.at(-1)?.kernel, before?.kernel);
  const message = (msg_id: string, msg_type: string, execution_state: string) =>
    iopubMessage.emit({
      header: { session: 's-1' },
      parent_header: { msg_id, msg_type },
      content: { execution_state }
    });
  message('c1', 'execute_request', 'busy');
  message('c2', 'comm_msg', 'idle');
  assert.equal(changes(), 0);
  message('c1', 'execute_request', 'idle');
  assert.equal(changes(), 1);
  await made.ask('A', 'put', {});
  message('ours', 'execute_request', 'idle');
  assert.equal(changes(), 1);
});

test('a restart by another page is seen by the session of the new process', async () => {
  const { front, said } = lab();
  const running = notebook('a.ipynb', python({}));
  const before = await front(running);
  const answers = async (session: string) => {
    const parent_header = { msg_type: 'kernel_info_request' };
    running.sessionContext.iopubMessage.emit({
      header: { session },
      parent_header,
      content: { execution_state: 'idle' }
    });
    await settled();
    return said.at(-1)?.kernel;
  };
  assert.equal(await answers('s-1'), before?.kernel);
  assert.equal(await answers('s-1'), before?.kernel);
  const after = await answers('s-2');
  assert.notEqual(after, before?.kernel);
  assert.equal(await answers('s-2'), after);
});

test('what another display has changed in the kernel is told, whatever comm says so', async () => {
  const { front, changes } = lab();
  const running = notebook('a.ipynb', python({}));
  await front(running);
  const sends = (data: unknown) =>
    running.sessionContext.iopubMessage.emit({ parent_header: { msg_type: 'comm_msg' }, content: { data } });
  for (const data of [{ id: 1, result: {} }, { method: 'custom', content: { event: 'cell' } }, { 'text/plain': '1' }]) {
    sends(data);
  }
  assert.equal(changes(), 0);
  sends({ event: HELD_EVENT });
  sends({ method: 'custom', content: { event: HELD_EVENT } });
  assert.equal(changes(), 2);
});

test('where nothing can be asked it is refused with the secret’s name', async () => {
  const { made, front } = lab();
  await front(notebook('a.ipynb', null));
  await assert.rejects(made.ask('A', 'put', {}), /^Error: A: The notebook in front has no kernel/);
  assert.equal(await made.askIfLoaded('held', {}), null);
});
