"""Which variable or environment entry a secret goes to."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from ..errors import SecretsError


class Destination(Enum):
    """Where a value can go. Its value is the word for people and for messages between a panel and its kernel."""

    VARIABLE = "variable"
    ENVIRONMENT = "environment"
    FILE = "file"


@dataclass(frozen=True)
class Wanted:
    """One ``NAME [as VAR]``.

    Attributes:
        name: the secret's name.
        target: the variable or environment entry that was asked for, or None for the one that suits the name.
    """

    name: str
    target: str | None = None


def targets(destination: Destination, wanted: Iterable[Wanted]) -> dict[str, str]:
    """Returns the secret's name for each variable (a file's path needs one, too) or environment entry, in their order.

    Raises:
        SecretsError: two secrets would meet in one target, or one cannot go to its own.
    """
    found: dict[str, str] = {}
    for one in wanted:
        target = _entry(one) if destination is Destination.ENVIRONMENT else _variable(one)
        if found.setdefault(target, one.name) != one.name:
            raise SecretsError(
                f"{found[target]}, {one.name}", f"both would go to {target}", f"Name another: {one.name} as …"
            )
    return found


def _variable(wanted: Wanted) -> str:
    """Makes ``db-pass`` → ``db_pass``, ``2fa`` → ``_2fa``, ``class`` → ``class_``."""
    if wanted.target is None:
        name = re.sub(r"\W", "_", wanted.name, flags=re.ASCII)
        name = f"_{name}" if name[:1].isdigit() else name
        return f"{name}_" if keyword.iskeyword(name) else name
    # Python reads a name in the source in this form, and would not find it in another.
    name = unicodedata.normalize("NFKC", wanted.target)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise SecretsError(
            wanted.name, f"{wanted.target!a} is no name for a variable", "Use letters, digits and _ after as"
        )
    return name


def _entry(wanted: Wanted) -> str:
    name = wanted.name if wanted.target is None else wanted.target
    if not name or "=" in name or "\0" in name:
        raise SecretsError(
            wanted.name, f"{name!a} is no name for an environment entry", "Use a name without = after as"
        )
    return name
