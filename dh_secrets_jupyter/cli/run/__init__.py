"""``jupyter secrets run``: a command with values in its environment, and marks in place of them in what it prints.

1. :mod:`.values` reads the values, and makes the environment and what masks.
2. :mod:`.spawn` starts the command, behind a pseudo-terminal where standard output is a terminal, else behind pipes.
3. :mod:`.posix`, or :mod:`.windows`, passes on what it prints, masked, what is typed, and what happens to it.
4. This process ends as the command ended. What outlives the command keeps its pipe or terminal: a copy of this process
   stays and passes on what it prints.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from ...errors import SecretsError
from ...grammar.parsing import Line, missing_command_error
from ...guard.engine import Masker
from .values import load

NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""Exit statuses, as a shell has them."""


class Process(Protocol):
    """A command that runs."""

    def wait(self) -> int:
        """Passes on what it prints until it ends, and returns its status, or ends by its signal."""


def run(line: Line, common: Mapping[str, str]) -> int:
    """``run [NAME[=VAR] … | --all] -- CMD …``: returns the command's status, or ends by its signal.

    Raises:
        SecretsError: no command, or its values cannot be had.
    """
    if not line.behind:
        raise missing_command_error(line.command)
    names = line.words[: -len(line.behind)]
    loaded = load(line, names, common)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        process = _start(line.behind, loaded.environment, loaded.masker)
    except OSError as error:
        return _say_why(loaded.masker.mask(line.behind[0])[0], error)
    return process.wait()


def _start(command: list[str], environment: Mapping[str, str], masker: Masker) -> Process:
    """Starts the command, in the way of this system. Raises OSError where it cannot be started."""
    if os.name == "nt":
        from .windows import WindowsProcess

        return WindowsProcess(command, environment, masker)
    from .posix import PosixProcess

    return PosixProcess(command, environment, masker)


def _say_why(name: str, error: OSError) -> int:
    """Says why the command could not be started, and returns the status that a shell has for it."""
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    problem = "no such command" if is_missing else f"it cannot be run ({error.strerror})"
    hint = "Check its name, and PATH" if is_missing else "Check the file"
    print(SecretsError(name or "''", problem, hint), file=sys.stderr)
    return NOT_FOUND if is_missing else NOT_EXECUTABLE
