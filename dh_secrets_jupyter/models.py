"""Names, metadata and values: what every layer speaks of. Knows nothing of Jupyter or of any store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NoReturn, Self, SupportsIndex, TypeVar

from . import json_text
from .errors import InvalidNameError, SecretsError, TooLargeError

MAX_TOTAL = 1024 * 1024
"""Bytes that all values of one project may have together (Kubernetes' ``MaxSecretSize``), on every provider."""
MAX_DESCRIPTION = 1024
"""Characters of a description: metadata shares the 256 KiB that Kubernetes gives an object's annotations."""
MAX_LABEL = 63
"""Characters of one label."""
MAX_LABELS = 100
"""Labels of one secret."""

_PROJECT = re.compile(r"(?!-)[a-z0-9-]{2,38}(?<!-)")
_NAME = re.compile(r"(?!\.\.)[-._a-zA-Z0-9]{1,253}")

T = TypeVar("T")


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


def check_name(name: str) -> str:
    """Returns a secret's name as it is, or raises :class:`InvalidNameError` (Kubernetes' rule for keys)."""
    if not isinstance(name, str) or name == "." or not _NAME.fullmatch(name):
        raise InvalidNameError(
            _subject(name),
            "not a valid secret name",
            "Use 1 to 253 characters of A-Z, a-z, 0-9, -, _ and ., but not . alone and not .. at the start",
        )
    return name


def _subject(name: object) -> str:
    """Shows a refused name on one line, whatever is in it."""
    text = ascii(name)[1:-1] if isinstance(name, str) else type(name).__name__
    return (text if len(text) <= 60 else f"{text[:60]}…") or "(empty)"


class SecretValue(str):
    """A secret's text. It is the real text for every use; only ``repr`` and pickling keep it in.

    ``f"Bearer {token}"``, headers, ``os.environ`` and drivers get the value itself. It has no public attributes but
    those of ``str``: libraries take what has a ``name`` for an open file, and would send it along.
    """

    __slots__ = ("_secret",)
    _secret: str

    def __new__(cls, value: str, name: str) -> Self:
        self = super().__new__(cls, value)
        self._secret = name
        return self

    def __repr__(self) -> str:
        return f"<secret {self._secret}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise _unpicklable(self._secret)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def reveal(self) -> str:
        """Returns the value as a plain ``str``."""
        return str(self)


class SecretBytes(bytes):
    """A secret that is not UTF-8 text; otherwise as :class:`SecretValue`."""

    _secret: str

    def __new__(cls, value: bytes, name: str) -> Self:
        self = super().__new__(cls, value)
        self._secret = name
        return self

    def __repr__(self) -> str:
        return f"<secret {self._secret}>"

    # The str() of plain bytes is their repr, and so would print what it should hide.
    __str__ = __repr__

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise _unpicklable(self._secret)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def reveal(self) -> bytes:
        """Returns the value as plain ``bytes``."""
        return bytes(memoryview(self))


def name_of(value: SecretValue | SecretBytes) -> str:
    """Returns the name of the secret that a value is of."""
    return value._secret


def _unpicklable(name: str) -> TypeError:
    # A TypeError is what Python itself raises for an object that cannot be pickled.
    return TypeError(f"{name}: a secret cannot be pickled. Read it where it is used, or pass .reveal() if you mean to.")


def encode(name: str, value: str | bytes) -> bytes:
    """Returns a value as the bytes to store, to the byte; raises :class:`SecretsError` for anything else."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            pass  # raised below, where the exception and the text in it are no longer the context
        raise SecretsError(name, "the value has characters that UTF-8 cannot encode", "Pass it as bytes")
    raise SecretsError(name, f"a value must be text or bytes, not {type(value).__name__}", "Convert it first")


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
        unread: what a provider has stored and this version cannot read, as pairs of name and JSON text: fields of newer
            versions, which may restrict what may be done with the secret, and fields of ours in another form. Every
            write keeps them, and nothing shows them. One of ours goes when that field gets another value.
    """

    description: str = ""
    labels: list[str] = field(default_factory=list)
    expires: date | None = None
    created: datetime | None = None
    updated: datetime | None = None
    created_by: str | None = None
    updated_by: str | None = None
    unread: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON form that the HTTP API and the panels share: dates in ISO 8601, times in UTC."""
        return {
            "description": self.description,
            "labels": list(self.labels),
            "expires": self.expires.isoformat() if self.expires else None,
            "created": _format_time(self.created),
            "updated": _format_time(self.updated),
            "created_by": self.created_by,
            "updated_by": self.updated_by,
        }

    def to_json(self) -> str:
        """Returns a JSON object on one line for a provider to store: the fields that are set, then what is unread."""
        kept = [(key, text) for key, text in self.unread if not self._changed(key, text)]
        names = {key for key, _ in kept}
        known = {key: value for key, value in self.to_dict().items() if value and key not in names}
        return json_text.join([*((key, json_text.dump(value)) for key, value in known.items()), *kept])

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what :meth:`to_json`, a newer version or a stranger wrote.

        Raises:
            ValueError: it is no JSON object.
        """
        data = json_text.read(text)
        found = cls(**{key: read(data.get(key)) for key, read in _READERS.items()})
        shown = found.to_dict()
        unread = {key for key in data if key not in shown or data[key] not in (None, shown[key])}
        if unread:
            found.unread = tuple(member for member in json_text.split(text) if member[0] in unread)
        return found

    def _changed(self, key: str, text: str) -> bool:
        """Whether a field of ours is now another than its unread text is read as."""
        return key in _READERS and bool(getattr(self, key) != _READERS[key](json_text.load(text)))

    @property
    def expired(self) -> bool:
        """Whether the last valid day is over."""
        return self.expires is not None and self.expires < date.today()


def _format_time(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if time else None


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _tolerant(parse: Callable[[str], T]) -> Callable[[object], T | None]:
    def read(found: object) -> T | None:
        try:
            return parse(found) if isinstance(found, str) else None
        except (ValueError, OverflowError, OSError):  # a platform may not know the local time of that year
            return None

    return read


_READERS: Mapping[str, Callable[[object], Any]] = {
    "description": lambda found: found if isinstance(found, str) else "",
    "labels": lambda found: [label for label in found if isinstance(label, str)] if isinstance(found, list) else [],
    "expires": _tolerant(date.fromisoformat),
    "created": _tolerant(_parse_time),
    "updated": _tolerant(_parse_time),
    "created_by": _tolerant(str),
    "updated_by": _tolerant(str),
}
"""How each field is read from JSON; a form that this version does not know reads as if the field were not set."""


def check_description(name: str, text: object) -> str:
    """Returns a description as it is, or raises :class:`SecretsError` (no text) or :class:`TooLargeError`."""
    if not isinstance(text, str) or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise SecretsError(
            name, "the description must be text that UTF-8 can encode", "Change it, or clear it with an empty one"
        )
    if len(text) > MAX_DESCRIPTION:
        raise TooLargeError(name, f"the description has more than {MAX_DESCRIPTION:,} characters", "Shorten it")
    return text


def check_labels(name: str, labels: object) -> list[str]:
    """Returns labels, each once, without blanks around them, in their order; raises :class:`SecretsError`."""
    if not isinstance(labels, Iterable) or isinstance(labels, str | bytes):
        raise SecretsError(name, "labels must be a list of texts", "Pass a list")
    found: dict[str, None] = {}
    for label in labels:
        if not isinstance(label, str) or not (text := label.strip()) or len(text) > MAX_LABEL or not text.isprintable():
            raise SecretsError(
                name, "a label is empty, too long or not printable", f"Use 1 to {MAX_LABEL} printable characters"
            )
        if "," in text:
            raise SecretsError(name, "a label cannot contain a comma", "Give each label separately")
        found[text] = None
        if len(found) > MAX_LABELS:
            raise SecretsError(name, f"a secret can have at most {MAX_LABELS} labels", "Leave some out")
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
    raise SecretsError(name, "the expiry date is not valid", "Write it as YYYY-MM-DD")
