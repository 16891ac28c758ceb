"""How a plan is carried out at Core, which writes entities and values one by one and tests nothing but a name.

1. Look, and ask the plan; without changes, or where it refuses, nothing is sent.
2. Under the lock look again at what it wants to change, and ask it again.
3. Create what is new, without values; then all values; then the metadata of what was there; then delete. An answer that
   is lost, or a 500, says nothing: a look decides, and what was certainly not done is sent again.
4. A little later look once more: Core writes all values of its cluster back without a test, and what that undid of ours
   is written again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from ...errors import ConflictError, SecretsError
from ..base import Change, Plan, Put, Records, Remove, check_total
from ..exchange import OutcomeUnknownError
from .client import Client
from .entity import check
from .lock import held
from .reading import Look, Missing, look, look_again, path, unexpected
from .steps import RacedError, Steps

DEADLINE = 29.0
"""Seconds after which a write gives up; the protocol allows 30."""
READ_BACK = (0.1, 0.3)
"""Seconds after a write at which it is looked at again."""
SLOW = 3.0
"""A slow Core's own writes take longer to undo something: so many times what a look takes is waited in addition, ..."""
LONGEST = 2.0
"""... up to so many seconds."""


def write(client: Client, project: str, plan: Plan) -> Records:
    """Carries out a plan. Raises as :meth:`.base.Provider.write`."""
    until = time.monotonic() + DEADLINE
    before = look(client, project, until)
    changes = _asked(project, plan, before)
    if not changes:
        return before.records
    names = _names(changes)
    with held(client, project) as hold:
        while True:
            before = look_again(client, project, before, names, min(hold, until))
            changes = _asked(project, plan, before)
            if not changes:
                return before.records
            if not _names(changes) <= names:  # it wants something else now
                names |= _names(changes)
                continue
            steps = Steps(client, project, before, min(hold, until))
            try:
                steps.take(changes)
            except RacedError:
                continue
            break
    return _kept(client, project, changes, before, steps.after, until).records


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


def _kept(client: Client, project: str, changes: Sequence[Change], before: Look, after: Look, until: float) -> Look:
    """Sees to it that values stay beside Core's other writes; returns the secrets as they are then."""
    puts = [change for change in changes if isinstance(change, Put)]
    mine = {put.name for put in puts if put.value != before.values.get(put.name)} & after.known.keys()
    took = 0.0
    while mine and time.monotonic() < until - 2:
        time.sleep(random.uniform(*READ_BACK) + min(SLOW * took, LONGEST))
        asked = time.monotonic()
        try:
            now = look_again(client, project, after, mine, until)
            took = time.monotonic() - asked
            lost = {name: after.known[name] for name in mine if _undone(name, before, after, now)}
            if not lost:
                return now
            _again(client, project, lost, until)
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


def _again(client: Client, project: str, values: dict[str, bytes], until: float) -> None:
    body = {name: value.decode() for name, value in values.items()}
    try:
        answer = client.request("PUT", path(project, "/data"), body, until=until)
    except OutcomeUnknownError:
        return  # the next look says
    if not answer.ok and answer.status != 500:
        raise unexpected(answer)
