"""Finds the values that are too long to be encoded in every way, by few blocks of them, in texts as others read them.

1. Learn: few blocks of each value are kept (:mod:`.blocks`).
2. Decode: a text is read in all ways in which it may hold a value (:mod:`.views`), and its blocks are looked up.
3. Extend: around a block that is found windows are looked up (:mod:`.windows`), from one of which the value is followed
   as from a fragment (:mod:`.search`); what is found is placed where it stood in the text.

So a value of 1 MiB is learned at once, and takes some tens of MiB; the price is that texts are searched more slowly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from .anchors import Fragment
from .blocks import BLOCK, Blocks, kind
from .escapes import looks_escaped
from .needles import Needle
from .owners import Owner
from .search import Found, Masked, Search
from .tails import Tails
from .views import View, Wanted, encoded_as, views, views_of_end


class _Settled:
    """What is masked of a text, by places in it, as the ways to read it before have shown."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Adds a span; it counts from :meth:`merge` on."""
        self._spans.append((start, end))

    def merge(self) -> None:
        """Has all spans count that were added."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self._spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], end)
            else:
                merged.append((start, end))
        self._spans = merged
        self._starts, self._ends = [start for start, _ in merged], [end for _, end in merged]

    def holds(self, start: int, end: int) -> bool:
        """Returns whether these bytes lie in one of the spans that count."""
        number = bisect_right(self._starts, start) - 1
        return number >= 0 and end <= self._ends[number]


class LargeValues:
    """The large values.

    Attributes:
        tails: the ends of texts that may go on as one of them.
    """

    def __init__(self) -> None:
        self._needles: list[tuple[Owner, Needle]] = []
        self._blocks = Blocks()
        self._lines: set[bytes] = set()  # what is found as a whole alone, as a short line that many values have
        self._looks_escaped = False
        self._searched = 0
        self.tails = Tails(self._needles, self._blocks, views_of_end)

    def __bool__(self) -> bool:
        return bool(self._needles)

    @property
    def steps(self) -> int:
        """How many places were looked at so far, in learning and in searching."""
        return self._blocks.steps + self._searched

    def add(self, needles: Iterable[tuple[Owner, Needle]]) -> None:
        """Learns values and their parts; all at once is quicker than one by one. Of equal lines one is learned."""
        new = sorted(filter(self._is_new, needles), key=lambda one: kind(one[1]))
        self._needles += new
        self._blocks.add([needle for _, needle in new])
        self._looks_escaped = self._looks_escaped or looks_escaped(b"\0".join([needle.data for _, needle in new]))

    def _is_new(self, one: tuple[Owner, Needle]) -> bool:
        _, needle = one
        if needle.partial:
            return True
        is_new = needle.data not in self._lines
        self._lines.add(needle.data)
        return is_new

    def matches(self, data: bytes, masked: Masked) -> Iterator[Found]:
        """Yields what counts of the values in a text, however it is encoded, and where it stands."""
        blocks, settled = self._blocks, _Settled()
        for view in views(data, Wanted(blocks.find, blocks.shortest, blocks.chars, self._looks_escaped)):
            for match, (start, end) in self._found(view, masked, settled):
                span = view.first(start), view.after(end)
                settled.add(*span)
                yield encoded_as(view, match), span
            settled.merge()

    def _found(self, view: View, masked: Masked, settled: _Settled) -> Iterator[Found]:
        """Yields what a view shows beside what is settled in the text otherwise, in no order."""
        data, blocks = view.data, self._blocks
        hits = blocks.find(data, view.replaced.near() if view.replaced else None)
        search = Search(self._needles, data, masked)
        yield from search.matches((at, at + BLOCK, Fragment(whole)) for at, whole in blocks.wholes(data, hits))
        self._searched += search.steps
        for of, windows in list(blocks.windows.items()):  # another thread may add some meanwhile
            new = view.replaced.places() if view.replaced else None
            search = Search(self._needles, data, masked)
            areas = (
                (first, last)
                for first, last, end in blocks.around(data, hits, of, new)
                if not settled.holds(view.first(first), view.after(end))
            )
            for start, place in windows.find(data, areas, blocks.data, search):
                yield from search.follow(start, *blocks.anchor(place))
            self._searched += search.steps
