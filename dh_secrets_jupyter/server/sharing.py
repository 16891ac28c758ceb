"""Answers many who ask for the same at the same time with one question to the provider."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from .workers import LIMIT, within

T = TypeVar("T")
CROWD = 10
"""Questions of one project ..."""
WINDOW = 60.0
"""... in so many seconds, after which those who ask are a crowd."""
SPACING = 1.0
"""Seconds between two questions for a crowd."""
PATIENCE = 5.0
"""Seconds for which a question waits for the one before it."""


class Shared(Generic[T]):
    """Asks one question at a time for each project.

    Whoever comes while one is under way waits for the next: an answer is never older than the question.

    Args:
        ask: asks the provider about a project.
    """

    def __init__(self, ask: Callable[[str], Awaitable[T]]) -> None:
        self._ask = ask
        self._running: dict[str, asyncio.Future[T]] = {}
        self._next: dict[str, asyncio.Future[T]] = {}
        self._turns: set[asyncio.Task[None]] = set()
        self._begun: dict[str, deque[float]] = {}

    def crowded(self, project: str) -> bool:
        """Returns whether the provider has been asked so often lately that an answer of a moment ago is good enough."""
        begun = self._begun.get(project)
        return begun is not None and len(begun) == CROWD and time.monotonic() - begun[0] < WINDOW

    async def ask(self, project: str, *, limit: float = LIMIT) -> T:
        """Returns the answer.

        Raises:
            TimedOutError: it took longer than ``limit`` seconds.
        """
        answer = self._next.get(project)
        if answer is None:
            answer = self._next[project] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_retrieve)
            turn = asyncio.ensure_future(self._turn(project, answer))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
        return await within(asyncio.shield(answer), limit)

    async def _turn(self, project: str, answer: asyncio.Future[T]) -> None:
        if before := self._running.get(project):
            await asyncio.wait([before], timeout=PATIENCE)
        if self.crowded(project):
            await asyncio.sleep(self._begun[project][-1] + SPACING - time.monotonic())
        self._running[project] = self._next.pop(project)
        self._note(project)
        try:
            answer.set_result(await self._ask(project))
        except Exception as error:  # noqa: BLE001 - it is for those who wait; asyncio would log a task's, text and all
            answer.set_exception(error)
        if self._running.get(project) is answer:
            del self._running[project]

    def _note(self, project: str) -> None:
        now = time.monotonic()
        if project not in self._begun:
            self._begun = {name: begun for name, begun in self._begun.items() if now - begun[-1] < WINDOW}
        self._begun.setdefault(project, deque(maxlen=CROWD)).append(now)


def _retrieve(answer: asyncio.Future[T]) -> None:
    """Takes an error for which nobody waits any more: else asyncio would log it, text and all."""
    if not answer.cancelled():
        answer.exception()
