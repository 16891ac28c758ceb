"""A watch in a thread of its own, for a generator that can be stopped whatever the network does."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from ..errors import SecretsError

T = TypeVar("T")
POLL_INTERVAL = 0.25
"""Seconds between two looks at whether to stop."""


def follow_thread(
    run: Callable[[], None], news: queue.SimpleQueue[T | SecretsError], stop: threading.Event, close: Callable[[], None]
) -> Iterator[T]:
    """Runs what blocks in a thread, and yields what it puts into a queue, until ``stop`` is set.

    Args:
        close: ends the thread.

    Raises:
        SecretsError: what the thread put there.
    """
    threading.Thread(target=run, name="dh-secrets-watch", daemon=True).start()
    try:
        while not stop.is_set():
            try:
                found = news.get(timeout=POLL_INTERVAL)
            except queue.Empty:
                continue
            if isinstance(found, SecretsError):
                raise found
            yield found
            del found  # no value is kept while nothing happens
    finally:
        close()
