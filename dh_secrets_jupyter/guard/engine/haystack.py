"""All needles, one behind the other, to see whether the end of a text may go on as one of them.

Nearly every piece of output ends in few ways, and few bytes of its end say that no needle goes on there: those are
remembered, so that the cost does not depend on how many needles there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from .affixes import common_suffix, longest_suffix
from .needles import Needle
from .owners import Owner
from .search import Match

_SHORT = 8
"""Bytes of an end up to which it is remembered whether it stands anywhere."""
_REMEMBERED = 1 << 14
"""Ends that are remembered."""
_ENDS = 64
"""Places in needles that are looked at, of those that a text may end in the middle of."""

Place = tuple[int, int]
"""A needle, by number, and an offset in it."""


class Haystack:
    """The needles' bytes.

    Attributes:
        chars: all bytes that stand in a needle.
    """

    def __init__(self) -> None:
        self.chars: frozenset[int] = frozenset()
        self._data = bytearray()
        self._starts: list[int] = []  # of each needle
        self._ends: dict[bytes, bool] = {}  # of short ends whether they stand in any needle

    def add(self, needle: bytes) -> None:
        """Adds a needle; its number is how many there were before."""
        self._starts.append(len(self._data))
        self._data += needle
        self._ends = {}
        if not self.chars.issuperset(needle):
            self.chars |= set(needle)

    def longest_suffix(self, data: bytes) -> int:
        """Returns the length of the longest suffix of a text that stands in any needle, perhaps in two side by side."""
        for size in range(1, min(_SHORT, len(data)) + 1):
            if not self._occurs(data[-size:]):
                return size - 1
        return longest_suffix(data, self._data)

    def _occurs(self, end: bytes) -> bool:
        ends = self._ends
        if (known := ends.get(end)) is None:
            known = end in self._data
            if len(ends) >= _REMEMBERED:
                ends.clear()
            ends[end] = known
        return known

    def places(self, piece: bytes) -> Iterator[Place]:
        """Yields where a piece stands in needles, or begins to."""
        at = self._data.find(piece)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number, at - self._starts[number]
            at = self._data.find(piece, at + 1)


def matches_at_end(
    needles: Sequence[tuple[Owner, Needle]], haystack: Haystack, data: bytes, least: int
) -> Iterator[Match]:
    """Yields matches of at least so many bytes that end where a text ends: the longest, and some others.

    Args:
        needles: those of the haystack, in the order of their numbers.
    """
    for size in {haystack.longest_suffix(data), least} if len(data) >= least else ():
        for number, offset in islice(haystack.places(data[-size:]), _ENDS if size >= least else 0):
            owner, needle = needles[number]
            if offset + size <= len(needle.data):
                before = common_suffix(data, len(data) - size, needle.data, offset)
                yield Match(len(data) - size - before, len(data), needle, owner, offset - before)
