"""How a plan is carried out at Core, which writes entities and values one by one and tests nothing but a name.

1. In one's turn among the threads of this process look, and ask the plan; without changes, or where it refuses, nothing
   is sent. Of the values those are read that the plan asks for or changes, and those whose size is not known.
2. Where the plan compares, or changes several secrets: under the lock look again at what it wants to change, and ask it
   again. A change of one secret that compares nothing takes no lock, unless somebody holds it just now.
3. Create what is new, without values; then all values; then the metadata of what was there; then delete. An answer that
   is lost, or a 500, says nothing: a look decides, and what was certainly not done is sent again.
4. A little later read the values once more: Core writes all values of its cluster back without a test, and what that
   undid of ours is written again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from ...backoff import Deadline
from ..base import Change, Plan, Put, Records, Remove, Unconditional, check_total
from . import lock
from .client import Client
from .entity import check
from .look import Look, Missing
from .read_back import Made, keep
from .reading import look_at_list, values
from .sizes import NEAR, Sizes
from .steps import RacedError, Steps

DEADLINE = 26.0
"""Seconds after which a write gives up; the protocol allows 30, and the lock has to be given back."""
PAUSES = 5.0
"""Seconds for which it may pause before requests that are sent again, in sum."""


def write(client: Client, project: str, plan: Plan) -> Records:
    """Carries out a plan. Raises as :meth:`.base.Provider.write`."""
    deadline = Deadline(DEADLINE, PAUSES)
    waiting = deadline.ending(min(deadline.at, time.monotonic() + lock.WAIT))
    with lock.turn(client, project, waiting) as sizes:
        before = look_at_list(client, project, deadline, sizes)
        changes = _asked(project, plan, before, sizes)
        if not changes:
            return _records(client, project, before)
        sizes.forget(_names(changes))
        # Where nothing is there the project may have to be made, which is done under the lock.
        alone = isinstance(plan, Unconditional) and len(changes) == 1 and before.entities and not before.is_locked
        made = _make(client, project, before, changes, deadline) if alone else None
        if made is None:
            with lock.held(client, project, waiting) as hold:
                made = _make_locked(client, project, plan, changes, sizes, hold.ending(min(hold.at, deadline.at)))
        sizes.learn(made.after)
    return _records(client, project, keep(client, project, made, deadline))


def _records(client: Client, project: str, now: Look) -> Records:
    """Returns the secrets after a write, of which others may be read for as long as somebody has them."""
    return replace(now, ask=lambda entities: values(client, project, entities, Deadline(DEADLINE))).records


def _make(client: Client, project: str, before: Look, changes: Sequence[Change], deadline: Deadline) -> Made | None:
    """Makes changes; returns None where somebody else came first."""
    steps = Steps(client, project, before, deadline)
    try:
        steps.take(changes)
    except RacedError:
        return None
    return Made(before, changes, steps.after, steps.took)


def _make_locked(
    client: Client, project: str, plan: Plan, changes: Sequence[Change], sizes: Sizes, hold: Deadline
) -> Made:
    """Looks again at what a plan wants to change, and asks it again, until its changes are made."""
    names = _names(changes)
    while True:
        before = look_at_list(client, project, hold, sizes)
        before.read(names)
        changes = _asked(project, plan, before, sizes)
        if not changes:
            return Made(before, changes, before)
        if not _names(changes) <= names:  # it wants something else now
            names |= _names(changes)
        elif made := _make(client, project, before, changes, hold):
            return made


def _asked(project: str, plan: Plan, seen: Look, sizes: Sizes) -> Sequence[Change]:
    """Returns what a plan answers to a look, once all of it can be stored."""
    changes = plan(seen.records)
    if not changes:
        return changes
    seen.read(_names(changes))
    for change in changes:
        if isinstance(change, Put):
            check(change, exists=change.name in seen.entities)
    if sum(sizes.after(seen, changes)) > NEAR:
        seen.read(seen.entities)
    check_total(project, sizes.after(seen, changes))
    for change in changes:
        value = seen.values.get(change.name)
        # Core would say that a secret is deleted, and leave its value, where it cannot reach its cluster.
        if isinstance(change, Remove) and isinstance(value, Missing) and not value.proven:
            raise value.error
    return changes


def _names(changes: Sequence[Change]) -> set[str]:
    return {change.name for change in changes}
