"""Ways through other requests than an execution, through prompts, and through a cell's own source."""

from __future__ import annotations

from collections.abc import Iterator

from .values import TEXTS, written
from .way import Way


def request_ways() -> Iterator[Way]:
    """Prompts, replies to other requests, the debugger."""
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


def source_ways() -> Iterator[Way]:
    """A value that was written into a cell, and what shows cells."""
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
