"""The JSON that all front ends share: a secret, an error, and the fields that a client sends.

The HTTP API and what asks a kernel (:mod:`.rpc`) write and read it here, and nowhere else. ``server/openapi.yaml``
describes it; the TypeScript of the front end is generated from that description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from . import errors
from .errors import SecretsError
from .models import Metadata, check_description, check_expires, check_labels
from .models.hosts import check_hosts

JSON = dict[str, Any]
MAX_NOTICES = 5
"""Sentences that are shown of one change; all of them also fit into a header."""


@cache
def package_version() -> str:
    """Returns the version of this package, read once."""
    from importlib.metadata import version

    return version("dh_secrets_jupyter")


def secret_to_json(name: str, metadata: Metadata) -> JSON:
    """Returns a secret's name and metadata: dates in ISO 8601, times in UTC, None where nothing is known."""
    return {"name": name, **metadata.to_dict()}


def secrets_to_json(found: Mapping[str, Metadata]) -> list[JSON]:
    """Returns the list of a project's secrets, by name."""
    return [secret_to_json(name, found[name]) for name in sorted(found)]


def error_to_json(error: SecretsError) -> dict[str, str]:
    """Returns ``{message, reason, hint}``.

    ``message`` is the sentence without the hint, ``reason`` the nearest class that users can import.
    """
    reason = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
    return {"message": f"{error.subject}: {error.problem}.", "reason": reason.__name__, "hint": error.hint}


def shown_notices(notices: Sequence[str]) -> list[str]:
    """Returns the first of what a provider says of a change, and how many there are beside them: of an import it may
    say something of each secret."""
    more = len(notices) - MAX_NOTICES
    return [*notices[:MAX_NOTICES], *([f"{more} more notices like these are not shown."] if more > 0 else [])]


def parse_text(fields: Mapping[str, Any], field: str, subject: str) -> str:
    """Returns a field that has to be there and to be text.

    Args:
        subject: what an error is about; nothing of the field itself is repeated.

    Raises:
        SecretsError: it is not.
    """
    value = fields.get(field)
    if not isinstance(value, str):
        raise SecretsError(subject, f"`{field}` is missing or is not text", f"Send `{field}` as a text")
    return value


def parse_texts(fields: Mapping[str, Any], field: str, subject: str) -> dict[str, str]:
    """Returns a field that has to be there and to be an object of texts. Raises as :func:`parse_text`."""
    found = fields.get(field)
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise SecretsError(subject, f"`{field}` is missing or not an object of texts", f"Send `{field}` as one")
    return found


def parse_list_of_texts(fields: Mapping[str, Any], field: str, subject: str) -> list[str]:
    """Returns a field that has to be there and to be a list of texts. Raises as :func:`parse_text`."""
    found = fields.get(field)
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise SecretsError(subject, f"`{field}` is missing or not a list of texts", f"Send `{field}` as one")
    return found


def parse_flag(fields: Mapping[str, Any], field: str, subject: str) -> bool:
    """Returns a field that is true or false, false where it is not there. Raises as :func:`parse_text`."""
    found = fields.get(field, False)
    if not isinstance(found, bool):
        raise SecretsError(subject, f"`{field}` is neither true nor false", f"Send `{field}` as one of both")
    return found


def parse_metadata(fields: Mapping[str, Any], name: str) -> JSON:
    """Returns the metadata among the fields that were sent, as :class:`.project.Project` takes them.

    A null, an empty text or an empty list clears a field. Other fields are left alone.

    Args:
        name: the secret's.

    Raises:
        SecretsError: a field has another type, or breaks the rules of :mod:`.models`.
        TooLargeError: the description is too long.
    """
    return {field: parse(name, fields[field]) for field, parse in METADATA.items() if field in fields}


def _labels(name: str, labels: object) -> list[str]:
    if labels is not None and not isinstance(labels, list):
        raise SecretsError(name, "labels must be a list of texts", "Give a list")
    return check_labels(name, labels or [])


def _expires(name: str, day: object) -> date | None:
    if day is not None and not (isinstance(day, str) and re.fullmatch("([0-9]{4}-[0-9]{2}-[0-9]{2})?", day)):
        raise SecretsError(name, "the expiry date is not valid", "Write it as YYYY-MM-DD")
    return check_expires(name, day)


def _hosts(name: str, hosts: object) -> list[str]:
    if hosts is not None and not isinstance(hosts, list):
        raise SecretsError(name, "hosts must be a list of texts", "Give a list")
    return check_hosts(name, hosts)


METADATA: Mapping[str, Callable[[str, object], str | list[str] | date | None]] = {
    "description": lambda name, text: check_description(name, "" if text is None else text),
    "labels": _labels,
    "expires": _expires,
    "hosts": _hosts,
}
"""The fields of metadata that a client may set, each with its parser, which takes the secret's name and the JSON."""
