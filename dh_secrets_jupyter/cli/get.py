"""``get``: one value to standard output, for a script; not for eyes, and not for the kernel of a notebook."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ..commands.prompts import is_below_kernel
from ..errors import SecretsError
from ..grammar.parsing import Line
from ..models import check_name, encode
from .front import TerminalFront


def get(line: Line, common: Mapping[str, str]) -> None:
    """``get NAME [--reveal]``

    Raises:
        SecretsError: somebody would see the value, and did not say that this is meant. Nothing is read then.
    """
    name = check_name(line.single_word("NAME"))
    if not line.options.reveal:
        if is_below_kernel():
            problem = "the guard of this notebook would not know a value that is printed here"
            raise SecretsError(name, problem, f"Type %secret get {name} in a cell, or pass --reveal")
        if sys.stdout.isatty():
            raise SecretsError(name, "standard output is a terminal", "Pass --reveal to see the value, or use a pipe")
    value = TerminalFront(common).project().read_values(name)[name]
    sys.stdout.buffer.write(encode(name, value))
