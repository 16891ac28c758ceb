"""``jupyter secrets``: reads the line, runs the command, ends with its status.

Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..errors import SecretsError
from ..grammar import COMMON, HELP, TERMINAL, TOOL, overview

COULD_NOT, INTERRUPTED = 2, 130
"""Exit statuses."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit status.

    Args:
        arguments: what was typed behind the program's name; without any, what this process was given.
    """
    from .line import split_common

    try:
        words, common = split_common(sys.argv[1:] if arguments is None else arguments)
        if not words or words[0] in (*HELP, "help"):
            print(_help())
            return 0
        return _run(words, common)
    except SecretsError as error:
        print(error, file=sys.stderr)
        return COULD_NOT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # as behind `| head`; the interpreter must not try again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT


def _run(words: Sequence[str], common: dict[str, str]) -> int:
    command = TERMINAL.get(words[0])
    if command is None:
        raise SecretsError(TOOL, "no such command", f"Run {TOOL} --help to see all commands")
    if any(word in HELP for word in words[1:]):
        print(command.help)
        return 0
    from .handlers import HANDLERS
    from .line import parse

    return HANDLERS[command.name](parse(command, words[1:]), common)


def _help() -> str:
    rows = [*overview(TERMINAL.values()), "", *(f"{option!s:40}  {option.summary}" for option in COMMON)]
    return "\n".join(["Secrets of a project, without a browser:", "", *rows])
