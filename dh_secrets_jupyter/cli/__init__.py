"""``jupyter secrets``: reads the line, runs the command, ends with its status.

Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from ..errors import SecretsError
from ..grammar import COMMON, HELP, TERMINAL, Surface, in_terminal, overview

COULD_NOT, INTERRUPTED = 2, 130
"""Exit statuses."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit status.

    Args:
        arguments: what was typed behind the program's name; without any, what this process was given.
    """
    if "_ARGCOMPLETE" in os.environ:
        from .completion import answer

        answer()
    from .line import split_common

    if sys.stderr is None:  # closed: what is said there must not go to standard output
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # until the process ends
    if sys.stdout is None:
        print(
            SecretsError(Surface.TERMINAL.value, "standard output is closed", "Use a pipe or a file"), file=sys.stderr
        )
        return COULD_NOT
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a description may have what its encoding has not
    try:
        words, common = split_common(sys.argv[1:] if arguments is None else arguments)
        status = _run(words, common)
        sys.stdout.flush()  # here, where a pipe that nobody reads any more is no news
    except SecretsError as error:
        print(in_terminal(str(error)), file=sys.stderr)
        # By its name: to import what asks would take longer than to say most errors.
        return INTERRUPTED if type(error).__name__ == "InterruptedPromptError" else COULD_NOT
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None:  # that of a file; writing has none
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter must not try again at its end
        if not isinstance(error, BrokenPipeError):  # as behind `| head`
            print(_unwritable(error), file=sys.stderr)
        return COULD_NOT
    return status


def overview_lines() -> list[str]:
    """Returns the lines about all commands, and about the options that each of them has."""
    common = (f"{option!s:40}  {option.summary}" for option in COMMON)
    tool = Surface.TERMINAL.value
    return [*overview(TERMINAL.values()), "", *common, "", f"{tool} COMMAND --help explains a command."]


def _run(words: Sequence[str], common: dict[str, str]) -> int:
    if words and words[0] in (*HELP, "help"):
        print("Secrets of a project, without a browser:", "", *overview_lines(), sep="\n")
        return 0
    from .handlers import HANDLERS, status

    if not words:
        return status(common)
    command = TERMINAL.get(words[0])
    if command is None:
        raise _no_command(words[0])
    from ..grammar.parsing import parse_words

    line = parse_words(command, words[1:])
    if line.asks_for_help:
        print(command.help)
        return 0
    return HANDLERS[command.name](line, common)


def _unwritable(error: OSError) -> SecretsError:
    problem = f"standard output cannot be written ({error.strerror})"
    return SecretsError(Surface.TERMINAL.value, problem, "Check where it goes")


def _no_command(word: str) -> SecretsError:
    from difflib import get_close_matches  # only for a slip

    near = get_close_matches(word.lower(), TERMINAL, 1)
    tool = Surface.TERMINAL.value
    meant = f'Perhaps you meant "{near[0]}". ' if near else ""
    return SecretsError(tool, "no such command", f"{meant}Run {tool} --help to see all commands")
