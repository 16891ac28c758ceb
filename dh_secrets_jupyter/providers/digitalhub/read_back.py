"""Sees to it that values stay: Core writes all values of its cluster back with each one, and tests nothing.

What it had read before our write and wrote back after it is undone of ours, and stored again here, until it stays.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ...backoff import Deadline
from ...errors import ConflictError, SecretsError
from ..base import Change, Put
from ..exchange import OutcomeUnknownError
from . import lock
from .client import Client
from .look import Look, Missing
from .reading import look_at_list, path, unexpected, values

READ_BACK = (0.1, 0.3)
"""Seconds after a write at which it is read back."""
QUICK = 0.03
"""Seconds that a write takes at a Core which has nothing else to do."""
SLOW = 6.0
"""A slow Core's own writes take longer to undo something: so many times what one takes beyond that is waited in
addition, ..."""
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

    @property
    def values(self) -> set[str]:
        """The secrets that have another value by it."""
        puts = {change.name: change.value for change in self.changes if isinstance(change, Put)}
        return {name for name in puts.keys() & self.after.known.keys() if puts[name] != self.before.values.get(name)}


def keep(client: Client, project: str, made: Made, deadline: Deadline) -> Look:
    """Reads the values of a change back until they stay, and returns the secrets as they are then.

    What was undone once has to be there twice, a pause apart: copies with it and without it are about, and each is
    written back.

    Raises:
        ConflictError: they were still being undone when time ran out.
    """
    names, now, took, calm = made.values, made.after, made.took, True
    if not names:
        return now
    while deadline.wait(random.uniform(*READ_BACK) + min(SLOW * max(0.0, took - QUICK), LONGEST)):
        with contextlib.suppress(SecretsError):  # the change was made; whether it stays cannot be seen now
            if _are_there(client, project, made.after, names, deadline):
                if calm:
                    return replace(now, values=now.values | {name: made.after.values[name] for name in names})
                calm = True
                continue
            calm = False
            now = look_at_list(client, project, deadline)
            now.read(names)
            undone = [name for name in names if _is_undone(name, made, now)]
            # The others that differ are as somebody else has them, and none of ours any more.
            names = {name for name in names if name in undone or now.values.get(name) == made.after.values[name]}
            if not names:
                return now
            if undone:
                took = _store_again(client, project, made.after, undone, deadline)
    raise ConflictError(project, "the platform kept undoing the change", "Try again when it is done")


def _are_there(client: Client, project: str, after: Look, names: Collection[str], deadline: Deadline) -> bool:
    found = values(client, project, [after.entities[name] for name in names], deadline)
    return all(found.get(name) == after.values[name] for name in names)


def _is_undone(name: str, made: Made, now: Look) -> bool:
    """Whether a value is the one of before again while nobody of ours has changed the secret since."""
    entity, value, old = now.entities.get(name), now.values.get(name), made.before.values.get(name)
    if entity is None or entity.version != made.after.entities[name].version:
        return False
    absent = value is None or isinstance(value, Missing)
    return absent if old is None or isinstance(old, Missing) else absent or value == old


def _store_again(client: Client, project: str, after: Look, names: Sequence[str], deadline: Deadline) -> float:
    """Stores values again, until they are seen once; returns how long that took Core, in seconds.

    Whoever has read the project before, and writes it back after us, undoes it once more: while the console writes all
    the time, each try is one of many. Threads of ours take turns, or they would undo it, too.
    """
    body = {name: after.known[name].decode() for name in names}
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
            if _are_there(client, project, after, names, deadline):
                break
    return took
