"""The lock among clients of ours: an entity of one name. Creating an entity is the one thing that Core tests.

Who has it holds it for 8 s at most. What is older than 10 s, by Core's own clock, was left behind and is anybody's to
delete, by its id, so that no newer one is hit. Threads of one process take turns, without asking Core.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from ...backoff import Deadline, pauses
from ...errors import ConflictError, SecretsError
from ..exchange import OutcomeUnknownError
from .client import Client, unavailable
from .entity import new_lock
from .permissions import exists, forbidden
from .reading import Listing, listing, path, unexpected
from .sizes import Sizes

HOLD = 8.0
"""Seconds for which one may hold it."""
STALE = timedelta(seconds=10)
"""The age from which on it was left behind."""
WAIT = 20.0
"""Seconds to wait for it."""
LAST_TRY = 2.0
"""Seconds in addition for the requests that have begun by then."""
RELEASE = 2.0
"""Seconds for giving it back: what is not given back gets too old."""


@dataclass(frozen=True)
class _Turn:
    """What the threads of this process that change one project have in common."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    sizes: Sizes = field(default_factory=Sizes)


_turns: dict[tuple[int, str, str], _Turn] = {}


@contextlib.contextmanager
def turn(client: Client, project: str, waiting: Deadline) -> Iterator[Sizes]:
    """Takes one's turn among the threads of this process that change a project; yields what they know of its sizes.

    Args:
        waiting: when to give up waiting.

    Raises:
        ConflictError: others had it until then.
    """
    # A forked child has none of its parent's threads.
    own = _turns.setdefault((os.getpid(), client.login.endpoint, project), _Turn())
    if not own.lock.acquire(timeout=max(0.0, waiting.left)):
        raise _late(project)
    try:
        yield own.sizes
    finally:
        own.lock.release()


@contextlib.contextmanager
def held(client: Client, project: str, waiting: Deadline) -> Iterator[Deadline]:
    """Holds the lock of a project; yields the deadline by which it has to be given back.

    A project that does not exist yet is made.

    Args:
        waiting: when to give up waiting.

    Raises:
        ConflictError: others had it until then.
        AccessDeniedError: no right on the project.
    """
    identity = uuid.uuid4().hex
    began = _acquire(client, project, identity, waiting)
    try:
        yield waiting.ending(began + HOLD)
    finally:
        with contextlib.suppress(SecretsError, OutcomeUnknownError):
            client.request("DELETE", path(project, f"/{identity}"), deadline=Deadline(RELEASE))


def _acquire(client: Client, project: str, identity: str, waiting: Deadline) -> float:
    """Returns when the try began that got it, by :func:`time.monotonic`: from then on it may be held."""
    began: float | None = None
    deadline = waiting.ending(waiting.at + LAST_TRY)
    for pause in pauses(0.02, 0.1, 0.5):
        if waiting.left < 0:
            break
        if began is not None:
            now = listing(client, project, deadline)
            if now.lock and now.lock.id == identity:
                return began  # the answer that it is ours was lost
            if now.lock and not is_stale(now):
                time.sleep(pause)
                continue
            if now.lock:
                with contextlib.suppress(OutcomeUnknownError):
                    client.request("DELETE", path(project, f"/{now.lock.id}"), deadline=deadline)
        began = time.monotonic()
        if _try(client, project, identity, deadline):
            return began
    raise _late(project)


def _try(client: Client, project: str, identity: str, deadline: Deadline) -> bool:
    try:
        answer = client.request("POST", path(project), new_lock(project, identity), deadline=deadline)
    except OutcomeUnknownError:
        return False
    if answer.ok:
        return True
    if answer.says("Duplicated entity"):
        return False
    if answer.status == 403 or answer.says("invalid or missing project"):
        create_project(client, project, deadline)
        return False
    raise unexpected(answer)


def create_project(client: Client, project: str, deadline: Deadline) -> None:
    """Makes a project that does not exist, as the SDK's ``get_or_create_project`` does."""
    if exists(client, project, deadline):
        raise forbidden(client, project, deadline)
    with contextlib.suppress(OutcomeUnknownError):
        body = {"name": project, "kind": "project", "spec": {}}
        answer = client.request("POST", "/api/v1/projects", body, deadline=deadline)
        if not answer.ok and not answer.says("Duplicated entity"):
            raise unavailable(
                f"did not create the project {project} (HTTP status {answer.status})", "Create it in the console"
            )


def is_stale(now: Listing) -> bool:
    created = now.lock.created if now.lock else None
    return created is not None and now.date is not None and now.date - created > STALE


def _late(project: str) -> ConflictError:
    return ConflictError(project, f"others kept changing its secrets for {WAIT:.0f} s", "Try again when they are done")
