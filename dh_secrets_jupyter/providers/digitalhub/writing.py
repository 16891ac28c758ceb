"""How a plan is carried out at Core, which writes entities and values one by one and tests nothing but a name.

1. In one's turn among the threads of this process look, and ask the plan; without changes, or where it refuses, nothing
   is sent.
2. Where the plan compares, or changes several secrets: under the lock look again at what it wants to change, and ask it
   again. A change of one secret that compares nothing takes no lock, unless somebody holds it just now.
3. Create what is new, without values; then all values; then the metadata of what was there; then delete. An answer that
   is lost, or a 500, says nothing: a look decides, and what was certainly not done is sent again.
4. A little later read the values once more: Core writes all values of its cluster back without a test, and what that
   undid of ours is written again.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ...backoff import Deadline
from ...errors import ConflictError, SecretsError
from ..base import Change, Plan, Put, Records, Remove, Unconditional, check_total
from ..exchange import OutcomeUnknownError
from . import lock
from .client import Client
from .entity import check
from .reading import Look, Missing, look, look_again, path, unexpected, values
from .steps import RacedError, Steps

DEADLINE = 26.0
"""Seconds after which a write gives up; the protocol allows 30, and the lock has to be given back."""
PAUSES = 5.0
"""Seconds for which it may pause before requests that are sent again, in sum."""
READ_BACK = (0.1, 0.3)
"""Seconds after a write at which it is read back."""
SLOW = 3.0
"""A slow Core's own writes take longer to undo something: so many times what one takes is waited in addition, ..."""
LONGEST = 2.0
"""... up to so many seconds."""
TRIES = 5
"""Times that a value is stored again before it is looked at after a pause, while it is undone at once."""


@dataclass(frozen=True)
class Made:
    """A change that was made.

    Attributes:
        before: what it was made of.
        changes: the change.
        after: the project after it.
        took: seconds that Core took for the values.
    """

    before: Look
    changes: Sequence[Change]
    after: Look
    took: float = 0.0


def write(client: Client, project: str, plan: Plan) -> Records:
    """Carries out a plan. Raises as :meth:`.base.Provider.write`."""
    deadline = Deadline(DEADLINE, PAUSES)
    waiting = deadline.ending(min(deadline.at, time.monotonic() + lock.WAIT))
    with lock.turn(client, project, waiting):
        before = look(client, project, deadline)
        changes = _asked(project, plan, before)
        if not changes:
            return before.records
        # Where nothing is there the project may have to be made, which is done under the lock.
        alone = isinstance(plan, Unconditional) and len(changes) == 1 and before.entities and not before.is_locked
        made = _make(client, project, before, changes, deadline) if alone else None
        if made is None:
            with lock.held(client, project, waiting) as hold:
                made = _make_locked(client, project, plan, before, changes, hold.ending(min(hold.at, deadline.at)))
    return _kept(client, project, made, deadline).records


def _make(client: Client, project: str, before: Look, changes: Sequence[Change], deadline: Deadline) -> Made | None:
    """Makes changes; returns None where somebody else came first."""
    steps = Steps(client, project, before, deadline)
    try:
        steps.take(changes)
    except RacedError:
        return None
    return Made(before, changes, steps.after, steps.took)


def _make_locked(
    client: Client, project: str, plan: Plan, before: Look, changes: Sequence[Change], hold: Deadline
) -> Made:
    """Looks again at what a plan wants to change, and asks it again, until its changes are made."""
    names = _names(changes)
    while True:
        before = look_again(client, project, before, names, hold)
        changes = _asked(project, plan, before)
        if not changes:
            return Made(before, changes, before)
        if not _names(changes) <= names:  # it wants something else now
            names |= _names(changes)
        elif made := _make(client, project, before, changes, hold):
            return made


def _asked(project: str, plan: Plan, seen: Look) -> Sequence[Change]:
    """Returns what a plan answers to a look, once all of it can be stored."""
    changes = plan(seen.records)
    total = seen.known
    for change in changes:
        if isinstance(change, Put):
            check(change, exists=change.name in seen.entities)
            total[change.name] = change.value
        else:
            total.pop(change.name, None)
    check_total(project, total)
    for change in changes:
        value = seen.values.get(change.name)
        # Core would say that a secret is deleted, and leave its value, where it cannot reach its cluster.
        if isinstance(change, Remove) and isinstance(value, Missing) and not value.proven:
            raise value.error
    return changes


def _kept(client: Client, project: str, made: Made, deadline: Deadline) -> Look:
    """Sees to it that values stay beside Core's other writes; returns the secrets as they are then."""
    before, after = made.before, made.after
    puts = [change for change in made.changes if isinstance(change, Put)]
    mine = {put.name for put in puts if put.value != before.values.get(put.name)} & after.known.keys()
    took = made.took
    while mine and deadline.wait(random.uniform(*READ_BACK) + min(SLOW * took, LONGEST)):
        try:
            found = values(client, project, [after.entities[name] for name in mine], deadline)
            if all(found.get(name) == after.values[name] for name in mine):
                return after
            now = look_again(client, project, after, mine, deadline)
            if not (lost := [name for name in mine if _undone(name, before, after, now)]):
                return now
            took = _again(client, project, after, lost, deadline)
        except SecretsError:
            continue  # the change was made; whether it stays cannot be seen now
    if mine:
        raise ConflictError(project, "the platform kept undoing the change", "Try again when it is done")
    return after


def _names(changes: Sequence[Change]) -> set[str]:
    return {change.name for change in changes}


def _undone(name: str, before: Look, after: Look, now: Look) -> bool:
    """Whether a value is the one of before again while nobody of ours has changed the secret since."""
    entity, value, old = now.entities.get(name), now.values.get(name), before.values.get(name)
    if entity is None or entity.version != after.entities[name].version:
        return False
    absent = value is None or isinstance(value, Missing)
    return absent if old is None or isinstance(old, Missing) else absent or value == old


def _again(client: Client, project: str, after: Look, lost: Sequence[str], deadline: Deadline) -> float:
    """Stores values again, until they are seen once; returns how long that took Core, in seconds.

    Whoever has read the project before, and writes it back after us, undoes it once more: while the console writes all
    the time, each try is one of many. Threads of ours take turns, or they would undo it, too.
    """
    body = {name: after.known[name].decode() for name in lost}
    took = 0.0
    with lock.turn(client, project, deadline):
        for _ in range(TRIES):
            began = time.monotonic()
            with contextlib.suppress(OutcomeUnknownError):  # the next look says
                answer = client.request("PUT", path(project, "/data"), body, deadline=deadline)
                if not answer.ok and answer.status != 500:
                    raise unexpected(answer)
            took = time.monotonic() - began
            deadline.wait(took)
            found = values(client, project, [after.entities[name] for name in lost], deadline)
            if all(found.get(name) == after.values[name] for name in lost):
                break
    return took
