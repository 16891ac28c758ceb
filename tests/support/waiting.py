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


def skip_sleep(monkeypatch: pytest.MonkeyPatch, *, stop_clock: bool = False) -> list[float]:
    """Spares this thread its pauses, and returns the list that they are added to; other threads sleep as ever.

    Args:
        stop_clock: for this thread, nothing takes time but its pauses.
    """
    skipped: list[float] = []
    this, sleep, clock = threading.get_ident(), time.sleep, time.monotonic
    now = clock()

    def skip(seconds: float) -> None:
        if threading.get_ident() == this:
            skipped.append(seconds)
        else:
            sleep(seconds)

    def read() -> float:
        return now + sum(skipped) if threading.get_ident() == this else clock()

    monkeypatch.setattr(time, "sleep", skip)
    if stop_clock:
        monkeypatch.setattr(time, "monotonic", read)
    return skipped
