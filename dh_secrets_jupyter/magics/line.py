"""Parses what follows ``%secret``: the command, its words and its options."""

from __future__ import annotations

import os
import re
import shlex

from ..errors import SecretsError
from ..grammar import COMMANDS, SET, Command
from ..grammar.parsing import Line, parse_words, typed_value_error
from ..injection import SecretRef

_WORD = re.compile(r"""\s*(?P<word>#|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)""", re.DOTALL)


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
    name, rest = [*text.split(maxsplit=1), "", ""][:2]
    command = COMMANDS.get(name)
    if command is None and "[secret:" in rest:  # what was typed for `set`
        raise typed_value_error(SET, rest)
    if command is None:
        from difflib import get_close_matches  # only for a slip

        near = get_close_matches(name.lower(), COMMANDS, 1)  # what was typed instead may be a value
        meant = f'Perhaps you meant "{near[0]}". ' if near else ""
        raise SecretsError("%secret", "no such command", f"{meant}Run %secret to see all commands")
    return split_and_parse(command, rest)


def split_and_parse(command: Command, text: str) -> Line:
    """Parses a command's words and options. Raises as :func:`parse`."""
    try:
        words = _split(text)
    except ValueError:
        words = None  # raised below: the exception would be the context
    if words is not None:
        return parse_words(command, words)
    if command is SET:
        raise typed_value_error(SET, text)
    raise SecretsError(command.name, "a quotation mark is not closed", "Close it, or put a backslash before it")


def refs_of(line: Line, *, optional: bool = False) -> list[SecretRef]:
    """Returns a line's words as ``NAME [as VAR] …``; with ``optional`` those behind ``--optional``."""
    found: list[SecretRef] = []
    words = iter(line.rest if optional else line.words)
    for word in words:
        if word != "as" or not found or found[-1].target is not None:
            found.append(SecretRef(word))
        elif (target := next(words, None)) is not None:
            found[-1] = SecretRef(found[-1].name, target)
        else:
            name = found[-1].name
            example = f"For example: {line.command.call} {name} as TOKEN"
            raise SecretsError(name, '"as" needs a variable name after it', example)
    return found


def _split(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.whitespace += "\xa0"
    if os.name == "nt":
        lexer.escape = ""  # a path's backslashes are meant
    return list(lexer)
