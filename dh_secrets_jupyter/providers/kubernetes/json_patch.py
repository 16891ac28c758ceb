"""How a plan's changes are sent: one JSON Patch that tests and changes these secrets alone. Pure.

RFC 6902, as the API server applies it: ``test`` against null passes on a key that is absent, but any path below a
map that is absent itself fails.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..base import Change, Put
from .manifest import Look, annotation_of, metadata_text

Operation = dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """What one secret is to be: value in base64 and annotation's text, both None for one that goes."""

    name: str
    value: str | None = field(repr=False)
    metadata: str | None

    def done(self, look: Look) -> bool:
        """Returns whether the secret is just so. Metadata that others leave behind make no secret."""
        return look.value(self.name) == self.value and (self.value is None or look.metadata(self.name) == self.metadata)

    def stamped(self, look: Look) -> bool:
        """Returns whether what a look shows of the secret bears metadata of ours: the time of each write is in them,
        so that the same will not come again once it has changed."""
        return look.value(self.name) is not None and look.metadata(self.name) is not None

    def same(self, one: Look, other: Look) -> bool:
        """Returns whether two looks show the same of the secret."""
        return (one.value(self.name), one.metadata(self.name)) == (other.value(self.name), other.metadata(self.name))


def edits(changes: Iterable[Change]) -> list[Edit]:
    """Returns the changes as the Secret will hold them."""
    return [
        Edit(change.name, base64.b64encode(change.value).decode(), metadata_text(change.name, change.metadata))
        if isinstance(change, Put)
        else Edit(change.name, None, None)
        for change in changes
    ]


def values_after(look: Look, changes: Iterable[Change]) -> dict[str, bytes]:
    """Returns all values as the changes would leave them."""
    values = look.values
    for change in changes:
        if isinstance(change, Put):
            values[change.name] = change.value
        else:
            values.pop(change.name, None)
    return values


def done(wanted: Sequence[Edit], look: Look) -> bool:
    """Returns whether a look shows just what is wanted."""
    return all(edit.done(look) for edit in wanted)


def untouched(wanted: Sequence[Edit], before: Look, now: Look) -> bool:
    """Returns whether two looks prove that nobody has changed these secrets in between, and back.

    Where a secret was absent, or had no metadata of ours, the same may have come again: only an object without any
    change proves it. Where there was no object nothing does.
    """
    if not before.exists or now.uid != before.uid:
        return False
    return now.resource_version == before.resource_version or all(
        edit.stamped(before) and edit.same(before, now) for edit in wanted
    )


def empties(wanted: Sequence[Edit], look: Look) -> bool:
    """Returns whether the changes leave no secret."""
    return all(edit.value is None for edit in wanted) and not look.others({edit.name for edit in wanted})


def others_changed(wanted: Sequence[Edit], before: Look, after: Look) -> int:
    """Returns how many secrets differ between two looks, but for those that are edited."""
    names = {edit.name for edit in wanted}
    old, new = before.others(names), after.others(names)
    return sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())


def creation(secret: str, wanted: Sequence[Edit]) -> dict[str, Any]:
    """Returns the Secret to create where there is none."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": secret, "annotations": {annotation_of(e.name): e.metadata for e in wanted if e.metadata}},
        "data": {edit.name: edit.value for edit in wanted if edit.value is not None},
    }


def operations(look: Look, wanted: Sequence[Edit], *, again: bool = False) -> list[Operation]:
    """Returns the JSON Patch: first all tests of what the look showed, then the changes, which all apply or none.

    Metadata that secrets deleted by others left behind goes in the same patch, tested likewise.

    Args:
        again: the same has been sent before, and may come yet: it must not happen twice.
    """
    named = {edit.name for edit in wanted}
    swept = [Edit(name, None, None) for name in look.stale.values() if name not in named]
    tests: list[Operation] = [_test("/metadata/deletionTimestamp", None)]
    if again and not all(edit.stamped(look) for edit in wanted):
        tests.append(_test("/metadata/resourceVersion", look.resource_version))
    changes: list[Operation] = []
    data, annotations = _Map("/data", look.data), _Map("/metadata/annotations", look.annotations)
    for edit in [*wanted, *swept]:
        data.edit(edit.name, edit.value)
        annotations.edit(annotation_of(edit.name), edit.metadata)
    for edited in (data, annotations):
        tests += edited.tests
        changes += edited.changes
    return tests + changes


class _Map:
    """The part of a patch that concerns one of the object's two maps."""

    def __init__(self, path: str, seen: Mapping[str, str] | None) -> None:
        self._path = path
        self._seen = seen
        self.tests: list[Operation] = [_test(path, None)] if seen is None else []
        self.changes: list[Operation] = []

    def edit(self, key: str, wanted: str | None) -> None:
        seen = (self._seen or {}).get(key)
        path = f"{self._path}/{key.replace('/', '~1')}"  # RFC 6901; no key has a ~
        if self._seen is not None:
            self.tests.append(_test(path, seen))
        elif wanted is not None and not self.changes:
            self.changes.append({"op": "add", "path": self._path, "value": {}})
        if wanted is not None and wanted != seen:
            self.changes.append({"op": "add" if seen is None else "replace", "path": path, "value": wanted})
        elif wanted is None and seen is not None:
            self.changes.append({"op": "remove", "path": path})


def _test(path: str, value: str | None) -> Operation:
    return {"op": "test", "path": path, "value": value}
