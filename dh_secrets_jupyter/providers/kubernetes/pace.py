"""Keeps many writers of one Secret from wearing out the API server, and each other."""

from __future__ import annotations

import random
import time

SLOW = 0.03
"""Seconds that a change takes, if others changed the same object meanwhile, ..."""
REST = 16
"""... so that the next one is put off, by at most so many times as long, and ..."""
LONGEST = 10.0
"""... by at most so many seconds."""


class Pace:
    """Puts off the next write after one that was slow, at random, and only if it follows at once.

    The API server begins a patch anew whenever another change of the object came first. With sixteen writers it does
    nothing else: five times the work, and one of them starves. A few at a time are all done sooner.
    """

    def __init__(self) -> None:
        self._crowded_until = 0.0

    def wait(self, until: float) -> None:
        """Waits where the last change was slow, for a part of the time that it asks for."""
        left = min(self._crowded_until, until) - time.monotonic()
        if left > 0:
            time.sleep(random.uniform(0, left))

    def learn(self, seconds: float, *, crowded: bool) -> None:
        """Learns how long the last change took, and whether others changed the object meanwhile."""
        slow = crowded and seconds > SLOW
        self._crowded_until = time.monotonic() + min(REST * seconds, LONGEST) if slow else 0.0
