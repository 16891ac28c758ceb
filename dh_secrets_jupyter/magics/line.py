"""Parses what follows ``%secret``: the command, its words and its options."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..errors import SecretsError
from ..grammar import COMMANDS, END_OF_OPTIONS, HELP, SET, Command, Option, is_option, nearest_option
from ..injection import SecretRef

_WORD = re.compile(r"""\s*(?P<word>#|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)""", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A parsed line.

    Attributes:
        words: what is no option.
        options: an attribute for each option of the command.
        rest: the words behind the option that takes all of them (``--optional``).
    """

    command: Command
    words: list[str]
    options: argparse.Namespace
    rest: list[str] = field(default_factory=list)

    @property
    def asks_for_help(self) -> bool:
        """Whether it has ``--help`` or ``-h``."""
        return bool(self.options.help)

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

    def refs(self) -> list[SecretRef]:
        """Returns the words as ``NAME [as VAR] …``."""
        return self._refs(self.words)

    def optional_refs(self) -> list[SecretRef]:
        """Returns the words behind ``--optional`` likewise."""
        return self._refs(self.rest)

    def _refs(self, texts: Iterable[str]) -> list[SecretRef]:
        found: list[SecretRef] = []
        words = iter(texts)
        for word in words:
            if word != "as" or not found or found[-1].target is not None:
                found.append(SecretRef(word))
            elif (target := next(words, None)) is not None:
                found[-1] = SecretRef(found[-1].name, target)
            else:
                name = found[-1].name
                example = f"For example: {self.command.call} {name} as TOKEN"
                raise SecretsError(name, '"as" needs a variable name after it', example)
        return found

    def _see_help(self) -> str:
        return f"See {self.command.call} --help"


def without_comment(text: str) -> str:
    """Returns a line without the comment behind it; a ``#`` within a word or in quotes begins none."""
    at = 0
    while word := _WORD.match(text, at):
        if word["word"].startswith("#"):
            return text[:at]
        at = word.end()
    return text


def parse(text: str) -> Line:
    """Parses what follows ``%secret``.

    Raises:
        SecretsError: no such command or option. It never repeats what may be a value.
    """
    name, _, rest = text.strip().partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        from difflib import get_close_matches  # only for a slip

        near = get_close_matches(name.lower(), COMMANDS, 1)  # what was typed instead may be a value
        meant = f'Perhaps you meant "{near[0]}". ' if near else ""
        raise SecretsError("%secret", "no such command", f"{meant}Run %secret to see all commands")
    return parse_words(command, rest)


def parse_words(command: Command, text: str) -> Line:
    """Parses a command's words and options. Raises as :func:`parse`."""
    try:
        tokens = _split(text)
    except ValueError:
        tokens = None  # raised below: the exception would be the context
    if tokens is None:
        if command is SET:
            raise typed_value_error(text)
        raise SecretsError(command.name, "a quotation mark is not closed", "Close it, or put a backslash before it")
    at = tokens.index(END_OF_OPTIONS) if END_OF_OPTIONS in tokens else len(tokens)
    own, rest, taker = _divide(command, ["--help" if word in HELP else word for word in tokens[:at]])
    parser = _parser(command)
    try:
        options, words = parser.parse_known_args(own)
        _, rest = parser.parse_known_args(rest, options)
    except argparse.ArgumentError as error:
        flag = error.argument_name or command.name
    else:
        if any(word.startswith("-") for word in words + rest):
            raise _unknown_option(command, text, words + rest)
        (rest if taker else words).extend(tokens[at + 1 :])
        if taker and not rest and not options.help:
            raise SecretsError(taker.flag, "this option needs names behind it", f"Write it as {taker.flag} NAME")
        return Line(command, words, options, rest)
    option = command.option(flag)
    if option and option.metavar:
        raise SecretsError(flag, "this option needs a value", f"Write it as {flag}={option.metavar}")
    raise SecretsError(flag, "this option takes no value", f"Write {flag} alone")


def typed_value_error(text: str) -> SecretsError:
    """Returns the refusal of a value that was typed on the line, which repeats nothing but the secret's name."""
    found = re.match(r"[\s'\"]*([-._a-zA-Z0-9]+)", text)
    name = found[1] if found else SET.name
    return SecretsError(
        name,
        "a value must not be typed in a cell, and nothing was stored",
        f"Rotate it, because cells are saved and shared; then run %secret set {name} and type the new value at the"
        " prompt",
    )


def holds_value(words: list[str]) -> bool:
    """Whether the words of ``set`` are more than a name."""
    return len(words) > 1 or "=" in "".join(words)


def _unknown_option(command: Command, text: str, words: list[str]) -> SecretsError:
    """Returns the error for the first word that begins with a hyphen and is no option of the command's."""
    at = next(index for index, word in enumerate(words) if word.startswith("-"))
    is_named = is_option(words[at], command)
    if command is SET and (holds_value(words[:at]) or not is_named):
        return typed_value_error(text)
    flag, _, value = words[at].partition("=")
    meant = nearest_option(flag, command)
    hint = f"Perhaps you meant {meant}" if meant else f"See {command.call} --help"
    if value or words[at + 1 :]:
        hint += ". If that was a value, rotate it"
    if not is_named:  # whatever it is, it is not repeated
        return SecretsError(command.name, "unknown option", hint)
    return SecretsError(flag, f"unknown option for {command.call}", hint)


def _split(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if os.name == "nt":
        lexer.escape = ""  # a path's backslashes are meant
    return list(lexer)


def _divide(command: Command, tokens: list[str]) -> tuple[list[str], list[str], Option | None]:
    """Returns what stands before an option that takes all words behind it, what stands behind it, and the option."""
    for taker in command.options:
        if taker.takes_rest and taker.flag in tokens:
            at = tokens.index(taker.flag)
            return tokens[:at], [word for word in tokens[at:] if word != taker.flag], taker
    return tokens, [], None


def _parser(command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--help", action="store_true")
    for option in command.options:
        if option.takes_rest:
            continue  # it is divided off before
        if not option.metavar:
            parser.add_argument(option.flag, action="store_true")
        else:
            parser.add_argument(option.flag, action="append" if option.is_repeatable else "store")
    return parser
