"""Single flight: many who ask for the same at the same time share one request to the provider."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from .thread_pool import REQUEST_TIMEOUT, within

T = TypeVar("T")
CROWD = 10
"""Requests for one project ..."""
CROWD_WINDOW = 60.0
"""... in so many seconds, after which those who ask are a crowd."""
CROWD_INTERVAL = 1.0
"""Seconds between two requests for a crowd."""
TURN_TIMEOUT = 5.0
"""Seconds for which a request waits for the one before it."""


class SingleFlight(Generic[T]):
    """Has one request at a time under way for each project.

    Whoever comes meanwhile shares the next one with all others who do: a result is never older than its request.

    Args:
        fetch: asks the provider about a project.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._running: dict[str, asyncio.Future[T]] = {}
        self._next: dict[str, asyncio.Future[T]] = {}
        self._turns: set[asyncio.Task[None]] = set()
        self._begun: dict[str, deque[float]] = {}

    def is_crowded(self, project: str) -> bool:
        """Returns whether the provider has been asked so often lately that a result of a moment ago is good enough."""
        begun = self._begun.get(project)
        return begun is not None and len(begun) == CROWD and time.monotonic() - begun[0] < CROWD_WINDOW

    async def get(self, project: str, *, timeout: float = REQUEST_TIMEOUT) -> T:
        """Returns the result of the next request.

        Raises:
            TimedOutError: it took longer than ``timeout`` seconds.
        """
        result = self._next.get(project)
        if result is None:
            result = self._next[project] = asyncio.get_running_loop().create_future()
            result.add_done_callback(_retrieve)
            turn = asyncio.ensure_future(self._turn(project, result))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
        return await within(asyncio.shield(result), timeout)

    async def _turn(self, project: str, result: asyncio.Future[T]) -> None:
        if before := self._running.get(project):
            await asyncio.wait([before], timeout=TURN_TIMEOUT)
        if self.is_crowded(project):
            await asyncio.sleep(self._begun[project][-1] + CROWD_INTERVAL - time.monotonic())
        self._running[project] = self._next.pop(project)
        self._note(project)
        try:
            result.set_result(await self._fetch(project))
        except Exception as error:  # noqa: BLE001 - it is for those who wait; asyncio would log a task's, text and all
            result.set_exception(error)
        if self._running.get(project) is result:
            del self._running[project]

    def _note(self, project: str) -> None:
        now = time.monotonic()
        if project not in self._begun:
            self._begun = {name: begun for name, begun in self._begun.items() if now - begun[-1] < CROWD_WINDOW}
        self._begun.setdefault(project, deque(maxlen=CROWD)).append(now)


def _retrieve(result: asyncio.Future[T]) -> None:
    """Takes an error for which nobody waits any more: else asyncio would log it, text and all."""
    if not result.cancelled():
        result.exception()
