"""How long to wait between one try and the next."""

from __future__ import annotations

import random
from collections.abc import Iterator


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
