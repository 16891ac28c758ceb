"""Waits for what comes by itself: a line in a log, a message, the end of a process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 120.0
"""Seconds for what takes a moment on a machine that does nothing else."""

T = TypeVar("T")


def wait_until(probe: Callable[[], T | None], what: str = "what the test waits for", *, pause: float = 0.05) -> T:
    """Asks again and again until a probe returns something true, and returns that; fails the test after PATIENCE.

    Args:
        what: what did not come, for the failure's message.
        pause: seconds between two questions.
    """
    deadline = time.monotonic() + PATIENCE
    while not (found := probe()):
        assert time.monotonic() < deadline, f"not seen in {PATIENCE:.0f} s: {what}"
        time.sleep(pause)
    return found
