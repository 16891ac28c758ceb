"""Lets the body of a ``%%secret`` cell be an ordinary cell, with the values there for just as long as it runs.

A cell magic that runs its body by itself can await nothing and shows every error twice. So the cell is rewritten before
IPython reads it: the first line becomes a call that starts the lease, the body follows unchanged, and the lease ends
when IPython has run, or given up, the cell's last statement. What is kept as typed (``In``, the history) stays so.
"""

from __future__ import annotations

import ast
import re
from contextlib import AbstractContextManager, ExitStack
from contextvars import ContextVar
from itertools import takewhile
from typing import Any

from IPython.core.inputtransformer2 import cell_magic, leading_indent

from ..grammar import HELP
from ..ipython import Patch

_FIRST_LINE = re.compile(r"%%secret(?=\s)(?![ \t]*set\b)(?P<rest>.*)")
_cell: ContextVar[ExitStack | None] = ContextVar("cell", default=None)
"""What ends with the cell that is running; a cell that another one runs has its own."""
_patch: Patch | None = None


def rewrite(lines: list[str]) -> list[str]:
    """Puts the body of a ``%%secret`` cell behind the call; an input transformer of IPython. Help runs no body."""
    found = _FIRST_LINE.match(lines[0]) if lines else None
    if not found:
        return lines
    from .line import without_comment

    body = [] if any(word in HELP for word in without_comment(found["rest"]).split()) else _cleaned(lines[1:])
    return [f"get_ipython().run_cell_magic('secret', {found['rest'].strip()!r}, '\\n')\n", *body]


def _cleaned(body: list[str]) -> list[str]:
    """Does to a body what IPython does to a cell as such: it may be indented, or begin with a cell magic.

    Empty lines before it stay, so that errors name the lines of the cell.
    """
    empty = list(takewhile(str.isspace, body))
    rest = leading_indent(body[len(empty) :])  # type: ignore[no-untyped-call]  # IPython's has no types
    return [*empty, *cell_magic(rewrite(rest))]  # type: ignore[no-untyped-call]  # nor has this


# IPython leaves this one out where it only asks whether a cell is complete; a rewritten one would seem so too early.
rewrite.has_side_effects = True  # type: ignore[attr-defined]  # as IPython expects it


def until_end_of_cell(lease: AbstractContextManager[None]) -> None:
    """Starts a lease that ends with the cell."""
    cell = _cell.get()
    if cell is None:
        raise RuntimeError("a lease has to be started by a cell")
    cell.enter_context(lease)


def load(shell: Any) -> None:
    """Teaches a shell to end leases with their cells."""
    global _patch
    run_ast_nodes = shell.run_ast_nodes

    async def with_leases(*arguments: Any, **options: Any) -> Any:
        with ExitStack() as leases:
            token = _cell.set(leases)
            try:
                return await run_ast_nodes(*arguments, **options)
            finally:
                _cell.reset(token)

    _patch = Patch(shell, "run_ast_nodes", with_leases)
    shell.input_transformers_cleanup.append(rewrite)


def unload(shell: Any) -> None:
    """Takes both out of the shell again."""
    shell.input_transformers_cleanup.remove(rewrite)
    if _patch:
        _patch.undo()


def run(shell: Any, body: str) -> None:
    """Runs a body that came along with the call, as in a script that nbconvert made of a notebook."""
    cell = shell.transform_cell(body)
    name = shell.compile.cache(cell, shell.execution_count, raw_code=body)
    nodes = shell.compile.ast_parse(cell, filename=name).body
    last = [nodes.pop()] if nodes and isinstance(nodes[-1], ast.Expr) else []
    for tree, mode in ((ast.Module(nodes, []), "exec"), (ast.Interactive(last), "single")):
        exec(shell.compile(tree, name, mode), shell.user_global_ns, shell.user_ns)  # noqa: S102  # as IPython does with a cell
