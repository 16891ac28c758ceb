"""``Tab`` in a shell: argcomplete asks this program what could stand where the cursor is.

It answers for ``jupyter secrets`` as well, since ``jupyter`` hands such a question on. Names come first, options only
behind a hyphen.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable

from ..grammar import COMMON, END_OF_OPTIONS, HELP, TERMINAL, Command, Completes, Option

PROGRAMS = ("jupyter-secrets", "jupyter")
Completer = Callable[..., Iterable[str]]


def script(shell: str) -> str:
    """Returns what a shell has to read so that ``Tab`` asks us."""
    from argcomplete.shell_integration import shellcode

    return shellcode(PROGRAMS, shell=shell)


def answer() -> None:
    """Answers the shell, and ends the process; without a question it returns."""
    import argcomplete

    argcomplete.autocomplete(_parser(), always_complete_options=False)


def _parser() -> argparse.ArgumentParser:
    """Returns a parser that says what may stand where; what is typed is never parsed by it."""
    parser = argparse.ArgumentParser(add_help=False)
    _add_options(parser, COMMON)
    commands = parser.add_subparsers()
    for command in TERMINAL.values():
        below = commands.add_parser(command.name, help=command.summary, add_help=False)
        _add_options(below, (*command.options, *COMMON))
        below.add_argument(*HELP, action="store_true")
        words = below.add_argument("words", nargs="*")
        words.completer = _words_of(command)  # type: ignore[attr-defined]  # argcomplete's way
    return parser


def _add_options(parser: argparse.ArgumentParser, options: Iterable[Option]) -> None:
    for option in options:
        if not option.metavar:
            parser.add_argument(option.flag, action="store_true", help=option.summary)
            continue
        repeated = "append" if option.is_repeatable else "store"
        argument = parser.add_argument(
            option.flag, action=repeated, help=option.summary, choices=option.choices or None
        )
        argument.completer = _names_of(option.completes)  # type: ignore[attr-defined]  # argcomplete's way


def _words_of(command: Command) -> Completer | None:
    if command.completes is Completes.NOTHING and command.choices:
        return lambda **_: command.choices
    return _names_of(command.completes)


def _names_of(completes: Completes) -> Completer | None:
    """Returns what names candidates; None leaves it to the shell, which knows files better."""
    if completes in (Completes.FILES, Completes.NOTHING):
        return None

    def names(prefix: str, parsed_args: argparse.Namespace, **_: object) -> Iterable[str]:
        from ..commands.candidates import candidates
        from .front import TerminalFront

        typed = os.environ.get("COMP_LINE", "")[: int(os.environ.get("COMP_POINT", "0"))].split()
        if END_OF_OPTIONS in typed:  # the words of another command
            return []
        common = {name: given for name in ("project", "provider") if (given := getattr(parsed_args, name, None))}
        return candidates(completes, prefix, TerminalFront(common).project)

    return names
