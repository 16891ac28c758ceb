"""Reads request bodies: a JSON object with the fields that a route knows, and nothing else."""

from __future__ import annotations

import json
from typing import NoReturn

from ..errors import SecretsError
from ..models import MAX_TOTAL
from ..wire import JSON

MAX_BODY = 6 * MAX_TOTAL + 64 * 1024
"""Bytes: any value that a project can hold, with each of its bytes written as ``\\u00XX``, and metadata."""


def parse(raw: bytes, subject: str, allowed: frozenset[str]) -> JSON:
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
        raise SecretsError(subject, "the body is not a JSON object in UTF-8", known)
    if found.keys() - allowed:
        raise SecretsError(subject, "the body has an unknown field", known)
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are no JSON
