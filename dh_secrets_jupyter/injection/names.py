"""Which variable or environment entry a secret goes to."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from ..errors import SecretsError


class Destination(Enum):
    """Where a value can go. Its value is the word for people and for messages between a panel and its kernel."""

    VARIABLE = "variable"
    ENVIRONMENT = "environment"
    FILE = "file"


class SecretRef(NamedTuple):
    """A secret that a line asks for: one ``NAME [as VAR]``.

    Attributes:
        name: the secret's name.
        target: the variable or environment entry that was asked for, or None for the one that suits the name.
    """

    name: str
    target: str | None = None


def targets(destination: Destination, refs: Iterable[SecretRef], *, typed: str = "{} as {}") -> dict[str, str]:
    """Returns the secret's name for each variable (a file's path needs one, too) or environment entry, in their order.

    Args:
        typed: how people type a secret and its target here, for hints.

    Raises:
        SecretsError: two secrets would meet in one target, or one cannot go to its own.
    """
    found: dict[str, str] = {}
    for ref in refs:
        example = f"for example: {typed.format(ref.name, 'OTHER')}"
        target = _entry(ref, example) if destination is Destination.ENVIRONMENT else _variable(ref)
        if found.setdefault(target, ref.name) != ref.name:
            raise SecretsError(
                f"{found[target]}, {ref.name}",
                f"both would go into {target}",
                f"Give one of them another name, {example}",
            )
    return found


def _variable(ref: SecretRef) -> str:
    """Makes ``db-pass`` → ``db_pass``, ``2fa`` → ``_2fa``, ``class`` → ``class_``."""
    if ref.target is None:
        name = re.sub(r"\W", "_", ref.name, flags=re.ASCII)
        name = f"_{name}" if name[:1].isdigit() else name
        return f"{name}_" if keyword.iskeyword(name) else name
    # Python reads a name in the source in this form, and would not find it in another.
    name = unicodedata.normalize("NFKC", ref.target)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise SecretsError(
            ref.name, f"{ref.target!a} is not a valid variable name", 'Use letters, digits and _ after "as"'
        )
    return name


def _entry(ref: SecretRef, example: str) -> str:
    name = ref.name if ref.target is None else ref.target
    if not name or "=" in name or "\0" in name:
        raise SecretsError(
            ref.name, f"{name!a} is not a valid name for an environment variable", f"Use a name without =, {example}"
        )
    return name
