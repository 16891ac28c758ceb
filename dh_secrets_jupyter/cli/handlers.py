"""What runs each command: it gets the line and what says which project, and returns the exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from ..grammar.parsing import Line

Common = Mapping[str, str]
"""What was given of the options that every command has, by their names."""
Handler = Callable[[Line, Common], int]


def status(common: Common) -> int:
    """``jupyter secrets``"""
    from ..commands import show
    from . import overview_lines
    from .front import TerminalFront

    more = {"guard": "on, in what jupyter secrets run prints"}
    show.status(TerminalFront(common).project(), more, overview_lines())
    return 0


def _shared(name: str) -> Handler:
    """Returns what runs a command that notebooks have as well."""

    def run(line: Line, common: Common) -> int:
        from ..commands.handlers import HANDLERS as SHARED
        from .front import TerminalFront

        SHARED[name](TerminalFront(common), line)
        return 0

    return run


def _get(line: Line, common: Common) -> int:
    from .get import get

    get(line, common)
    return 0


def _run(line: Line, common: Common) -> int:
    from .run import run

    return run(line, common)


def _scan(line: Line, common: Common) -> int:
    from ..scan import git

    options = line.options
    with git.history(Path()) if options.history else nullcontext() as history:  # before what takes long to import
        from ..scan.commands import ScanOptions, run_scan
        from .front import TerminalFront

        asked = ScanOptions(line.words, options.staged, history, options.allow_empty, options.format or "text")
        return run_scan(TerminalFront(common).project, asked, sys.stdout, sys.stderr)


def _scrub(line: Line, common: Common) -> int:
    from ..scan.commands import run_scrub
    from .front import TerminalFront

    flags = {"sources": line.options.sources, "check": line.options.check}
    return run_scrub(TerminalFront(common).project, line.words, sys.stdout, sys.stderr, **flags)


def _need(line: Line, common: Common) -> int:
    from ..needs.commands import run_need
    from .front import TerminalFront

    options = line.options
    flags = {"check": options.check, "example": options.example, "as_json": options.json}
    return run_need(TerminalFront(common).project, line.words, sys.stdout, sys.stderr, **flags)


def _proxy(line: Line, common: Common) -> int:
    from ..proxy.command import run
    from ..settings import jupyter_config

    return run(jupyter_config(), vars(line.options), sys.stderr)


def _completion(line: Line, common: Common) -> int:
    from ..errors import SecretsError
    from .completion import script

    if (shell := line.single_word("SHELL")) not in line.command.choices:
        raise SecretsError(line.command.name, "no such shell", f"Pass one of {', '.join(line.command.choices)}")
    print(script(shell))
    return 0


HANDLERS: Mapping[str, Handler] = {
    **{name: _shared(name) for name in ("list", "import", "set", "describe", "edit", "delete")},
    "get": _get,
    "run": _run,
    "scan": _scan,
    "scrub": _scrub,
    "need": _need,
    "proxy": _proxy,
    "completion": _completion,
}
