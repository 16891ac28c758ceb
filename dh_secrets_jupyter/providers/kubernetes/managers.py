"""Who writes to a project's Secret, by what the API server notes of each field (``managedFields``). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from ...models import Metadata

OURS = "dh-secrets-jupyter"
"""The name by which all of our writes are noted."""
PLATFORM = "Kubernetes Java Client"
"""The platform's Core."""
_PLAIN = re.compile(r"[ -~]{1,128}")


@dataclass(frozen=True)
class Manager:
    """One who has written values.

    Attributes:
        name: as it calls itself.
        keys: the secrets whose value it was the last to change, or keeps as it has declared them.
        time: when it changed a field last, to the second.
        declares: it keeps fields as they are declared elsewhere (server-side apply).
    """

    name: str
    keys: frozenset[str]
    time: datetime | None
    declares: bool

    @classmethod
    def noted(cls, metadata: Mapping[str, Any]) -> list[Self]:
        """Reads an object's managers, as far as they have to do with values."""
        found = []
        for entry in metadata.get("managedFields") or ():
            fields = entry.get("fieldsV1") or {}
            values = [*(fields.get("f:data") or ()), *(fields.get("f:stringData") or ())]
            keys = frozenset(field.removeprefix("f:") for field in values if field.startswith("f:"))
            time = datetime.fromisoformat(entry["time"]) if entry.get("time") else None
            found.append(cls(str(entry.get("manager")), keys, time, entry.get("operation") == "Apply"))
        return found


def attributed(managers: Iterable[Manager], name: str, metadata: Metadata) -> Metadata:
    """Returns a secret's metadata without the name of ours who did the last change, where that was somebody else's."""
    holders = [manager for manager in managers if name in manager.keys]
    times = [holder.time for holder in holders if holder.time]
    if not metadata.updated or not times or any(holder.name == OURS for holder in holders):
        return metadata
    last, noted = max(times), metadata.updated.replace(microsecond=0)
    # Of the same second: a value of our own making has been changed since; another's may just have been described.
    if last > noted or (last == noted and metadata.created is not None):
        return replace(metadata, updated=last, updated_by=None)
    return metadata


def owner(references: Sequence[Mapping[str, Any]], managers: Iterable[Manager], names: Iterable[str]) -> str | None:
    """Returns who keeps the Secret, or one of these secrets, as it wants it; None where people alone do."""
    changed = set(names)
    claims = [f"{reference.get('kind')} {reference.get('name')}" for reference in references]
    claims += [
        manager.name
        for manager in managers
        if manager.keys & changed
        and manager.name not in (OURS, PLATFORM)
        and (manager.declares or not manager.name.startswith("kubectl"))
    ]
    return next((claim for claim in claims if _PLAIN.fullmatch(claim)), None)
