"""Others who write to the same Secret: what the platform undoes is put back, and what its owner may undo is said.

The platform reads the Secret, changes its copy, and writes back all values without a test: what anyone changed in
between is undone. It leaves annotations alone, so that a change of ours that it undid can be told from anyone else's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from ...backoff import Deadline
from .api_errors import ON_PLATFORM
from .json_patch import Edit
from .managers import PLATFORM, owner
from .manifest import Look

BUSY = 2.0
"""Seconds after a write for which it is looked after while the platform goes on writing."""
READ_BACK = 0.15
"""Seconds after a write at which it is looked at again: the platform's reading and writing lie 10 ms apart."""


def keep(
    before: Look,
    wanted: Sequence[Edit],
    after: Look,
    look: Callable[[], Look],
    send: Callable[[Look, list[Edit]], Look | None],
    deadline: Deadline,
) -> Look | None:
    """Waits until a change has outlived the platform's own writes; returns the Secret as we wrote it last, None where
    it did not outlive them.

    Args:
        before: what the change was made of.
        wanted: the change.
        after: what it has made.
        look: shows the Secret as it is.
        send: sends a change again, tested against a look; None where somebody else came first.
        deadline: when to give up.
    """
    if not wanted or not after.exists or not (os.environ.get(ON_PLATFORM) or _platform(after)):
        return after
    seen, sent = after, time.monotonic()
    while deadline.wait(READ_BACK):
        asked = time.monotonic()
        now = look()
        answered = time.monotonic()
        lost = _undone(before, wanted, after, now)
        # A busy platform is watched longer, and a slow API server, which makes its reading and writing longer, too.
        if not lost and (not _wrote(seen, now, wanted) or answered - sent > max(BUSY, 10 * (answered - asked))):
            return after
        seen = now
        if lost:
            if written := send(now, lost):
                after = seen = written
            sent = time.monotonic()
    return None


def notices(look: Look, wanted: Sequence[Edit], secret: str) -> list[str]:
    """Returns what the user should know of a change that was made to a look, a sentence each."""
    who = owner(look.owners, look.managers, [edit.name for edit in wanted]) if wanted else None
    return [f"The Secret {secret} is kept by {who}: its owner may put it back."] if who else []


def _platform(look: Look) -> list[object]:
    """What is noted of the platform's writes."""
    return [manager for manager in look.managers if manager.name == PLATFORM]


def _wrote(before: Look, now: Look, wanted: Sequence[Edit]) -> bool:
    """Whether the platform may have written between two looks: something else than what we changed is another now."""
    names = {edit.name for edit in wanted}
    return before.others(names) != now.others(names) or _platform(before) != _platform(now)


def _undone(before: Look, wanted: Sequence[Edit], after: Look, now: Look) -> list[Edit]:
    """Returns the part of a change that the platform undid since.

    The annotation is as the change left it, so nobody of ours came after it; the value is the one of before, and that
    by a write of the platform's, which has changed another value, too.
    """
    if not _wrote(after, now, wanted):
        return []
    holders = {name for manager in now.managers if manager.name == PLATFORM for name in manager.keys}
    return [
        edit
        for edit in wanted
        if now.metadata(edit.name) == edit.metadata
        and now.value(edit.name) == before.value(edit.name) != edit.value
        and (edit.name in holders or now.value(edit.name) is None)
    ]
