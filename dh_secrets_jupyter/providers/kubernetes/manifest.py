"""What a project's Secret looks like: values in ``data``, metadata in annotations of ours beside them. Pure."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Self

from ... import json_text
from ...errors import InvalidNameError
from ...models import Metadata, check_name
from ..base import LazyRecords, Record
from .managers import OURS, PLATFORM, Manager, attributed

PREFIX = f"{OURS}/"
"""Before every annotation of ours."""
FRESH = timedelta(seconds=60)
"""Before a write of the platform's: what was written since then may be put back yet."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

# https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
_FITS = re.compile(r"(?!sha256\.)[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?")


def annotation_of(name: str) -> str:
    """Returns the annotation that holds a secret's metadata: its name where that fits, else a digest of the name."""
    if _FITS.fullmatch(name):
        return PREFIX + name
    return f"{PREFIX}sha256.{hashlib.sha256(name.encode()).hexdigest()[:56]}"


def metadata_text(name: str, metadata: Metadata) -> str | None:
    """Returns an annotation's text, as short as it can be (all share 256 KiB); None where nothing is known."""
    text = metadata.to_json()
    if text == "{}":
        return None
    if annotation_of(name) != PREFIX + name:
        text = f'{{"name":"{name}",{text[1:]}'  # a digest alone would not say whose metadata it is
    return text


@dataclass(frozen=True)
class Look:
    """A project's Secret as one answer of the API server showed it.

    Attributes:
        exists: there is an object, though it may be on its way out.
        terminating: it is being deleted: nothing written to it would stay, so what is still in it is left out here.
        data: values in base64 by key; None where the object has no such map.
        annotations: likewise.
        foreign: labels, annotations, finalizers or owners of others are on it, which must outlive the last secret.
        owners: the objects that it belongs to, as Kubernetes refers to them.
        managers: who has written values.
    """

    exists: bool = False
    terminating: bool = False
    data: Mapping[str, str] | None = field(default=None, repr=False)
    annotations: Mapping[str, str] | None = None
    foreign: bool = False
    uid: str = ""
    resource_version: str = ""
    owners: Sequence[Mapping[str, Any]] = ()
    managers: Sequence[Manager] = ()

    @classmethod
    def at(cls, body: Mapping[str, Any]) -> Self:
        """Reads the API server's JSON."""
        metadata = body["metadata"]
        annotations = metadata.get("annotations")
        terminating = "deletionTimestamp" in metadata
        others = [key for key in annotations or () if not key.startswith(PREFIX) and key != LAST_APPLIED]
        foreign = others or any(metadata.get(key) for key in ("labels", "finalizers", "ownerReferences"))
        return cls(
            exists=True,
            terminating=terminating,
            data=None if terminating else body.get("data"),
            annotations=None if terminating else annotations,
            foreign=bool(foreign),
            uid=metadata["uid"],
            resource_version=metadata["resourceVersion"],
            owners=metadata.get("ownerReferences") or (),
            managers=Manager.noted(metadata),
        )

    def value(self, name: str) -> str | None:
        """Returns a value in base64, or None."""
        return (self.data or {}).get(name)

    def metadata(self, name: str) -> str | None:
        """Returns the text of a secret's annotation, or None."""
        return (self.annotations or {}).get(annotation_of(name))

    def others(self, names: Collection[str]) -> dict[str, str]:
        """Returns the values in base64 by name, but for those of some secrets."""
        return {name: value for name, value in (self.data or {}).items() if name not in names}

    @property
    def values(self) -> dict[str, bytes]:
        """All values by name."""
        return {name: binascii.a2b_base64(value) for name, value in (self.data or {}).items()}

    @cached_property
    def records(self) -> LazyRecords[str]:
        """The secrets by name."""

        def read(name: str, value: str) -> Record:
            known = attributed(self.managers, name, _parse(name, self.metadata(name)))
            return Record(binascii.a2b_base64(value), known)

        return LazyRecords(self.data or {}, read)

    @cached_property
    def stale(self) -> dict[str, str]:
        """Names of secrets that somebody else deleted, by the annotation that we left behind.

        Not those that the platform may just have undone: who wrote them puts them back by what is in the annotation.
        """
        left = {}
        undoing = max((m.time for m in self.managers if m.name == PLATFORM and m.time), default=None)
        for key, text in (self.annotations or {}).items():
            if key.startswith(PREFIX) and (name := _name_of(key, text)) and self.value(name) is None:
                written = _parse(name, text).updated
                if not (undoing and written and written > undoing - FRESH):
                    left[key] = name
        return left


def _parse(name: str, text: str | None) -> Metadata:
    """Reads an annotation's text; anyone may have written anything there."""
    try:
        metadata = Metadata.from_json(text or "{}")
    except ValueError:
        return Metadata()
    if annotation_of(name) != PREFIX + name:
        metadata.unread = tuple(member for member in metadata.unread if member[0] != "name")
    return metadata


def _name_of(key: str, text: str) -> str | None:
    """Returns the secret whose metadata an annotation of ours holds, None where it is nobody's."""
    name = key.removeprefix(PREFIX)
    if _FITS.fullmatch(name):
        return name
    try:
        named = check_name(str(json_text.load(dict(json_text.split(text)).get("name", '""'))))
    except (ValueError, InvalidNameError):
        return None
    return named if annotation_of(named) == key else None
