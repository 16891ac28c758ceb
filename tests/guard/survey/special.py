"""The ways that are special, one by one: threads, children, loggers, widgets, errors, inspection."""

from __future__ import annotations

from collections.abc import Iterator

from .way import Way


def special_ways() -> Iterator[Way]:
    """What has a path or a shape of its own."""
    for row, encoding, code in (
        ("print", "a thread", "in_thread(print, str(T))"),
        ("print", "a thread after the cell", "threading.Timer(0.05, print, [str(T)]).start()"),
        ("print", "an asyncio task", "async def show(): print(str(T))\nawait asyncio.gather(show(), show())"),
        ("print", "a callback after the cell", "asyncio.get_running_loop().call_later(0.03, print, str(T))"),
        ("print", "a forked child", "in_child(print, str(T))"),
        ("print", "a forked child, in pieces", "in_child(lambda: [print(c, end='') for c in T])"),
        (
            "print",
            "a process pool",
            "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(1) as pool: pool.apply(print, (T.reveal(),))",
        ),
        ("print", "two cuts of a flush", "print(T[:9], end='', flush=True); print(T[9:], flush=True)"),
        ("print", "a cut released by time", "print(T[:12], end='', flush=True); time.sleep(0.45); print(T[12:])"),
        ("print", "stdout and stderr in turn", "print(T[:9], end=''); print('x', file=sys.stderr); print(T[9:])"),
        ("shell", "!echo", "!echo {T}"),
        ("shell", "!cmd, environment", "os.environ['V'] = T\n!printenv V\ndel os.environ['V']"),
        (
            "shell",
            "%%bash",
            "os.environ['V'] = T\nget_ipython().run_cell_magic('bash', '', 'printenv V; printenv V >&2')\ndel os.environ['V']",
        ),
        ("shell", "!! and its list", "x = !echo {T}\nx"),
        ("shell", "%system", "%system echo {T}"),
        ("descriptor 2", "sys.__stderr__", "print(str(T), file=sys.__stderr__, flush=True); time.sleep(0.05)"),
        ("descriptor 1", "sys.__stdout__", "print(str(T), file=sys.__stdout__, flush=True); time.sleep(0.05)"),
        (
            "descriptor 1",
            "C",
            "import ctypes; libc = ctypes.CDLL(None); libc.puts(T.encode()); libc.fflush(None); time.sleep(0.05)",
        ),
        ("descriptor 1", "in pieces of 1,000 bytes", "os.write(1, b'.' * 990 + T.encode() + b'\\n'); time.sleep(0.05)"),
        (
            "descriptor 1",
            "under the next cell",
            "os.write(1, T[:15].encode())\nthreading.Timer(0.1, lambda: os.write(1, T[15:].encode())).start()",
        ),
        ("logging", "a warning", "logging.warning('token %s', T)"),
        (
            "logging",
            "an exception",
            "try: 1 / 0\nexcept ZeroDivisionError as e: e.add_note(T); logging.exception('failed')",
        ),
        ("logging", "the kernel's own log", "get_ipython().kernel.log.error('token %s', T)"),
        (
            "logging",
            "a handler on sys.__stderr__",
            "h = logging.StreamHandler(sys.__stderr__); logging.getLogger('h').addHandler(h); logging.getLogger('h').error(str(T)); time.sleep(0.05)",
        ),
        ("warnings", "warn", "warnings.warn(T, stacklevel=1)"),
        ("warnings", "unraisable", "class D:\n    def __del__(self): raise ValueError(T.reveal())\nD()\nNone"),
        ("warnings", "a thread's exception", "def fail(): raise ValueError(T)\nin_thread(fail)"),
        (
            "warnings",
            "asyncio's handler",
            "async def fail(): raise ValueError(T)\nt = asyncio.ensure_future(fail()); await asyncio.sleep(0); del t; import gc; gc.collect(); await asyncio.sleep(0.01)",
        ),
        ("warnings", "faulty __repr__", "class R:\n    def __repr__(self): raise KeyError(T.reveal())\nR()"),
        ("display", "update_display", "display(Shown('x'), display_id='u'); update_display(Shown(T), display_id='u')"),
        ("display", "metadata", "display({'text/plain': 'x'}, metadata={'text/plain': {'note': T}}, raw=True)"),
        ("display", "a key of JSON", "display(JSON({T.reveal(): 1}))"),
        ("display", "SVG", "display(SVG(f'<svg xmlns=\"http://www.w3.org/2000/svg\"><text>{T}</text></svg>'))"),
        ("display", "Markdown", "display(Markdown(f'**{T}**'))"),
        ("display", "_repr_html_", "class H:\n    def _repr_html_(self): return f'<b>{T}</b>'\nH()"),
        (
            "display",
            "_repr_mimebundle_",
            "class H:\n    def _repr_mimebundle_(self, **_): return {'text/plain': T.reveal(), 'application/x+json': {'a': [T.reveal()]}}\nH()",
        ),
        ("display", "a thread", "in_thread(display, Shown(T))"),
        ("display", "a dict", "{'token': str(T), 'list': [(str(T),)]}"),
        ("display", "a data frame", "import pandas; pandas.DataFrame({'token': [str(T)]})"),
        ("display", "a styled data frame", "import pandas; pandas.DataFrame({'token': [str(T)]}).style"),
        (
            "display",
            "JSON of a data frame",
            "import pandas; print(pandas.DataFrame({'token': [T[:20] + '/' + T]}).to_json())",
        ),
        ("display", "rich", "import rich; rich.print({'token': str(T)})"),
        (
            "display",
            "a figure as SVG",
            "import matplotlib\nmatplotlib.rcParams['svg.fonttype'] = 'none'\nimport matplotlib.pyplot as plt\nf = plt.figure(); f.text(0, 0, T); b = io.StringIO(); f.savefig(b, format='svg'); plt.close(f); display(SVG(b.getvalue()))",
        ),
        ("widget", "HTML", "ipywidgets.HTML(str(T))"),
        ("widget", "Text", "ipywidgets.Text(str(T), description='x')"),
        ("widget", "Output", "o = ipywidgets.Output()\nwith o: print(str(T))\no"),
        ("widget", "append_stdout", "o = ipywidgets.Output(); o.append_stdout(str(T)); o"),
        ("widget", "append_display_data", "o = ipywidgets.Output(); o.append_display_data(Shown(T)); o"),
        ("widget", "binary state", "ipywidgets.Image(value=T.encode())"),
        ("widget", "custom message", "w = ipywidgets.HTML(); w.send({'a': T.reveal()}, buffers=[T.encode()])"),
        ("comm", "metadata", "comm.create_comm(target_name='t', metadata={'m': T.reveal()})"),
        ("comm", "close", "comm.create_comm(target_name='t').close(data={'m': T.reveal()})"),
        ("error", "KeyError", "{}[str(T)]"),
        ("error", "in an argument", "open('/nowhere/' + T)"),
        ("error", "chained", "try: raise ValueError(T)\nexcept ValueError as e: raise RuntimeError('outer') from e"),
        ("error", "in its context", "try: raise ValueError(T)\nexcept ValueError: raise RuntimeError('outer')"),
        ("error", "a note", "e = ValueError('x'); e.add_note(f'note {T}'); raise e"),
        ("error", "a group", "raise ExceptionGroup('g', [ValueError(T.reveal()), KeyError(T.reveal())])"),
        (
            "error",
            "%xmode Verbose",
            "%xmode Verbose\nget_ipython().run_cell('def f(token): 1 / 0\\nf(T.reveal())')\n%xmode Context",
        ),
        ("error", "traceback.print_exc", "try: raise ValueError(T)\nexcept ValueError: traceback.print_exc()"),
        ("error", "SyntaxError", "exec('a = = ' + repr(T.reveal()))"),
        ("error", "AssertionError", "assert False, str(T)"),
        ("error", "SystemExit", "sys.exit(str(T))"),
        ("error", "its class", "raise type('E', (Exception,), {'__str__': lambda self: T.reveal()})"),
        ("inspection", "%whos", "W = T.reveal()\n%whos str\ndel W"),
        ("inspection", "%pinfo", "W = T.reveal()\n%pinfo W"),
        ("inspection", "%page", "%page -r W"),
        ("inspection", "%pdoc", "def f(): pass\nf.__doc__ = T.reveal()\n%pdoc f"),
        ("inspection", "help", "help(f)"),
        ("inspection", "locals", "print({k: v for k, v in globals().items() if k == 'W'})"),
        ("inspection", "%env", "os.environ['V'] = T\nget_ipython().run_line_magic('env', 'V')"),
        ("inspection", "os.environ", "print(os.environ['V']); print(dict(os.environ)); del os.environ['V']"),
        ("inspection", "sys.stdout.write of IPython's tee", "get_ipython().run_cell('print(str(T))')\nNone"),
        (
            "inspection",
            "%%capture shown later",
            "get_ipython().run_cell_magic('capture', 'kept', 'print(str(T))')\nkept.show()",
        ),
        ("inspection", "%time", "%time print(str(T))"),
        ("inspection", "%%timeit", "%timeit -n1 -r1 print(str(T))"),
        ("payload", "set_next_input", "get_ipython().set_next_input(f'x = {T.reveal()!r}')"),
        ("payload", "%load", "pathlib.Path('loaded.py').write_text(f'x = {T.reveal()!r}')\n%load loaded.py"),
        ("payload", "%less", "%less loaded.py"),
        ("payload", "%cat", "!cat loaded.py"),
    ):
        late = any(
            sign in encoding for sign in ("after the cell", "next cell", "own log", "__std", "C", "handler", "pieces")
        )
        yield Way(
            row,
            encoding,
            code,
            linger=0.4 if "after" in encoding or "next" in encoding else 0.1 if late else 0.0,
            mark="log" if encoding == "the kernel's own log" else "message",
        )
