"""Finds the values that are too long to be encoded in every way, by few blocks of them, in texts as others read them.

1. Learn: few blocks of each value are kept (:mod:`.blocks`).
2. Decode: a text is read in all ways in which it may hold a value (:mod:`.views`), and its blocks are looked up.
3. Extend: a block that is found is extended as a fragment is (:mod:`.search`), and placed where it stood in the text.

So a value of 1 MiB is learned at once, and takes some tens of MiB; the price is that texts are searched more slowly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .anchors import Fragment
from .blocks import BLOCK, Blocks, LookedUp
from .needles import Needle
from .owners import Owner
from .policy import WINDOW
from .search import Found, Masked, Match, Search
from .views import View, Wanted, looks_escaped, unfinished, views, views_of_end

_TAIL = 1024
"""Bytes at the end of a text that are read first, to see whether a value goes on there."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a text that may be a value that goes on.

    Attributes:
        start: where in the text it begins.
        match: what of the value it is, by places in the text as it is read.
        rest: how the value goes on in the text.
    """

    start: int
    match: Match
    rest: bytes


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
    """The large values."""

    def __init__(self) -> None:
        self._needles: list[tuple[Owner, Needle]] = []
        self._blocks = Blocks()
        self._looks_escaped = False
        self._searched = 0

    def __bool__(self) -> bool:
        return bool(self._needles)

    @property
    def steps(self) -> int:
        """How many places were looked at so far, in learning and in searching."""
        return self._blocks.steps + self._searched

    def add(self, owner: Owner, needle: Needle) -> None:
        """Learns a value."""
        self._needles.append((owner, needle))
        self._blocks.add(needle)
        self._looks_escaped = self._looks_escaped or looks_escaped(needle.data)

    def matches(self, data: bytes, masked: Masked) -> Iterator[Found]:
        """Yields what counts of the values in a text, however it is encoded, and where it stands."""
        blocks = self._blocks
        settled = _Settled()
        for view in views(data, Wanted(blocks.find, blocks.shortest, blocks.chars, self._looks_escaped)):
            search = Search(self._needles, view.data, masked)
            for match, (start, end) in search.matches(self._fragments(view, search, settled)):
                span = view.first(start), view.after(end)
                settled.add(*span)
                yield _encoded_as(view, match), span
            self._searched += search.steps
            settled.merge()

    def _fragments(self, view: View, search: Search, settled: _Settled) -> Iterator[tuple[int, int, Fragment]]:
        """Yields the blocks of a view that may lead to anything new, beside what is settled in the text otherwise."""
        data, blocks, looked_up = view.data, self._blocks, LookedUp()
        for at in blocks.find(data, view.near and view.near()):
            end = at + BLOCK
            whole = blocks.whole(data, at)
            if not whole and (
                search.is_settled(at, end)
                or settled.holds(view.first(max(end - WINDOW, 0)), view.after(min(at + WINDOW, len(data))))
            ):
                continue
            partial = blocks.partial(data, at, looked_up, search.last_masked)
            if partial or whole:
                yield at, end, Fragment(partial, whole)

    def partial_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may belong to a value that goes on: never too few."""
        if not self:
            return 0
        # What is before an escape that has only begun is a value's, too.
        wholes = (data[: len(data) - over] for over in {0, unfinished(data)})
        return len(data) - min((start for whole in wholes for start, _, _ in self._tails(whole)), default=len(data))

    def tails(self, data: bytes, least: int) -> list[Tail]:
        """Returns what of the values, of so many bytes at least, the text ends in the middle of."""
        found = []
        for start, view, size in self._tails(data) if self else ():
            if size >= least:
                number, offset = self._blocks.anchor_of(view.data[-size:])
                owner, needle = self._needles[number]
                match = _encoded_as(view, Match(start, start + size, needle, owner, offset))
                found.append(Tail(start, match, view.rest(needle.data, offset + size)))
        return found

    def _tails(self, data: bytes) -> list[tuple[int, View, int]]:
        """Returns where the text may be a value to its end, as what it is read there, and of how many bytes.

        As much of the end is read as decides it: a value that begins in the first half of that may have begun before.
        """
        size = _TAIL
        while True:
            end = data[-size:]
            found = [
                (view.first(len(view.data) - length), view, length)
                for view in views_of_end(end, self._blocks.chars)
                if view.after(len(view.data)) >= len(end) - 1 and (length := self._blocks.longest_suffix(view.data)) > 0
            ]
            if size >= len(data) or all(2 * start >= size for start, _, _ in found):
                return [(start + len(data) - len(end), view, length) for start, view, length in found]
            size *= 4


def _encoded_as(view: View, match: Match) -> Match:
    return match if view.encoding == "text" else replace(match, needle=replace(match.needle, encoding=view.encoding))
