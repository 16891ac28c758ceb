"""Reads the names of secrets from what stands behind ``%secret`` and ``%%secret``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from ..models import is_name

_READING = ("need", "get", "env", "file", "use")
"""The commands that bring a secret into a kernel."""


@dataclass(frozen=True)
class Mention:
    """One place in the code where a secret is asked for.

    Attributes:
        name: the secret's name.
        cell: the number of the cell, from 1; all cells count.
        optional: whether the code goes on without it.
        about: what it is for, in the notebook's words.
        env: whether it goes into the environment.
    """

    name: str
    cell: int
    optional: bool = False
    about: str | None = None
    env: bool = False


def read_line(text: str, cell: int) -> Iterator[Mention]:
    """Yields what a line magic asks for; nothing where its command reads no secret."""
    command, _, rest = text.strip().partition(" ")
    if command in _READING:
        yield from read_words(rest, cell, env=command == "env")


def read_words(text: str, cell: int, *, env: bool = False) -> Iterator[Mention]:
    """Yields the secrets of ``NAME [as VAR] … [--optional NAME …] [--env] [--about TEXT]``, or of a lease."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:  # a quotation mark that is not closed
        words = text.split()
    names: list[tuple[str, bool]] = []
    optional, about = False, None
    unread = iter(words)
    for word in unread:
        flag, _, value = word.partition("=")
        if word == "as":
            next(unread, None)
        elif flag == "--about":
            about = value or next(unread, None)
        elif flag == "--optional":
            optional = True
        elif flag == "--env":
            env = True
        elif is_name(word) and not word.startswith("-"):
            names.append((word, optional))
    yield from (Mention(name, cell, is_optional, about, env) for name, is_optional in names)
