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

import random
import time
from collections.abc import Sequence

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
SOON = (0.01, 0.05)
"""The same where it has been undone: what comes between two writes of the platform stays."""
SLOW = 3.0
"""A slow Core's own writes take longer to undo something: so many times what a look takes is waited in addition, ..."""
LONGEST = 2.0
"""... up to so many seconds."""


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
        if not alone or (after := _take(client, project, before, changes, deadline)) is None:
            with lock.held(client, project, waiting) as hold:
                hold = hold.ending(min(hold.at, deadline.at))
                before, changes, after = _take_locked(client, project, plan, before, changes, hold)
    return _kept(client, project, changes, before, after, deadline).records


def _take(client: Client, project: str, before: Look, changes: Sequence[Change], deadline: Deadline) -> Look | None:
    """Makes changes; returns the project after them, None where somebody else came first."""
    steps = Steps(client, project, before, deadline)
    try:
        steps.take(changes)
    except RacedError:
        return None
    return steps.after


def _take_locked(
    client: Client, project: str, plan: Plan, before: Look, changes: Sequence[Change], hold: Deadline
) -> tuple[Look, Sequence[Change], Look]:
    """Looks again at what a plan wants to change, and asks it again, until its changes are made; returns what they were
    made of, the changes, and the project after them."""
    names = _names(changes)
    while True:
        before = look_again(client, project, before, names, hold)
        changes = _asked(project, plan, before)
        if not changes:
            return before, changes, before
        if not _names(changes) <= names:  # it wants something else now
            names |= _names(changes)
        elif after := _take(client, project, before, changes, hold):
            return before, changes, after


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


def _kept(
    client: Client, project: str, changes: Sequence[Change], before: Look, after: Look, deadline: Deadline
) -> Look:
    """Sees to it that values stay beside Core's other writes; returns the secrets as they are then."""
    puts = [change for change in changes if isinstance(change, Put)]
    mine = {put.name for put in puts if put.value != before.values.get(put.name)} & after.known.keys()
    took, was_lost = 0.0, False
    while mine and deadline.wait(random.uniform(*(SOON if was_lost else READ_BACK)) + min(SLOW * took, LONGEST)):
        asked = time.monotonic()
        try:
            found = values(client, project, [after.entities[name] for name in mine], deadline)
            took = time.monotonic() - asked
            if all(found.get(name) == after.values[name] for name in mine):
                if not was_lost:
                    return after
                was_lost = False  # until it is seen a whole while later
                continue
            now = look_again(client, project, after, mine, deadline)
            lost = {name: after.known[name] for name in mine if _undone(name, before, after, now)}
            if not lost:
                return now
            was_lost = True
            _again(client, project, lost, deadline)
        except SecretsError:
            continue  # the change was made; whether it stays cannot be seen now
    if took and mine:
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


def _again(client: Client, project: str, undone: dict[str, bytes], deadline: Deadline) -> None:
    body = {name: value.decode() for name, value in undone.items()}
    try:
        answer = client.request("PUT", path(project, "/data"), body, deadline=deadline)
    except OutcomeUnknownError:
        return  # the next look says
    if not answer.ok and answer.status != 500:
        raise unexpected(answer)
