"""Core's own record of a secret: its name, its metadata and where the value is, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from ... import json_text
from ...errors import InvalidNameError, SecretsError, TooLargeError
from ...models import Metadata, SecretBytes, decode, encodable
from ..base import Put

LOCK = "dh-secrets-jupyter.lock"
"""The name of the entity by which clients of ours hold each other off. A secret of ours cannot have it."""
MAX_METADATA = 32_000
"""Bytes that the metadata of one secret may have."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,253}")
_STAMPS = ("created", "updated", "created_by", "updated_by")
_CORES = frozenset({"project", "name", "embedded", *_STAMPS})
"""Fields of the metadata that are not ours to say; a PUT gives back the first three as they are."""


@dataclass(frozen=True)
class Entity:
    """One entity.

    Attributes:
        id: Core's name for it.
        name: the secret's.
        key: the key of its value in Kubernetes.
        fields: all that Core says of it.
    """

    id: str
    name: str
    key: str
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, found: object) -> Self | None:
        """Reads what Core says; None where it is no entity."""
        if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("id", "name")):
            return None
        spec = found.get("spec")
        path = spec.get("path") if isinstance(spec, dict) else None
        key = path.removeprefix("secret://") if isinstance(path, str) else found["name"]
        return cls(found["id"], found["name"], key, found)

    @property
    def stored(self) -> Mapping[str, Any]:
        """The metadata as Core has them."""
        found = self.fields.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def created(self) -> datetime | None:
        """When, by Core's clock."""
        return _time(self.stored.get("created"))

    @property
    def version(self) -> object:
        """What changes with every PUT of the entity."""
        return self.id, self.stored.get("updated")

    @property
    def metadata(self) -> Metadata:
        """The metadata as every provider has them. Labels are a set to Core, which gives them in any order."""
        ours = {key: value for key, value in self.stored.items() if key not in _CORES}
        if isinstance(labels := ours.get("labels"), list) and all(isinstance(label, str) for label in labels):
            ours["labels"] = sorted(labels)
        return replace(
            Metadata.from_json(json_text.dump(ours)),
            created=self.created,
            created_by=_text(self.stored.get("created_by")),
            updated=_time(self.stored.get("updated")),
            updated_by=_text(self.stored.get("updated_by")),
        )

    def changed(self, metadata: Metadata) -> dict[str, Any]:
        """Returns the body of a PUT: the entity with other metadata. What is left out of it would be gone."""
        kept = {key: value for key, value in self.stored.items() if key in _CORES and key not in _STAMPS}
        return {**self.fields, "metadata": {**kept, **ours(metadata)}}


def new(project: str, name: str, uuid: str, metadata: Metadata) -> dict[str, Any]:
    """Returns the body of a POST. The id is chosen here, so that a lost answer can be told from somebody else's."""
    return {
        "id": uuid,
        "name": name,
        "kind": "secret",
        "project": project,
        "metadata": {"project": project, "name": name, **ours(metadata)},
        "spec": {"path": f"secret://{name}", "provider": "kubernetes"},
    }


def new_lock(project: str, uuid: str) -> dict[str, Any]:
    """Returns the body of a POST of the lock. Its provider does not exist, so that nothing of it gets to Kubernetes."""
    spec = {"path": "secret://lock", "provider": "none"}
    return {"id": uuid, "name": LOCK, "kind": "secret", "project": project, "spec": spec}


def ours(metadata: Metadata) -> dict[str, Any]:
    """Returns the fields of the metadata that are not Core's."""
    given = json.loads(metadata.without_stamps().to_json())
    return {key: value for key, value in given.items() if key not in _CORES}


def check(put: Put, exists: bool) -> None:
    """Raises where Core would not keep a secret as it is given, before anything is sent.

    Raises:
        InvalidNameError: the name.
        SecretsError: the value is no text.
        TooLargeError: the metadata.
    """
    check_entity(put, exists)
    if isinstance(decode(put.name, put.value), SecretBytes):
        raise SecretsError(put.name, "the platform keeps text, not bytes", "Encode the value, for example as base64")


def check_entity(put: Put, exists: bool) -> None:
    """Raises where Core would keep no entity of a secret. Raises as :func:`check`, but for the value."""
    if not exists and not _NAME.fullmatch(put.name):
        raise InvalidNameError(
            put.name, "not a valid name on the platform", "Use 1 to 253 characters of A-Z, a-z, 0-9, - and _"
        )
    size = len(json_text.dump(ours(put.metadata)).encode(errors="replace"))
    if size > MAX_METADATA:
        raise TooLargeError(
            put.name,
            f"its metadata have {size:,} bytes, more than the {MAX_METADATA:,} that the platform keeps",
            "Shorten the description, or use fewer labels",
        )


def _text(found: object) -> str | None:
    return encodable(found) if isinstance(found, str) else None


def _time(text: object) -> datetime | None:
    if isinstance(text, str):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    return None
