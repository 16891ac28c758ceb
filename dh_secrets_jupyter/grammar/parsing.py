"""Parses the words of a command by the table: which are options, and what they say.

It is a module that the package does not import: who only looks a command up needs no parser.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from ..errors import SecretsError
from .command import END_OF_OPTIONS, HELP, Command, Option, Surface
from .slips import is_option, nearest_option


@dataclass(frozen=True)
class Line:
    """A parsed line.

    Attributes:
        words: what is no option.
        options: an attribute for each option of the command.
        rest: the words behind the option that takes all of them (``--optional``).
        behind: those of the words that stand behind a ``--``; None where there is none.
    """

    command: Command
    words: list[str]
    options: argparse.Namespace
    rest: list[str] = field(default_factory=list)
    behind: list[str] | None = None

    @property
    def asks_for_help(self) -> bool:
        """Whether it has ``--help`` or ``-h``."""
        return bool(self.options.help)

    def has(self, option: str) -> bool:
        """Whether it has a switch, such as ``json``, that the command may have on this surface or not."""
        return bool(getattr(self.options, option, False))

    def given(self, group: str) -> str | None:
        """Returns which of the options of a group was given, None where none was."""
        members = (option for option in self.command.options if option.group == group)
        return next((option.flag for option in members if getattr(self.options, option.name) is not None), None)

    def single_word(self, what: str) -> str:
        """Returns the one word that there has to be."""
        if len(self.words) > 1:
            raise SecretsError(self.command.name, f"only one {what} is allowed", self._see_help())
        if not self.words:
            raise self.missing(what)
        return self.words[0]

    def missing(self, what: str) -> SecretsError:
        """Returns the error for a word that is not there."""
        return SecretsError(self.command.name, f"{what} is missing", self._see_help())

    def _see_help(self) -> str:
        return f"See {self.command.call} --help"


def parse_words(command: Command, words: Sequence[str]) -> Line:
    """Parses a command's words and options.

    Raises:
        SecretsError: no such option, or one that is given otherwise; or a value that was typed where ``set`` asks for
            it. It never repeats what may be a value.
    """
    at = words.index(END_OF_OPTIONS) if END_OF_OPTIONS in words else len(words)
    own, rest, taker = _divide(command, ["--help" if word in HELP else word for word in words[:at]])
    parser = _parser(command)
    try:
        options, left = parser.parse_known_args(own)
        _, rest = parser.parse_known_args(rest, options)
    except argparse.ArgumentError as error:
        flag = error.argument_name or command.name
    else:
        if any(word.startswith("-") for word in left + rest):
            raise _unknown_option(command, words, left + rest)
        behind = list(words[at + 1 :]) if at < len(words) else None
        (rest if taker else left).extend(behind or [])
        if not options.help:
            if taker and not rest:
                raise SecretsError(taker.flag, "this option needs names after it", f"Write it as {taker.flag} NAME")
            _check_options(command, options)
        return Line(command, left, options, rest, behind)
    option = command.option(flag)
    if option and option.metavar:
        raise SecretsError(flag, "this option needs a value", f"Write it as {flag}={option.metavar}")
    raise SecretsError(flag, "this option takes no value", f"Write {flag} alone")


def typed_value_error(command: Command, text: str) -> SecretsError:
    """Returns the refusal of a value that was typed on the line, which repeats nothing but the secret's name."""
    found = re.match(r"[\s'\"]*([-._a-zA-Z0-9]+)", text)
    name = found[1] if found else command.name
    where, why = {
        Surface.NOTEBOOK: ("in a cell", "cells are saved and shared"),
        Surface.TERMINAL: ("on the command line", "other programs see command lines, and shells keep them"),
    }[command.surface]
    return SecretsError(
        name,
        f"a value must not be typed {where}, and nothing was stored",
        f"Rotate it, because {why}; then run {command.call} {name} and type the new value at the prompt",
    )


def missing_command_error(command: Command) -> SecretsError:
    """Returns the error of a command that takes another one, where none stands behind ``--``."""
    return SecretsError(command.name, "the command is missing", f"Write it after --: {command.call} API_KEY -- env")


def holds_value(words: Sequence[str]) -> bool:
    """Whether the words of ``set`` are more than a name."""
    return len(words) > 1 or "=" in "".join(words)


def _unknown_option(command: Command, typed: Sequence[str], words: list[str]) -> SecretsError:
    """Returns the error for the first word that begins with a hyphen and is no option of the command's."""
    at = next(index for index, word in enumerate(words) if word.startswith("-"))
    if command.takes_command and at > 0 and END_OF_OPTIONS not in typed:  # it is an option of the command's own
        return missing_command_error(command)
    is_named = is_option(words[at], command)
    if command.name == "set" and (holds_value(words[:at]) or not is_named):
        return typed_value_error(command, " ".join(typed))
    flag, _, value = words[at].partition("=")
    meant = nearest_option(flag, command)
    hint = f"Perhaps you meant {meant}" if meant else f"See {command.call} --help"
    if value or words[at + 1 :]:
        hint += ". If that was a value, rotate it"
    if not is_named:  # whatever it is, it is not repeated
        return SecretsError(command.name, "unknown option", hint)
    return SecretsError(flag, f"unknown option for {command.call}", hint)


def _divide(command: Command, words: list[str]) -> tuple[list[str], list[str], Option | None]:
    """Returns what stands before an option that takes all words behind it, what stands behind it, and the option."""
    for taker in command.options:
        if taker.takes_rest and taker.flag in words:
            at = words.index(taker.flag)
            return words[:at], [word for word in words[at:] if word != taker.flag], taker
    return words, [], None


def _check_options(command: Command, options: argparse.Namespace) -> None:
    given = [option for option in command.options if getattr(options, option.name, None) not in (None, False)]
    for option in given:
        if option.choices and getattr(options, option.name) not in option.choices:
            what, choices = option.flag.removeprefix("--"), ", ".join(option.choices)
            raise SecretsError(option.flag, f"no such {what}", f"Pass one of {choices}")
    for _, members in groupby((option for option in given if option.group), lambda option: option.group):
        flags = [option.flag for option in members]
        if len(flags) > 1:
            raise SecretsError(flags[0], f"it cannot be combined with {flags[1]}", "Pass one of them")


def _parser(command: Command) -> argparse.ArgumentParser:
    # The formatter is never used, but made for each option: with a width it does not ask how wide the terminal is.
    formatter = partial(argparse.HelpFormatter, width=80)
    parser = argparse.ArgumentParser(formatter_class=formatter, add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--help", action="store_true")
    for option in command.options:
        if option.takes_rest:
            continue  # it is divided off before
        if not option.metavar:
            parser.add_argument(option.flag, action="store_true")
        else:
            parser.add_argument(option.flag, action="append" if option.is_repeatable else "store")
    return parser
