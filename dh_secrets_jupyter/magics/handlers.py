"""What runs each command in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..commands.handlers import HANDLERS as SHARED
from ..grammar.parsing import Line
from . import need, read, scan, show, use
from .front import ShellFront

HANDLERS: Mapping[str, Callable[[ShellFront, Line], None]] = {
    **SHARED,
    "project": show.project,
    "get": read.get,
    "env": read.env,
    "file": read.file,
    "use": use.use,
    "need": need.need,
    "forget": use.forget,
    "guard": show.switch_guard,
    "panel": show.show_panel,
    "scan": scan.scan,
}
"""What runs each command, called with the front and the line."""
