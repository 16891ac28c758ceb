"""What runs each command that a notebook and a terminal share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..grammar.parsing import Line
from . import show, write
from .front import Front

HANDLERS: Mapping[str, Callable[[Front, Line], None]] = {
    "list": show.list_secrets,
    "import": write.import_file,
    "set": write.set_secret,
    "describe": show.describe,
    "edit": write.edit,
    "delete": write.delete,
}
"""By the commands' names."""
