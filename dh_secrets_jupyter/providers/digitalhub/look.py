"""A project's secrets as they were at one moment: the entities, and those of the values that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from ...errors import SecretNotFoundError, SecretsError
from ..base import LazyRecords, Record
from .entity import Entity


class NoValue(bytes):
    """What stands in place of the value of a secret that has none. A change that has this one leaves it so."""


@dataclass(frozen=True)
class Missing:
    """Why there is no value.

    Attributes:
        error: what reading it raises.
        proven: Core has shown that it can read its cluster, and that nothing is there.
    """

    error: SecretsError
    proven: bool


Value = bytes | Missing
Ask = Callable[[Iterable[Entity]], dict[str, Value]]
"""Reads the values of entities, by name; without those that are gone by now."""


def _nothing(entities: Iterable[Entity]) -> dict[str, Value]:
    return {}


@dataclass(frozen=True)
class Look:
    """The secrets. Core asks its cluster once for each value, so that those which nobody needs are not read.

    Attributes:
        entities: by name.
        values: those that were read, likewise.
        is_locked: somebody of ours holds others off.
        ask: how further values are read.
        along: the secrets whose values are read with the first one that is asked for.
    """

    entities: dict[str, Entity] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict, repr=False)
    is_locked: bool = False
    ask: Ask = field(default=_nothing, repr=False)
    along: Collection[str] = ()

    @property
    def known(self) -> dict[str, bytes]:
        """The values that are there."""
        return {name: value for name, value in self.values.items() if isinstance(value, bytes)}

    @property
    def records(self) -> LazyRecords[Entity]:
        """The same, as the protocol has it: what was not read yet is read when it is asked for."""
        return LazyRecords(self.entities, self._record)

    def read(self, names: Iterable[str]) -> None:
        """Reads those of these secrets' values that were not read yet; one that is gone by now has none."""
        wanted = names if self.values else {*names, *self.along}
        if unread := [self.entities[name] for name in wanted if name in self.entities and name not in self.values]:
            self.values.update(self.ask(unread))

    def _record(self, name: str, entity: Entity) -> Record:
        if name not in self.values:
            wanted = [*self.entities] if self.values else [name]  # who asks for a second one may ask for all
            self.read(wanted)
            for gone in wanted:
                self.values.setdefault(gone, _gone(gone))
        value = self.values[name]
        if isinstance(value, Missing):
            return Record(NoValue(), entity.metadata, value.error)
        return Record(value, entity.metadata)


def _gone(name: str) -> Missing:
    return Missing(SecretNotFoundError(name, "was deleted meanwhile", "Run %secret list to see what is there"), True)
