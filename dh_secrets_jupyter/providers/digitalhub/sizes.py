"""How many bytes a project's values have, so that a write of one value need not read all others to find room for it.

Core's list has no sizes. A process remembers how long each value was that it read or wrote, as long as the list shows
the same entity. What the console or the SDK does to a value leaves no trace there: where what is remembered comes near
the limit, all values are read. Where it was wrong all the same, Core refuses the write, and all are read then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ...models import MAX_TOTAL
from ..base import Change, Put
from .entity import Entity
from .look import Look, Missing, Value

NEAR = MAX_TOTAL // 2
"""Bytes from which on what is remembered is not relied upon."""


class Sizes:
    """The sizes of one project's values."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[object, int]] = {}  # by name: the entity's version, and bytes

    def learn(self, look: Look) -> None:
        """Takes note of the values that were read, and forgets those of secrets that are gone."""
        kept = {name: seen for name, seen in self._seen.items() if name in look.entities}
        read = {name: (look.entities[name].version, _size(value)) for name, value in look.values.items()}
        self._seen = kept | read

    def forget(self, names: Collection[str]) -> None:
        """Forgets some: what becomes of these is known once they are learned again."""
        self._seen = {name: seen for name, seen in self._seen.items() if name not in names}

    def unknown(self, entities: Mapping[str, Entity]) -> Collection[str]:
        """Returns the names of those whose size is not remembered."""
        return entities.keys() - self._of(entities).keys()

    def after(self, look: Look, changes: Iterable[Change]) -> Collection[int]:
        """Returns the sizes of all values after a change, as they were just read, else as they are remembered."""
        found = self._of(look.entities) | {name: _size(value) for name, value in look.values.items()}
        found |= {change.name: len(change.value) if isinstance(change, Put) else 0 for change in changes}
        return found.values()

    def _of(self, entities: Mapping[str, Entity]) -> dict[str, int]:
        return {
            name: size
            for name, (version, size) in self._seen.items()
            if name in entities and entities[name].version == version
        }


def _size(value: Value) -> int:
    return 0 if isinstance(value, Missing) else len(value)
