"""Metadata of a secret: how it is stored, and the rules that each field keeps to on every provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Self, TypedDict, TypeVar, Unpack

from .. import json_text
from ..errors import SecretsError, TooLargeError
from .hosts import check_hosts

MAX_DESCRIPTION = 1024
"""Characters of a description: metadata shares the 256 KiB that Kubernetes gives an object's annotations."""
MAX_LABEL = 63
"""Characters of one label."""
MAX_LABELS = 100
"""Labels of one secret."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")

T = TypeVar("T")


class MetadataFields(TypedDict, total=False):
    """The fields that somebody chooses, as they are given; None and empty ones clear a field."""

    description: str
    labels: Iterable[str]
    expires: date | str | None
    hosts: Iterable[str] | None


@dataclass
class Metadata:
    """What is known of a secret besides its value; all of it empty for a key that somebody else made.

    Attributes:
        description: free text, at most 1,024 characters.
        labels: a set of short texts (63 characters, no comma), in the order given.
        expires: the last day on which it is valid.
        hosts: the ones that it is for (:mod:`.hosts`); a secret that has any is used, and never read.
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
    hosts: list[str] = field(default_factory=list)
    unread: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON form that the HTTP API and the panels share: dates in ISO 8601, times in UTC."""
        return {
            "description": self.description,
            "labels": list(self.labels),
            "expires": self.expires.isoformat() if self.expires else None,
            "hosts": list(self.hosts),
            "created": _format_time(self.created),
            "updated": _format_time(self.updated),
            "created_by": self.created_by,
            "updated_by": self.updated_by,
        }

    def chosen(self) -> MetadataFields:
        """Returns what somebody chose, as :func:`metadata_edit` takes it."""
        return MetadataFields(
            description=self.description or "", labels=self.labels or (), expires=self.expires, hosts=self.hosts
        )

    def without_stamps(self) -> Self:
        """Returns what somebody chose, without who and when; labels, which are a set, are sorted."""
        return replace(self, labels=sorted(self.labels), created=None, updated=None, created_by=None, updated_by=None)

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
        found.unread = tuple(member for member in json_text.split(text) if member[0] in unread) if unread else ()
        return found

    def _changed(self, key: str, text: str) -> bool:
        """Whether a field of ours is now another than its unread text is read as."""
        return key in _READERS and bool(getattr(self, key) != _READERS[key](json_text.load(text)))

    @property
    def is_expired(self) -> bool:
        """Whether the last valid day is over."""
        return self.expires is not None and self.expires < date.today()


def _format_time(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if time else None


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _tolerant(parse: Callable[[str], T]) -> Callable[[object], T | None]:
    def read(found: object) -> T | None:
        try:
            return parse(found) if isinstance(found, str) and found else None
        except (ValueError, OverflowError, OSError):  # a platform may not know the local time of that year
            return None

    return read


def encodable(text: str) -> str:
    """Returns a text that UTF-8 can encode: JSON can write half of a surrogate pair, which no message can carry."""
    return _HALF_PAIR.sub("\ufffd", text)


def _texts(found: object) -> list[str]:
    return [encodable(text) for text in found if isinstance(text, str)] if isinstance(found, list) else []


_READERS: Mapping[str, Callable[[object], Any]] = {
    "description": lambda found: encodable(found) if isinstance(found, str) else "",
    "labels": _texts,
    "expires": _tolerant(date.fromisoformat),
    "hosts": _texts,
    "created": _tolerant(_parse_time),
    "updated": _tolerant(_parse_time),
    "created_by": _tolerant(encodable),
    "updated_by": _tolerant(encodable),
}
"""How each field is read from JSON; a form that this version does not know reads as if the field were not set."""


def check_description(name: str, text: object) -> str:
    """Returns a description as it is, or raises :class:`SecretsError` (no text) or :class:`TooLargeError`."""
    if not isinstance(text, str) or _HALF_PAIR.search(text):
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


MetadataEdit = Callable[[Metadata], Metadata]
"""Returns changed metadata."""
_CHECKS: Mapping[str, Callable[[str, object], object]] = {
    "description": check_description,
    "labels": check_labels,
    "expires": check_expires,
    "hosts": check_hosts,
}


def metadata_edit(name: str, **given: Unpack[MetadataFields]) -> MetadataEdit:
    """Returns the edit that sets the fields that were given; what was not given stays as it is.

    They are checked once, before anything is read or written; raises :class:`SecretsError` and :class:`TooLargeError`.
    """
    checked: dict[str, Any] = {field: _CHECKS[field](name, content) for field, content in given.items()}
    return lambda metadata: replace(metadata, **checked)
