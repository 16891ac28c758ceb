"""Threads for calls that block, so that a provider which hangs holds up neither the server nor its shutdown."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from ..errors import ProviderUnavailableError
from .http_errors import TimedOutError

T = TypeVar("T")
REQUEST_TIMEOUT = 27.0
"""Seconds after which a call is given up; clients are promised a response within 30."""


async def within(result: Awaitable[T], timeout: float) -> T:
    """Waits for a result. Raises :class:`TimedOutError` where it takes longer than ``timeout`` seconds."""
    try:
        return await asyncio.wait_for(result, timeout)
    except TimeoutError:
        pass  # raised below, without the context that holds the call
    raise TimedOutError(
        "provider",
        f"it has not answered within {timeout:.0f} s",
        "Try again later; look whether a change has happened after all before you repeat it",
    )


class ThreadPool:
    """A bounded pool of threads. The standard one waits for its threads when Python ends; these are left behind.

    Args:
        threads: how many calls run at the same time.
        waiting: how many more may wait for them: each holds a request's body.
    """

    def __init__(self, threads: int = 32, waiting: int = 512) -> None:
        self._threads = threads
        self._capacity = threads + waiting
        self._jobs: SimpleQueue[list[Any]] = SimpleQueue()
        self._unfinished = 0
        self._started = 0

    async def run(self, call: Callable[[], T], *, timeout: float = REQUEST_TIMEOUT) -> T:
        """Runs a call in a thread, from the event loop's.

        Raises:
            TimedOutError: it took longer than ``timeout`` seconds. What it does may still happen.
            ProviderUnavailableError: too many are waiting already.
        """
        if self._unfinished >= self._capacity:
            raise ProviderUnavailableError("server", "too many requests wait for the provider", "Try again later")
        future = asyncio.wrap_future(self._submit(call))
        self._unfinished += 1
        future.add_done_callback(self._finished)
        return await within(future, timeout)

    def _finished(self, future: asyncio.Future[Any]) -> None:
        self._unfinished -= 1

    def _submit(self, call: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        job = [future, call]
        # A job given up while it waits lets go of its request's body at once.
        future.add_done_callback(lambda _: job.clear())
        self._jobs.put(job)
        if self._started < min(self._threads, self._unfinished + 1):
            self._started += 1
            threading.Thread(target=self._serve, name=f"dh-secrets-{self._started}", daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            self._run_job(self._jobs.get())

    @staticmethod
    def _run_job(job: list[Any]) -> None:
        """Runs one job; a function of its own, so that an idle thread holds no result and no request."""
        try:
            future, call = job
        except ValueError:  # given up
            return
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - it is the caller's, who waits in another thread
            future.set_exception(error)
        else:
            future.set_result(result)
