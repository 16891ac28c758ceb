"""Waits for what comes by itself (a line in a log, a message, the end of a process), or does not wait at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

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


def skip_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Spares this thread its pauses, and returns the list that they are added to; other threads sleep as ever."""
    skipped: list[float] = []
    this, sleep = threading.get_ident(), time.sleep

    def skip(seconds: float) -> None:
        if threading.get_ident() == this:
            skipped.append(seconds)
        else:
            sleep(seconds)

    monkeypatch.setattr(time, "sleep", skip)
    return skipped
