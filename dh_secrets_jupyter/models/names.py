"""Names of projects and secrets, and the rules that they keep to on every provider."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import InvalidNameError

_PROJECT = re.compile(r"(?!-)[a-z0-9-]{2,38}(?<!-)")
_NAME = re.compile(r"(?!\.\.)[-._a-zA-Z0-9]{1,253}")


def is_project(name: object) -> bool:
    """Whether this can be a project's name (the platform's rule)."""
    return isinstance(name, str) and bool(_PROJECT.fullmatch(name))


def check_project(name: str) -> str:
    """Returns a project's name as it is, or raises :class:`InvalidNameError`."""
    if not is_project(name):
        raise InvalidNameError(
            _subject(name),
            "not a valid project name",
            "Use 2 to 38 characters of a-z, 0-9 and -, not starting or ending with -",
        )
    return name


def is_name(name: object) -> bool:
    """Whether this can be a secret's name (Kubernetes' rule for keys)."""
    return isinstance(name, str) and name != "." and bool(_NAME.fullmatch(name))


def check_name(name: str) -> str:
    """Returns a secret's name as it is, or raises :class:`InvalidNameError`, as :func:`check_names`."""
    check_names([name])
    return name


def check_names(names: Iterable[str]) -> None:
    """Raises :class:`InvalidNameError` for all of these that cannot be a secret's name (Kubernetes' rule for keys)."""
    bad = [_subject(name) for name in names if not is_name(name)]
    if bad:
        raise InvalidNameError(
            ", ".join(bad),
            "not a valid secret name" if len(bad) == 1 else "not valid secret names",
            "Use 1 to 253 characters of A-Z, a-z, 0-9, -, _ and ., but not . alone and not .. at the start",
        )


def _subject(name: object) -> str:
    """Shows a refused name on one line, whatever is in it."""
    text = ascii(name)[1:-1] if isinstance(name, str) else type(name).__name__
    return (text if len(text) <= 60 else f"{text[:60]}…") or "(empty)"
