"""How long to wait between one try and the next."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Iterator

STABLE_AFTER = 10.0
"""Seconds after which a watch that ends has worked: the next one is not put off further."""
SPARE = 1.0
"""Seconds that a pause leaves for the try after it."""


class Deadline:
    """When a call ends, and how long it may still pause between its tries, all of them together.

    Attributes:
        at: when it gives up, as :func:`time.monotonic` counts.

    Args:
        seconds: the longest that it may take.
        pauses: the longest that its pauses may be, in seconds, in sum.
    """

    def __init__(self, seconds: float, pauses: float = 5.0) -> None:
        self.at = time.monotonic() + seconds
        self._pauses = [pauses]  # the parts of a call have them in common

    def ending(self, at: float) -> Deadline:
        """Returns the deadline of a part of the call, which ends at another time and has the same pauses left."""
        part = copy.copy(self)
        part.at = at
        return part

    @property
    def left(self) -> float:
        """Seconds until it gives up; negative afterwards."""
        return self.at - time.monotonic()

    def take(self, seconds: float) -> float:
        """Takes from the pauses that are left, and returns what may be waited now, in seconds."""
        taken = max(0.0, min(seconds, self._pauses[0], self.left - SPARE))
        self._pauses[0] -= taken
        return taken

    def give_back(self, seconds: float) -> None:
        """Returns what was taken and not waited."""
        self._pauses[0] += seconds

    def pause(self, seconds: float) -> bool:
        """Sleeps for so long; returns False at once where no such pause is left."""
        if seconds > min(self._pauses[0], self.left - SPARE):
            return False
        time.sleep(self.take(seconds))
        return True

    def wait(self, seconds: float) -> bool:
        """Sleeps for so long, as somebody else demands it; returns False at once where there is no time for it."""
        if seconds > self.left - SPARE:
            return False
        time.sleep(seconds)
        return True


def pauses(shortest: float = 0.01, first: float = 0.1, longest: float = 2.0) -> Iterator[float]:
    """Yields seconds to wait before one try after another, for ever: longer and longer, never two alike.

    Args:
        shortest: no pause is shorter.
        first: the longest that the first pause may be; twice that for the second, and so on.
        longest: no pause is longer.
    """
    while True:
        yield random.uniform(shortest, first)
        first = min(2 * first, longest)


def watch_pauses() -> Iterator[float]:
    """Yields the pauses before a watch that ended is begun again: 0.5 to 60 s.

    All watches of a cluster are interrupted in the same moment; at random they come back one after another. The first
    pause is short enough for a change in it to be seen within 2 s.
    """
    return pauses(0.5, 1.5, 60.0)
