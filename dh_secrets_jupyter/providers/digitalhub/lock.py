"""The lock among clients of ours: an entity of one name. Creating an entity is the one thing that Core tests.

Who has it holds it for 8 s at most. What is older than 10 s, by Core's own clock, was left behind and is anybody's to
delete, by its id, so that no newer one is hit. Threads of one process come one after another, without asking Core.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

from ...backoff import pauses
from ...errors import ConflictError, SecretsError
from ..exchange import OutcomeUnknownError
from .client import Client, unavailable
from .entity import new_lock
from .permissions import exists, forbidden
from .reading import Listing, listing, path, unexpected

HOLD = 8.0
"""Seconds for which one may hold it."""
STALE = timedelta(seconds=10)
"""The age from which on it was left behind."""
WAIT = 20.0
"""Seconds to wait for it."""
RELEASE = 2.0
"""Seconds for giving it back: what is not given back gets too old."""

_turns: dict[tuple[int, str, str], threading.Lock] = {}


@contextlib.contextmanager
def held(client: Client, project: str) -> Iterator[float]:
    """Holds the lock of a project; yields when it has to be given back, as :func:`time.monotonic` counts.

    A project that does not exist yet is made.

    Raises:
        ConflictError: others had it for 20 s.
        AccessDeniedError: no right on the project.
    """
    until = time.monotonic() + WAIT
    # A forked child has none of its parent's threads.
    turn = _turns.setdefault((os.getpid(), client.login.endpoint, project), threading.Lock())
    if not turn.acquire(timeout=WAIT):
        raise _late(project)
    try:
        identity = uuid.uuid4().hex
        since = _acquire(client, project, identity, until)
        try:
            yield since + HOLD
        finally:
            with contextlib.suppress(SecretsError, OutcomeUnknownError):
                client.request("DELETE", path(project, f"/{identity}"), until=time.monotonic() + RELEASE)
    finally:
        turn.release()


def _acquire(client: Client, project: str, identity: str, until: float) -> float:
    """Returns when it may have been got at the earliest."""
    since = 0.0
    for pause in pauses(0.02, 0.1, 0.5):
        if time.monotonic() > until:
            break
        if since:
            now = listing(client, project, until + 2)
            if now.lock and now.lock.id == identity:
                return since  # the answer that it is ours was lost
            if now.lock and not _is_stale(now):
                time.sleep(pause)
                continue
            if now.lock:
                with contextlib.suppress(OutcomeUnknownError):
                    client.request("DELETE", path(project, f"/{now.lock.id}"), until=until + 2)
        since = time.monotonic()
        if _try(client, project, identity, until + 2):
            return since
    raise _late(project)


def _try(client: Client, project: str, identity: str, until: float) -> bool:
    try:
        answer = client.request("POST", path(project), new_lock(project, identity), until=until)
    except OutcomeUnknownError:
        return False
    if answer.ok:
        return True
    if answer.says("Duplicated entity"):
        return False
    if answer.status == 403 or answer.says("invalid or missing project"):
        _create_project(client, project, until)
        return False
    raise unexpected(answer)


def _create_project(client: Client, project: str, until: float) -> None:
    """Makes a project that does not exist, as the SDK's ``get_or_create_project`` does."""
    if exists(client, project, until):
        raise forbidden(client, project, until)
    with contextlib.suppress(OutcomeUnknownError):
        body = {"name": project, "kind": "project", "spec": {}}
        answer = client.request("POST", "/api/v1/projects", body, until=until)
        if not answer.ok and not answer.says("Duplicated entity"):
            raise unavailable(
                f"did not create the project {project} (HTTP status {answer.status})", "Create it in the console"
            )


def _is_stale(now: Listing) -> bool:
    created = now.lock.created if now.lock else None
    return created is not None and now.date is not None and now.date - created > STALE


def _late(project: str) -> ConflictError:
    return ConflictError(project, f"others kept changing its secrets for {WAIT:.0f} s", "Try again when they are done")
