import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskedKernel, type Comm, KernelComm } from '../src/kernelcomm';
import { untranslated } from '../src/language';
import { BOOTSTRAP, COMM_TARGET } from '../src/protocol';

type Listener = (sender: unknown, value: unknown) => void;

class Signal {
  readonly listeners = new Set<Listener>();
  connect = (listener: Listener) => this.listeners.add(listener);
  disconnect = (listener: Listener) => this.listeners.delete(listener);
  emit(value?: unknown): void {
    for (const listener of [...this.listeners]) {
      listener(this, value);
    }
  }
}

type Answer = (request: { id: number }) => object | null;

/** A kernel that knows the target once the extension is loaded; a test says what it answers, null for never. */
function kernel(answer: Answer, { known = false, installed = true, aborted = 0, isRestarted = false } = {}) {
  const executed: Record<string, unknown>[] = [];
  const sent: unknown[] = [];
  let open = 0;
  let knows = known;
  const statusChanged = new Signal();
  const disposed = new Signal();
  const createComm = (target: string) => {
    const comm: Comm & { isDisposed: boolean } = {
      isDisposed: false,
      onMsg: () => undefined,
      onClose: () => undefined,
      open: () => {
        open++;
        return null as never;
      },
      close: () => {
        open--;
        comm.isDisposed = true;
        comm.onClose({} as never);
        return null as never;
      },
      send: data => {
        sent.push(data);
        const data_ = target === COMM_TARGET && knows ? answer(data as unknown as { id: number }) : undefined;
        // A kernel without the target closes the comm.
        if (data_ === undefined) {
          queueMicrotask(() => comm.close());
        } else if (data_) {
          queueMicrotask(() => comm.onMsg({ content: { data: data_ } } as never));
        }
        return null as never;
      }
    };
    return comm;
  };
  const made = {
    createComm,
    statusChanged,
    disposed,
    requestExecute: (content: Record<string, unknown>) => {
      executed.push(content);
      const isAborted = executed.length <= aborted;
      knows ||= installed && !isAborted && content.code === BOOTSTRAP;
      const loaded = { data: { 'text/plain': knows ? 'True' : 'False' } };
      const ran = { status: installed ? 'ok' : 'error', user_expressions: { loaded } };
      const reply = { content: isAborted ? { status: 'aborted' } : ran };
      const msg = { header: { msg_id: `m${executed.length}` } };
      return { msg, done: isRestarted ? Promise.reject(new Error('canceled')) : Promise.resolve(reply) };
    }
  };
  const listening = () => statusChanged.listeners.size + disposed.listeners.size;
  return {
    asked: made as unknown as AskedKernel,
    executed,
    sent,
    open: () => open,
    statusChanged,
    disposed,
    listening
  };
}

const put = { project: 'demo', provider: 'local', name: 'db-pass', destination: 'variable' };
const done: Answer = ({ id }) => ({ id, result: { target: 'db_pass' } });

test('the extension is loaded once, silently and without history, and then asked in the envelope', async () => {
  const { asked, executed, sent, open, listening } = kernel(done);
  const comm = new KernelComm(untranslated);
  assert.deepEqual(await comm.ask(asked, 'put', put), { target: 'db_pass' });
  assert.deepEqual(await comm.ask(asked, 'put', put), { target: 'db_pass' });
  assert.equal(executed.length, 1);
  const { silent, store_history, stop_on_error, allow_stdin } = executed[0] ?? {};
  assert.deepEqual([silent, store_history, stop_on_error, allow_stdin], [true, false, false, false]);
  assert.deepEqual(sent, [
    { id: 1, method: 'put', params: put },
    { id: 2, method: 'put', params: put }
  ]);
  assert.deepEqual([open(), listening()], [0, 0]);
});

test('a kernel that was restarted, and so knows nothing, is loaded again', async () => {
  const comm = new KernelComm(untranslated);
  const { asked, executed } = kernel(done);
  await comm.ask(asked, 'put', put);
  const restarted = kernel(done);
  Object.assign(asked, restarted.asked);
  assert.deepEqual(await comm.ask(asked, 'put', put), { target: 'db_pass' });
  assert.deepEqual([executed.length, restarted.executed.length], [1, 1]);
});

test('a kernel that has not loaded the extension is asked nothing, and loads nothing for it', async () => {
  const { asked, executed, open, sent } = kernel(done);
  const comm = new KernelComm(untranslated);
  assert.equal(await comm.askIfLoaded(asked, 'held', {}), null);
  assert.deepEqual([executed.map(({ code }) => code), open(), sent], [[''], 0, []]);
  assert.deepEqual([comm.isOurs('m1'), comm.isOurs('of a cell')], [true, false]);
  await comm.ask(asked, 'put', put);
  assert.deepEqual(await comm.askIfLoaded(asked, 'put', put), { target: 'db_pass' });
  assert.equal(executed.length, 2);
  Object.assign(asked, kernel(done).asked);
  assert.equal(await comm.askIfLoaded(asked, 'held', {}), null);
});

test('a refusal keeps its words', async () => {
  const error = { message: 'A: it is not there.', reason: 'SecretNotFoundError', hint: 'Look at the list.' };
  const { asked } = kernel(({ id }) => ({ id, error }));
  await assert.rejects(new KernelComm(untranslated).ask(asked, 'put', put), error);
});

test('where the package is not installed it says what to do', async () => {
  const { asked } = kernel(done, { installed: false });
  await assert.rejects(new KernelComm(untranslated).ask(asked, 'put', put), {
    reason: 'ProviderUnavailableError',
    hint: /%pip install/
  });
});

test('what a cell that failed has aborted, with those behind it, is asked once more', async () => {
  const comm = new KernelComm(untranslated);
  const { asked, executed } = kernel(done, { aborted: 1 });
  assert.deepEqual(await comm.ask(asked, 'put', put), { target: 'db_pass' });
  assert.equal(executed.length, 2);
  const loaded = kernel(done, { aborted: 1, known: true });
  assert.deepEqual(await comm.askIfLoaded(loaded.asked, 'held', {}), { target: 'db_pass' });
  assert.deepEqual([comm.isOurs('m1'), comm.isOurs('m2')], [true, true]);
});

test('a kernel that is restarted while it loads the extension has not answered, which says nothing of the package', async () => {
  const { asked } = kernel(done, { isRestarted: true });
  await assert.rejects(new KernelComm(untranslated).ask(asked, 'put', put), { message: 'The kernel did not answer.' });
  const busy = kernel(done, { aborted: 99 });
  await assert.rejects(new KernelComm(untranslated).ask(busy.asked, 'put', put), {
    message: 'The kernel did not answer.'
  });
});

for (const end of ['a restart', 'the kernel’s end'] as const) {
  test(`${end} is no answer`, async () => {
    const { asked, statusChanged, disposed, open, listening } = kernel(() => null);
    const answer = new KernelComm(untranslated).ask(asked, 'put', put);
    await new Promise(resolve => setImmediate(resolve));
    statusChanged.emit('busy');
    end === 'a restart' ? statusChanged.emit('restarting') : disposed.emit();
    await assert.rejects(answer, { reason: 'ProviderUnavailableError', message: 'The kernel did not answer.' });
    assert.deepEqual([open(), listening()], [0, 0]);
  });
}
