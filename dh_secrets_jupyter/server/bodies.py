"""Reads request bodies: what may be in them, of which type, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NoReturn

from ..errors import SecretsError
from ..models import MAX_TOTAL, check_description, check_expires, check_labels

MAX_BODY = 6 * MAX_TOTAL + 64 * 1024
"""Bytes: any value that a project can hold, with each of its bytes written as ``\\u00XX``, and metadata."""
METADATA: Mapping[str, Callable[[str, object], str | list[str] | date | None]] = {
    "description": lambda name, text: check_description(name, "" if text is None else text),
    "labels": lambda name, labels: _labels(name, labels),
    "expires": lambda name, day: _day(name, day),
}
"""The fields of metadata that a client may set, and how each is read; null clears it."""


def fields(raw: bytes, subject: str, allowed: frozenset[str]) -> dict[str, Any]:
    """Reads a JSON object. What it says when it refuses repeats nothing of the body.

    Args:
        raw: the body.
        subject: what an error is about.
        allowed: the names that may be in it.

    Raises:
        SecretsError: it is no JSON object, or has other names in it.
    """
    known = f"Send a JSON object with {', '.join(sorted(allowed))}"
    try:
        found = json.loads(raw.decode(), parse_constant=_refuse)
        # A lone surrogate can be written in JSON, and nowhere else.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SecretsError(subject, "the body is no JSON object in UTF-8", known)
    if found.keys() - allowed:
        raise SecretsError(subject, "the body has a field that is not known here", known)
    return found


def text(found: Mapping[str, Any], field: str, subject: str) -> str:
    """Returns a field that has to be there and to be text; raises :class:`SecretsError`."""
    value = found.get(field)
    if not isinstance(value, str):
        raise SecretsError(subject, f"`{field}` is missing or no text", f"Send `{field}` as a text")
    return value


def metadata(found: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Returns the metadata that were sent, as :class:`.project.Project` takes them; raises :class:`SecretsError`."""
    return {field: read(subject, found[field]) for field, read in METADATA.items() if field in found}


def _labels(name: str, labels: object) -> list[str]:
    if labels is not None and not isinstance(labels, list):
        raise SecretsError(name, "labels are a list of texts", "Give a list")
    return check_labels(name, labels or [])


def _day(name: str, day: object) -> date | None:
    if day is not None and not (isinstance(day, str) and re.fullmatch("([0-9]{4}-[0-9]{2}-[0-9]{2})?", day)):
        raise SecretsError(name, "this is no date", "Write it as YYYY-MM-DD")
    return check_expires(name, day)


def _refuse(constant: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are no JSON
