"""Names, metadata and values: what every layer speaks of. Knows nothing of Jupyter or of any store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NoReturn, Self, SupportsIndex, TypeVar

from .errors import InvalidNameError, SecretsError, TooLargeError

MAX_TOTAL = 1024 * 1024
"""Bytes that all values of one project may have together (Kubernetes' ``MaxSecretSize``), on every provider."""
MAX_DESCRIPTION = 1024
"""Characters of a description: metadata shares the 256 KiB that Kubernetes gives an object's annotations."""
MAX_LABEL = 63
"""Characters of one label."""

_PROJECT = re.compile(r"(?!-)[a-z0-9-]{2,38}(?<!-)")
_NAME = re.compile(r"(?!\.\.)[-._a-zA-Z0-9]{1,253}")

T = TypeVar("T")


def check_project(name: str) -> str:
    """Returns a project's name as it is, or raises :class:`InvalidNameError` (the platform's rule)."""
    if not isinstance(name, str) or not _PROJECT.fullmatch(name):
        raise InvalidNameError(
            _subject(name),
            "this is no name for a project",
            "Use 2 to 38 of a-z, 0-9 and -, not starting or ending in -",
        )
    return name


def check_name(name: str) -> str:
    """Returns a secret's name as it is, or raises :class:`InvalidNameError` (Kubernetes' rule for keys)."""
    if not isinstance(name, str) or name == "." or not _NAME.fullmatch(name):
        raise InvalidNameError(
            _subject(name),
            "this is no name for a secret",
            "Use 1 to 253 of A-Z, a-z, 0-9, -, _ and ., not . alone and not starting with ..",
        )
    return name


def _subject(name: object) -> str:
    """Shows a refused name on one line, whatever is in it."""
    text = ascii(name)[1:-1] if isinstance(name, str) else type(name).__name__
    return (text if len(text) <= 60 else f"{text[:60]}…") or "(empty)"


class SecretValue(str):
    """A secret's text. It is the real text for every use; only ``repr`` and pickling keep it in.

    ``f"Bearer {token}"``, headers, ``os.environ`` and drivers get the value itself.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, value: str, name: str) -> Self:
        self = super().__new__(cls, value)
        self.name = name
        return self

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise _unpicklable(self.name)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def reveal(self) -> str:
        """Returns the value as a plain ``str``."""
        return str(self)


class SecretBytes(bytes):
    """A secret that is not UTF-8 text; otherwise as :class:`SecretValue`."""

    name: str

    def __new__(cls, value: bytes, name: str) -> Self:
        self = super().__new__(cls, value)
        self.name = name
        return self

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    # The str() of plain bytes is their repr, and so would print what it should hide.
    __str__ = __repr__

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise _unpicklable(self.name)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def reveal(self) -> bytes:
        """Returns the value as plain ``bytes``."""
        return bytes(memoryview(self))


def _unpicklable(name: str) -> TypeError:
    # A TypeError is what Python itself raises for an object that cannot be pickled.
    return TypeError(f"{name}: a secret is not pickled. Read it where it is used, or pass .reveal() if you mean to.")


def encode(name: str, value: str | bytes) -> bytes:
    """Returns a value as the bytes to store, to the byte; raises :class:`SecretsError` for anything else."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            pass  # raised below, where the exception and the text in it are no longer the context
        raise SecretsError(name, "the value has characters that UTF-8 cannot hold", "Give it as bytes")
    raise SecretsError(name, f"a value is text or bytes, not {type(value).__name__}", "Convert it first")


def decode(name: str, value: bytes) -> SecretValue | SecretBytes:
    """Returns stored bytes as text where they are UTF-8, else as bytes."""
    try:
        return SecretValue(value.decode(), name)
    except UnicodeDecodeError:
        return SecretBytes(value, name)


@dataclass
class Metadata:
    """What is known of a secret besides its value; all of it empty for a key that somebody else made.

    Attributes:
        description: free text, at most 1,024 characters.
        labels: a set of short texts (63 characters, no comma), in the order given.
        expires: the last day on which it is valid.
        created: when, in UTC.
        updated: when value or metadata changed last, in UTC.
        created_by: the user's name.
        updated_by: the user's name.
    """

    description: str = ""
    labels: list[str] = field(default_factory=list)
    expires: date | None = None
    created: datetime | None = None
    updated: datetime | None = None
    created_by: str | None = None
    updated_by: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON form that stores, the HTTP API and the panels share: dates in ISO 8601, times in UTC."""
        return {
            "description": self.description,
            "labels": list(self.labels),
            "expires": self.expires.isoformat() if self.expires else None,
            "created": _format_time(self.created),
            "updated": _format_time(self.updated),
            "created_by": self.created_by,
            "updated_by": self.updated_by,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` wrote. What a newer version or a stranger added or broke is left out."""

        def text(key: str) -> str | None:
            found = data.get(key)
            return found if isinstance(found, str) else None

        labels = data.get("labels")
        return cls(
            description=text("description") or "",
            labels=[label for label in labels if isinstance(label, str)] if isinstance(labels, list) else [],
            expires=_tolerant(date.fromisoformat, text("expires")),
            created=_tolerant(_parse_time, text("created")),
            updated=_tolerant(_parse_time, text("updated")),
            created_by=text("created_by"),
            updated_by=text("updated_by"),
        )

    @property
    def expired(self) -> bool:
        """Whether the last valid day is over."""
        return self.expires is not None and self.expires < date.today()


def _format_time(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if time else None


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _tolerant(parse: Callable[[str], T], text: str | None) -> T | None:
    try:
        return parse(text) if text else None
    except (ValueError, OverflowError):
        return None


def check_description(name: str, text: object) -> str:
    """Returns a description as it is, or raises :class:`SecretsError` (no text) or :class:`TooLargeError`."""
    if not isinstance(text, str) or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise SecretsError(
            name, "a description is text that UTF-8 can hold", "Give another, or an empty one to clear it"
        )
    if len(text) > MAX_DESCRIPTION:
        raise TooLargeError(name, f"the description is over {MAX_DESCRIPTION:,} characters", "Shorten it")
    return text


def check_labels(name: str, labels: object) -> list[str]:
    """Returns labels, each once, without blanks around them, in their order; raises :class:`SecretsError`."""
    if not isinstance(labels, Iterable) or isinstance(labels, str | bytes):
        raise SecretsError(name, "labels are a list of texts", "Give a list")
    found: dict[str, None] = {}
    for label in labels:
        if not isinstance(label, str) or not (text := label.strip()) or len(text) > MAX_LABEL or not text.isprintable():
            raise SecretsError(name, "a label is no short text", f"Use 1 to {MAX_LABEL} printable characters")
        if "," in text:
            raise SecretsError(name, "a label has a comma", "Give each label by itself")
        found[text] = None
    return list(found)


def check_expires(name: str, expires: object) -> date | None:
    """Returns a day from a ``date`` or ISO 8601 text, None from an empty text or None; raises :class:`SecretsError`."""
    if expires is None or expires == "":
        return None
    if isinstance(expires, datetime):
        return expires.date()
    if isinstance(expires, date):
        return expires
    if isinstance(expires, str):
        try:
            return date.fromisoformat(expires)
        except ValueError:
            pass
    raise SecretsError(name, "this is no date", "Write it as YYYY-MM-DD")
