"""A plan of the Kubernetes provider that asks Core for what it deletes, and remembers what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..base import Change, Plan, Put, Record, Records, Remove
from ..digitalhub.entity import Entity
from ..digitalhub.look import Look


@dataclass(frozen=True)
class Asked:
    """What Core has of some secrets.

    Attributes:
        look: their entities and values.
        hindrance: why it was not asked, or did not answer; ``""`` where it did.
        is_meant: whether it is the register of what is kept here, as far as one knows without asking for secrets.
    """

    look: Look = field(default_factory=Look)
    hindrance: str = ""
    is_meant: bool = True

    def same(self, values: Mapping[str, bytes]) -> dict[str, Entity]:
        """Returns the entities of those secrets for which Core gave just these values: it keeps the same Secret."""
        return {name: self.look.entities[name] for name, value in values.items() if self.look.values.get(name) == value}


class AskingPlan:
    """A plan that asks just before its changes are made, each time.

    Args:
        plan: the plan itself.
        ask: returns what Core has of some secrets.
    """

    def __init__(self, plan: Plan, ask: Callable[[Sequence[str]], Asked]) -> None:
        self._plan = plan
        self._ask = ask
        self._before: Records = {}
        self._changes: Sequence[Change] = ()
        self.asked = Asked()

    def __call__(self, records: Records) -> Sequence[Change]:
        self._before, self._changes = records, self._plan(records)
        removed = list(self.removed)
        self.asked = self._ask(removed) if removed else Asked()
        return self._changes

    @property
    def removed(self) -> dict[str, bytes]:
        """The values that were deleted, by name."""
        gone = (change.name for change in self._changes if isinstance(change, Remove))
        return {name: self._before[name].value for name in gone if name in self._before}

    @property
    def puts(self) -> list[tuple[Record | None, Put]]:
        """What was created or changed, each with what was there before."""
        return [(self._before.get(put.name), put) for put in self._changes if isinstance(put, Put)]
