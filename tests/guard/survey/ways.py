"""The ways in which a value can be shown: every channel with every spelling, and the special ones one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .values import TEXTS, written

SETUP = """
import ast, asyncio, base64, contextlib, html, io, json, logging, os, pathlib, pickle, shlex, subprocess, sys, threading
import time, traceback, urllib.parse, warnings
from IPython.display import HTML, JSON, SVG, Markdown, display, update_display
import ipywidgets, comm
import dh_secrets_jupyter as dhcore
values = dhcore.get_or_create_project("survey").read_values("TOKEN", "MIXED", "PEM", "SHORT", "NUMBER", "BLOB")
T, X, P, S, N, B = values.values()
del values

class Shown:
    def __init__(self, text): self.text = text
    def __repr__(self): return self.text

def coloured(text): return "".join(f"\\x1b[3{i % 8}m{c}" for i, c in enumerate(text)) + "\\x1b[0m"

def cut(text): return json.dumps(text).replace("/", "\\\\/")

def in_thread(call, *args):
    thread = threading.Thread(target=call, args=args)
    thread.start()
    thread.join()

def in_child(call, *args):
    pid = os.fork()
    if not pid:
        try:
            call(*args)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
"""

# An expression of a text that holds a value, each spelling once.
SPELLINGS = {
    "text": "str(T)",
    "text with signs": "str(X)",
    "repr": "repr(X.reveal())",
    "ascii": "ascii(X.reveal())",
    "repr of bytes": "repr(X.encode())",
    "JSON": "json.dumps(X)",
    "JSON, not escaped": "json.dumps(X, ensure_ascii=False)",
    "JSON with \\/": "cut(X)",
    "JSON in JSON": "json.dumps(json.dumps(X))",
    "HTML": "html.escape(X)",
    "HTML as Jinja writes it": "html.escape(X).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')",
    "URL": "urllib.parse.quote(X)",
    "URL of a form": "urllib.parse.quote_plus(X)",
    "hex": "T.encode().hex()",
    "HEX": "T.encode().hex().upper()",
    "base64": "base64.b64encode(T.encode()).decode()",
    "base64 with a user": "'Basic ' + base64.b64encode(b'user:' + T.encode() + b'@host').decode()",
    "base64 with another user": "'Basic ' + base64.b64encode(b'u:' + T.encode()).decode()",
    "base64, URL-safe": "base64.urlsafe_b64encode(X.encode()).decode()",
    "shell": "shlex.quote(X)",
    "shell, the other way": '"\'" + X.replace("\'", "\'\\\\\'\'") + "\'"',
    "colours in between": "coloured(T)",
    "16 characters of it": "T[7:23] + '…'",
    "wrapped": "T[:17] + '\\n    ' + T[17:]",
    "16 characters in base64": "base64.b64encode(T.encode())[4:28].decode()",
    "one line of several": "P.splitlines()[1]",
    "several lines": "str(P)",
    "short, as a word": "f'({S})'",
    "a number": "f'pin: {N}.'",
    "bytes, repr": "repr(B.reveal())",
    "bytes, hex": "B.reveal().hex()",
    "bytes, base64": "base64.b64encode(B.reveal()).decode()",
}

# What shows a text `_`, on every channel that takes any text.
CHANNELS = {
    "stdout": "print({_})",
    "stderr": "sys.stderr.write({_}); None",
    "stdout, character by character": "for c in {_}: sys.stdout.write(c); sys.stdout.flush()",
    "display": "display(Shown({_}))",
    "HTML": "display(HTML({_}))",
    "JSON": "display(JSON({{'a': [{_}]}}))",
    "result": "Shown({_})",
    "error": "raise RuntimeError({_})",
    "descriptor 1": "os.write(1, ({_} + '\\n').encode('utf-8', 'surrogateescape'))",
    "descriptor 2 of a child": "subprocess.run(['sh', '-c', 'printf %s \"$V\" >&2'], env={{'V': {_}}})",
    "server log": "subprocess.run(['cat'], input=({_} + '\\n').encode(), stdout=sys.stdout); None",
    "comm": "comm.create_comm(target_name='t', data={{'a': {_}}})",
    "buffer": "comm.create_comm(target_name='t', buffers=[({_}).encode()])",
}


@dataclass(frozen=True)
class Way:
    """One way to show a value.

    Attributes:
        row: the channel, as the matrix names it.
        spelling: the spelling, or what is special.
        code: the cell.
        name: the secret whose mark must be there.
        request: another request than an execution: type, content and channel.
        options: more fields of the execute_request; ``answers`` for its prompts.
        mark: where the mark has to be: ``message``, ``log`` or ``history``; empty where nothing of it is to be shown.
        linger: seconds to wait for what comes late.
        notebook: whether it can be a cell of a notebook that nbclient runs.
    """

    row: str
    spelling: str
    code: str
    name: str = "TOKEN"
    request: tuple[str, dict[str, Any], str] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    mark: str = "message"
    linger: float = 0.0
    notebook: bool = True


def ways() -> Iterator[Way]:
    """Yields all of them. Those that look at what was shown before come first, while that is little."""
    yield from _source_ways()
    for row, template in CHANNELS.items():
        for spelling, expression in SPELLINGS.items():
            name = {"X": "MIXED", "P": "PEM", "S": "SHORT", "N": "NUMBER", "B": "BLOB"}.get(
                _variable(expression), "TOKEN"
            )
            yield Way(
                row,
                spelling,
                template.format(_=expression),
                name,
                mark="log" if row == "server log" else "message",
            )
    yield from _bytes_ways()
    yield from _special_ways()
    yield from _request_ways()


def _variable(expression: str) -> str:
    return next((c for c in "XPSNB" if f"{c}." in expression or f"({c}" in expression or f"{{{c}}}" in expression), "T")


def _bytes_ways() -> Iterator[Way]:
    """Raw bytes: they have spellings that no text has."""
    for spelling, expression, name in (
        ("raw bytes", "bytes(B.reveal())", "BLOB"),
        ("UTF-16, little end first", "T.encode('utf-16-le')", "TOKEN"),
        ("UTF-16, big end first", "T.encode('utf-16-be')", "TOKEN"),
    ):
        yield Way("buffer", spelling, f"comm.create_comm(target_name='t', buffers=[memoryview({expression})])", name)
        yield Way("descriptor 1", spelling, f"os.write(1, {expression} + b'\\n')", name)
        yield Way(
            "server log",
            spelling,
            f"subprocess.run(['cat'], input={expression} + b'\\n', stdout=sys.stdout)",
            name,
            mark="log",
        )
    yield Way(
        "buffer",
        "array",
        "import numpy; comm.create_comm(target_name='t', buffers=[numpy.frombuffer(B.reveal(), 'u1')])",
        "BLOB",
    )
    yield Way("display", "raw image", "display({'image/png': T.encode()}, raw=True)")


def _special_ways() -> Iterator[Way]:
    for row, spelling, code in (
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
            sign in spelling for sign in ("after the cell", "next cell", "own log", "__std", "C", "handler", "pieces")
        )
        yield Way(
            row,
            spelling,
            code,
            linger=0.4 if "after" in spelling or "next" in spelling else 0.1 if late else 0.0,
            mark="log" if spelling == "the kernel's own log" else "message",
        )


def _request_ways() -> Iterator[Way]:
    yield Way("stdin", "input", "input(f'value {T}? ')", options={"answers": ["x"]}, notebook=False)
    yield Way(
        "stdin",
        "getpass",
        "import getpass; getpass.getpass(f'value {T}? ')",
        options={"answers": ["x"]},
        notebook=False,
    )
    yield Way(
        "stdin",
        "pdb",
        "import pdb\nW = T.reveal()\npdb.run('W = W')",
        options={"answers": ["p W", "c"]},
        notebook=False,
    )
    yield Way(
        "stdin",
        "%debug after an error",
        "get_ipython().run_cell('def f(token): 1 / 0\\nf(T.reveal())')\n%debug",
        options={"answers": ["p T.reveal()", "a", "q"]},
        notebook=False,
    )
    yield Way("reply", "user_expressions", "1", options={"user_expressions": {"a": "T.reveal()"}}, notebook=False)
    yield Way(
        "reply",
        "user_expressions that fail",
        "1",
        options={"user_expressions": {"a": "{}[T.reveal()]"}},
        notebook=False,
    )
    yield Way("reply", "silent", "print(str(T))", options={"silent": True}, notebook=False)
    cursor = {"code": "W", "cursor_pos": 1, "detail_level": 0}
    yield Way("reply", "inspect", "W = T.reveal()", request=("inspect_request", cursor, "shell"), notebook=False)
    yield Way(
        "reply",
        "complete, keys of a dict",
        "D = {T.reveal(): 1}",
        request=("complete_request", {"code": "D['", "cursor_pos": 3}, "shell"),
        notebook=False,
    )
    yield Way(
        "reply",
        "complete, default arguments",
        "exec(f'def gxq(x={T.reveal()!r}): pass')",
        request=("complete_request", {"code": "gxq", "cursor_pos": 3}, "shell"),
        notebook=False,
    )
    history = {"output": False, "raw": True, "hist_access_type": "tail", "n": 3}
    yield Way(
        "reply", "history", f"V = {written('TOKEN')}", request=("history_request", history, "shell"), notebook=False
    )
    inspect = {"type": "request", "seq": 1, "command": "inspectVariables", "arguments": {}}
    yield Way(
        "control",
        "debugger, all variables",
        "W = T.reveal()",
        request=("debug_request", inspect, "control"),
        notebook=False,
    )
    rich = {"type": "request", "seq": 2, "command": "richInspectVariables", "arguments": {"variableName": "W"}}
    yield Way(
        "control",
        "debugger, one variable",
        "W = T.reveal()",
        request=("debug_request", rich, "control"),
        notebook=False,
    )


def _source_ways() -> Iterator[Way]:
    token = written("TOKEN")
    yield Way("source", "a literal", f"V = {token}", mark="history", notebook=False)
    yield Way("source", "a literal in an error", f"raise ValueError({token})", notebook=False)
    yield Way("source", "a literal that fails", f"V = {token} +", notebook=False)
    yield Way("source", "%history", f"V = {token}\n%history -l 1", notebook=False)
    yield Way("source", "In and _i", "print(In[-4:], _i, _ii, _iii)", notebook=False)
    yield Way("source", "%recall", "%rerun -l 2", notebook=False)
    yield Way("source", "??", f"def h(x={token}): pass\n%pinfo2 h", notebook=False)
    yield Way(
        "source",
        "%logstart",
        f"%logstart -o -r log.py over\nV = {token}; str(V)\n%logstop\nprint(open('log.py').read())",
        notebook=False,
    )
    yield Way("source", "%notebook", "%notebook kept.ipynb\nprint(open('kept.ipynb').read())", notebook=False)
    for form in (
        "%secret set TYPED {0}",
        "x = %secret set TYPED {0}",
        "1\n%secret set TYPED --description d {0}",
        "%secret set TYPED={0}",
    ):
        yield Way(
            "source",
            f"typed: {form.format('…')!r}",
            form.format(TEXTS["TYPED"]),
            "TYPED",
            mark="history",
            notebook=False,
        )
