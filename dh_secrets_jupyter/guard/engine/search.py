"""Looks at the fragments that stand in a text, and tells what of which needles is there.

1. Where a needle could be there as a whole, it is compared.
2. Otherwise a hit is grown to both sides as far as the needle goes, which gives a run. Hits whose surroundings lie in a
   run that counts are left out, and so are those whose surroundings have led to nothing before.

A fragment leads to few needles (:mod:`.anchors`), and what is around it is grown once. So the cost is linear in the
text, with a constant that does not depend on how alike the needles are; :attr:`Search.steps` counts it. Positions in
the text are ``start`` and ``end``, those in a needle ``offset``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .affixes import common_prefix, common_suffix
from .anchors import Anchor, Fragment
from .needles import Needle
from .owners import Owner
from .policy import PIECE


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes ``start`` to ``end`` of the text are those of a needle from ``offset`` on, and go on on neither side.

    Where a needle stands several times, one over the other, one run is from the first's start to the last's end.
    """

    start: int
    end: int
    needle: Needle
    owner: Owner
    offset: int

    @property
    def whole(self) -> bool:
        """Whether all of the needle is there."""
        return self.end - self.start >= len(self.needle.data)


Counted = Callable[[Run, bytes], tuple[int, int] | None]
"""What of a run is masked in a text: from where to where, if anything."""


class Search:
    """One search through one text.

    Attributes:
        found: the runs that count.
        steps: how many hits and needles were looked at; those that are there, by their length.
    """

    def __init__(self, needles: list[tuple[Owner, Needle]], data: bytes, counted: Counted) -> None:
        self.found: list[tuple[Run, tuple[int, int]]] = []
        self.steps = 0
        self._needles = needles
        self._data = data
        self._counted = counted
        self._covered = 0, 0  # the last bytes that count, without a gap
        self._grown: dict[Anchor, int] = {}  # by needle and where it would start: up to where it was followed
        self._vain: set[tuple[bytes, int]] = set()  # surroundings of fragments that are no needle's
        self._wholes: dict[int, tuple[int, int]] = {}  # by needle: the last start, and up to where all starts are found

    def look(self, start: int, end: int, fragment: Fragment) -> None:
        """Looks at a fragment that stands in the text."""
        self.steps += 1
        for number, offset in fragment.whole:
            self._look_for_whole(number, start - offset)
        if not fragment.partial:
            return
        # Of every window around the fragment it is known by these bytes whether it is a needle's.
        first, last = max(end - PIECE, 0), start + PIECE
        if self._covered[0] <= first and last <= self._covered[1]:
            return
        around = self._data[first:last], end - first
        if around in self._vain:
            return
        vain = True
        for number, offset in fragment.partial:
            if self._grown.get((number, start - offset), -1) >= end or self._grow(number, start, offset):
                vain = False
        if vain:
            self._vain.add(around)

    def _grow(self, number: int, start: int, offset: int) -> bool:
        """Follows a needle from a place on to both sides; tells whether a window is there."""
        owner, needle = self._needles[number]
        left = common_suffix(self._data, start, needle.data, offset)
        right = common_prefix(self._data, start, needle.data, offset)
        self._grown[number, start - offset] = start + right
        self.steps += 1 + (left + right) // PIECE
        if left + right < PIECE:
            return False
        self._keep(Run(start - left, start + right, needle, owner, offset - left))
        return True

    def _look_for_whole(self, number: int, start: int) -> None:
        self.steps += 1
        owner, needle = self._needles[number]
        size = len(needle.data)
        last, known = self._wholes.get(number, (-size, -1))
        if start <= known or start < 0 or not self._data.startswith(needle.data, start):
            return
        end = start + size
        if (distance := start - last) < size and not (needle.word or needle.data.isdigit()):
            # Where it stands twice, one over the other, the text repeats itself, and all that do so are found at once.
            repeats = distance + common_prefix(self._data, start, self._data, start + distance)
            start += (repeats - size) // distance * distance
            end = start + size
            self._keep(Run(last, end, needle, owner, 0))
        else:
            self._keep(Run(start, end, needle, owner, 0))
        self._wholes[number] = start, start

    def _keep(self, run: Run) -> None:
        self.steps += 1 + (run.end - run.start) // PIECE
        if (span := self._counted(run, self._data)) is None:
            return
        self.found.append((run, span))
        if span[0] <= self._covered[1]:
            self._covered = min(span[0], self._covered[0]), max(span[1], self._covered[1])
        else:
            self._covered = span
