"""Tells our own changes from others' by what was written, so that each is reported once, as whose it is.

A secret goes from one tag to the next (None: it is absent). A change of ours is such a step, known before it is tried.
What a snapshot shows is taken for it where it is just this step; everything else was done by somebody else.

1. ``announce`` takes the steps that a write is about to try; ``done``, ``refused`` or ``unknown`` says how it ended.
2. ``explain`` goes from the tag that the snapshot before showed to that of the new one, by steps of ours as far as they
   lead, and reports each; what is left between them is somebody else's.
3. ``forget`` drops what the snapshot has decided.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from ..providers.base import Provider

OWN_CHANGE_TTL = 120.0
"""Seconds for which a change is remembered after its write has ended: a watch that was interrupted may be away for a
minute, and what was sent to an API server that stands still happens when it goes on."""

Tags = Mapping[str, str]
Report = Callable[[str | None, str, str | None, str | None], None]
"""Takes who changed a secret (None: somebody elsewhere), its name, and its tags before and after."""


@dataclass(eq=False)
class OwnChange:
    """What a write of ours makes of one secret.

    Attributes:
        user: whose write it is.
        before: the secret's tag as the write found it; None where it was absent.
        after: its tag afterwards; None where it is deleted.
        state: what is known of it: it is being tried, it was done, nobody knows, or it was not done by the time of a
            snapshot after the write, and could only come late.
        ended: when the write ended, by :func:`time.monotonic`.
        shown: a snapshot has shown just this step.
        reported: its event is out.
    """

    user: str
    name: str
    before: str | None
    after: str | None
    state: Literal["tried", "done", "unknown", "late"] = "tried"
    ended: float = 0.0
    shown: bool = False
    reported: bool = False

    def is_step_of(self, other: OwnChange) -> bool:
        """Whether both are the same step of the same secret."""
        return (self.name, self.before, self.after) == (other.name, other.before, other.after)


@dataclass
class Write:
    """One write through this server; ``attempts`` are what its plan answered, each time that it was asked."""

    provider: Provider
    project: str
    user: str
    attempts: list[list[OwnChange]] = field(default_factory=list)


class OwnChanges:
    """The changes of one project, through this server, that no snapshot has shown yet.

    Args:
        report: takes each change, ours and others', once.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._changes: list[OwnChange] = []

    @property
    def is_awaiting(self) -> bool:
        """Whether something of ours may be stored that no snapshot has shown."""
        return any(change.state != "late" for change in self._changes)

    @property
    def undecided(self) -> list[OwnChange]:
        """Those of which nobody knows whether they were done."""
        return [change for change in self._changes if change.state == "unknown"]

    def overdue(self, since: float) -> list[OwnChange]:
        """Returns those whose write had ended by then, and which no snapshot has shown."""
        ended = (c for c in self._changes if c.state in ("done", "unknown") and not c.shown)
        return [change for change in ended if change.ended < since]

    def announce(self, write: Write, changes: list[OwnChange]) -> None:
        """Takes what a write is about to try."""
        now = time.monotonic()
        self._changes = [c for c in self._changes if c.state == "tried" or now - c.ended < OWN_CHANGE_TTL] + changes
        write.attempts.append(changes)

    def done(self, write: Write, found: Tags) -> None:
        """Reports a write that has succeeded, and has left its secrets with these tags."""
        fitting = [each for each in write.attempts if all(found.get(c.name) == c.after for c in each)]
        happened = (fitting or write.attempts)[-1:]
        for change in self._end(happened, "done"):
            for other in self._changes:
                if other.shown and other.is_step_of(change):  # what the snapshot has shown was this one
                    other.shown, change.shown = False, True
            self._report_own(change)
        self._undo(each for each in write.attempts if each not in happened)

    def refused(self, write: Write) -> None:
        """Forgets a write that has changed nothing."""
        self._undo(write.attempts)

    def unknown(self, write: Write) -> None:
        """Keeps a write of which nobody knows whether it was done."""
        for change in self._end(write.attempts, "unknown"):
            if change.shown:
                self._report_own(change)

    def explain(self, name: str, before: str | None, after: str | None, began: float = 0.0) -> None:
        """Reports who brought a secret from one tag to another: a write of ours, somebody else, or several in turn.

        Args:
            began: when the watch of the newer snapshot began. What we had done by then came before.
        """
        while step := self._step(name, before, after, began):
            if step.before != before:
                self._report(None, name, before, step.before)
            self._pass(step)
            before = step.after
        if before != after:
            self._report(None, name, before, after)

    def forget(self, shown: Tags, began: float = 0.0) -> None:
        """Forgets what a snapshot has decided.

        Args:
            shown: the tags that it showed.
            began: when its watch began; what it does not show of the writes that had ended has not happened. A value
                that is still on its way would be known by its tag when it comes; a deletion would not.
        """
        for change in self._changes:
            if change.state == "unknown" and change.ended < began and change.after is not None:
                change.state = "late"
        self._changes = [c for c in self._changes if c.state in ("tried", "late") or not self._over(c, shown, began)]
        self._changes = [c for c in self._changes if c.state == "tried" or not c.shown]

    @staticmethod
    def _over(change: OwnChange, shown: Tags, began: float) -> bool:
        # A secret that is absent may be so still, or again.
        found = change.after is not None and shown.get(change.name) == change.after
        return change.ended < began or (change.state == "done" and found)

    def _step(self, name: str, before: str | None, after: str | None, began: float) -> OwnChange | None:
        """Returns the next step of ours on the way from one tag to another."""
        mine = [change for change in self._changes if change.name == name and not change.shown]
        done = [change for change in mine if change.before == before and change.state == "done"]
        if before == after:  # on a way that leads back
            return next((change for change in done if change.ended < began), None)
        direct = (change for change in mine if (change.before, change.after) == (before, after))
        if step := next(chain(direct, done), None):
            return step
        # Somebody else came first, unseen. A tag proves that it was written; absence does not prove who deleted.
        proven = [change for change in mine if change.after == after and (after is not None or change.state == "done")]
        return _begin(proven[0], mine) if proven else None

    def _pass(self, step: OwnChange) -> None:
        """Notes that a snapshot has shown a step, and so is past all that we had done to the secret before it."""
        for change in self._changes[: self._changes.index(step)]:
            if change.name == step.name and change.state == "done":
                change.shown = True
        step.shown = True
        if step.state != "tried":  # else the write's end says whether it was this one
            self._report_own(step)

    def _end(self, attempts: Iterable[list[OwnChange]], state: Literal["done", "unknown"]) -> Iterator[OwnChange]:
        for change in chain.from_iterable(attempts):
            change.state, change.ended = state, time.monotonic()
            yield change

    def _undo(self, attempts: Iterable[list[OwnChange]]) -> None:
        """Forgets what was not done. Where a snapshot has shown the same step, somebody else made it."""
        for change in chain.from_iterable(attempts):
            self._changes.remove(change)
            if change.shown and not self._pass_on(change):
                self._report(None, change.name, change.before, change.after)

    def _pass_on(self, change: OwnChange) -> bool:
        """Returns whether another write of ours makes the same step: then it is that one's, once it is done."""
        for other in self._changes:
            if not other.shown and other.is_step_of(change):
                other.shown = True
                if other.state != "tried":
                    self._report_own(other)
                return True
        return False

    def _report_own(self, change: OwnChange) -> None:
        if not change.reported:
            change.reported = True
            self._report(change.user, change.name, change.before, change.after)


def _begin(step: OwnChange, changes: list[OwnChange]) -> OwnChange:
    """Returns the first of those that lead to a step, one after another."""
    for change in reversed(changes[: changes.index(step)]):
        if change.state == "done" and change.after == step.before:
            step = change
    return step
