"""Writers of one Secret: those of one process one after another, processes each with a rest in between.

The API server begins a patch anew whenever another change of the object came first. With sixteen writers at once it
does nothing else: five times the work, and one of them starves. A few at a time are all done sooner. It is a courtesy:
races are settled by the patch itself, so nobody waits for one who hangs.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Iterator

from ...backoff import Deadline
from .client import Client
from .connection import Target
from .manifest import Look

TURN_TIMEOUT = 2.5
"""Seconds to wait for those who came before."""

MOST = 32
"""A process rests after a write for up to so many times as long as that took: twice as many as the last time where
other writers were seen meanwhile, else half as many, so that not all of them write at once and none keeps the others
from it, ..."""
LONGEST_REST = 3.0
"""... and for so many seconds at most."""

_queues: dict[tuple[int, Target, str], _Queue] = {}


class _Queue:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last: Turn | None = None
        self.rest = 0.0
        self.resting_until = 0.0


class Turn:
    """One writer's turn.

    Attributes:
        look: what the writer before saw of the Secret, where it asked by the same client after this one had come: as
            good as a look of its own.
    """

    def __init__(self, queue: _Queue, client: Client) -> None:
        self.look: Look | None = None
        self._queue = queue
        self._client = client
        self._came = time.monotonic()
        self._sent = 0.0
        self._left: tuple[float, Look] | None = None
        self._done = threading.Event()

    def wait(self, deadline: Deadline) -> None:
        """Waits for those who came before, and for the rest of this process: as much as the call may pause."""
        with self._queue.lock:
            before, self._queue.last = self._queue.last, self
        if before:
            self._follow(before, deadline)
        if (left := self._queue.resting_until - time.monotonic()) > 0:
            time.sleep(deadline.take(left))
            self.look = None

    def _follow(self, before: Turn, deadline: Deadline) -> None:
        seconds = deadline.take(TURN_TIMEOUT)
        is_done = before._done.wait(seconds)
        deadline.give_back(seconds - min(seconds, time.monotonic() - self._came))
        if is_done and before._left and before._client is self._client:
            asked, look = before._left
            self.look = look if asked > self._came else None

    def send(self) -> None:
        """Notes that a change is about to be sent."""
        self._sent = time.monotonic()

    def wrote(self, look: Look, others: int) -> None:
        """Learns what the change left, and how many secrets others changed meanwhile."""
        self._left = self._sent, look
        self._rest(others)
        self._sent = 0.0

    def end(self) -> None:
        """Lets the next one go. Where a change had no success, there were others."""
        if self._sent:
            self._rest(1)
        with self._queue.lock:
            if self._queue.last is self:
                self._queue.last = None  # a look is large, and full of secrets
        self._done.set()

    def _rest(self, others: int) -> None:
        queue, now = self._queue, time.monotonic()
        queue.rest = min(max(2 * queue.rest, 2 * others), MOST) if others else queue.rest // 2
        queue.resting_until = now + min(random.uniform(0.5, 1) * queue.rest * (now - self._sent), LONGEST_REST)


@contextlib.contextmanager
def turn(client: Client, target: Target, secret: str, deadline: Deadline) -> Iterator[Turn]:
    """Waits for one's turn to write, and holds back those who come after."""
    # A forked child has none of its parent's threads.
    ours = Turn(_queues.setdefault((os.getpid(), target, secret), _Queue()), client)
    try:
        ours.wait(deadline)
        yield ours
    finally:
        ours.end()
