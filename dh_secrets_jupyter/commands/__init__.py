"""What the commands do that a notebook and a terminal share, and what they ask of the place where they were typed.

It knows neither IPython nor a terminal: each surface parses what was typed by the table in :mod:`..grammar`, and calls
:data:`HANDLERS` with itself as the :class:`Front`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..grammar.parsing import Line
from . import show, write
from .front import Front

__all__ = ["HANDLERS", "Front"]

HANDLERS: Mapping[str, Callable[[Front, Line], None]] = {
    "list": show.list_secrets,
    "import": write.import_file,
    "set": write.set_secret,
    "describe": show.describe,
    "edit": write.edit,
    "delete": write.delete,
}
"""What runs each command."""
