"""Puts a value in a stand-in's place in a request's headers: where it may stand, once, or not at all.

In a body a stand-in is a text like any other, and goes as it is.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from .refusal import RefusedError

HEADERS = (b"authorization", b"x-api-key", b"api-key", b"x-auth-token", b"private-token", b"x-goog-api-key")
"""Where a stand-in may stand, in lower case."""
Headers = list[tuple[bytes, bytes]]
_BASIC = b"basic "
_SIGNED = b"aws4-"


@dataclass(frozen=True)
class Place:
    """Where the stand-in of a secret stands: in the content of the header at an index."""

    name: str
    stand_in: str
    index: int


def find(target: bytes, headers: Headers, stand_ins: Mapping[str, str], allowed: Iterable[bytes]) -> list[Place]:
    """Returns where the stand-ins of a request stand, of each secret one place at most.

    Args:
        target: the request's path and query.
        stand_ins: those of the secrets that are for this host, by the secret's name.
        allowed: the headers where one may stand, in lower case.

    Raises:
        RefusedError: one stands in the URL, in another header, in a signed one, or twice.
    """
    allowed = frozenset(allowed)
    places = []
    for name, text in stand_ins.items():
        wanted = text.encode()
        if wanted in target or wanted in unquote_to_bytes(target):
            raise RefusedError(403, f"the stand-in of {name} is in the URL", "Send it in a header")
        counts = [key.count(wanted) + _shown(content).count(wanted) for key, content in headers]
        found = [index for index, count in enumerate(counts) if count]
        for index in found:
            _check_header(name, wanted, headers[index], allowed)
        if sum(counts) > 1:
            raise RefusedError(403, f"the stand-in of {name} is in two places of the request", "Send it in one header")
        places += [Place(name, text, index) for index in found]
    return places


def put_in(headers: Headers, place: Place, value: str) -> Headers:
    """Returns the headers with a value where the stand-in was."""
    key, content = headers[place.index]
    old, new = place.stand_in.encode(), value.encode()
    if (decoded := _basic(content)) is not None and old not in content:
        content = content[: len(_BASIC)] + base64.b64encode(decoded.replace(old, new))
    else:
        content = content.replace(old, new)
    return [*headers[: place.index], (key, content), *headers[place.index + 1 :]]


def _check_header(name: str, wanted: bytes, header: tuple[bytes, bytes], allowed: frozenset[bytes]) -> None:
    key, content = header
    if wanted in key or key.lower() not in allowed:
        shown = f"the header {key.decode('ascii', 'replace')[:64]}" if wanted not in key else "a header's name"
        raise RefusedError(
            403,
            f"the stand-in of {name} is in {shown}",
            "Send it as Authorization or X-Api-Key, or ask the administrator to add that header",
        )
    if content.lower().startswith(_SIGNED):
        raise RefusedError(
            403,
            f"the stand-in of {name} is in a signed header, and a signature needs the value itself",
            "Use %secret get for a client that signs",
        )


def _shown(content: bytes) -> bytes:
    """Returns a header's content, and behind it what it is in base64, as in ``Authorization: Basic``."""
    decoded = _basic(content)
    return content if decoded is None else content + b"\0" + decoded


def _basic(content: bytes) -> bytes | None:
    if content[: len(_BASIC)].lower() != _BASIC:
        return None
    try:
        return base64.b64decode(content[len(_BASIC) :].strip(), validate=True)
    except binascii.Error:
        return None
