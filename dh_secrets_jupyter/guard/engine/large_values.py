"""Finds the values that are too long to be encoded in every way, by few blocks of them, in texts as others read them.

1. Learn: of each window of a value (:mod:`.anchors`) one block is kept, unless the window is known already. A block is
   as many bytes as one number holds, so that looking one up is looking up a number.
2. Decode: a text is read in all ways (:mod:`.views`), and each of its blocks, at every place, is looked up.
3. Extend: a block that is found is extended as a fragment is (:mod:`.search`), and placed where it stood in the text.

So a value of 1 MiB takes 20 MiB and is learned at once; the price is that texts are then searched at some MB/s only.
Coordinates: ``at`` is a place in what is searched, ``offset`` one in a value, and a ``place`` one in all values
together (``_all``), all in bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from struct import Struct

from .affixes import longest_suffix
from .anchors import MOST, Anchor, Fragment, known_up_to
from .needles import Needle
from .owners import Owner
from .policy import WINDOW
from .search import Masked, Match, Search
from .views import View, unfinished, views

_BLOCK = 8
"""Bytes of a block: as many as one number holds."""
_MANY = 512
"""Blocks of a text that are looked up at once."""
_NUMBER = Struct("=Q").unpack_from


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


class LargeValues:
    """The large values."""

    def __init__(self) -> None:
        self.steps = 0
        self._needles: list[tuple[Owner, Needle]] = []
        self._starts: list[int] = []  # of each needle in _all
        self._all = bytearray()
        self._blocks: dict[int, int] = {}  # where in _all each stands
        self._more: dict[int, list[int]] = {}  # and where else
        self._whole: dict[int, list[Anchor]] = {}  # those of values that count as a whole only
        self._windows: dict[bytes, int] = {}  # where those stand of which every block stands in many places

    def __bool__(self) -> bool:
        return bool(self._needles)

    def add(self, owner: Owner, needle: Needle) -> None:
        """Learns a value."""
        base = len(self._all)
        self._needles.append((owner, needle))
        self._starts.append(base)
        self._all += needle.data
        data, significant, size, start = needle.data, needle.significant, len(needle.data), 0
        if not needle.partial:
            places = ((self._whole.setdefault(_NUMBER(data, at)[0], []), at) for at in range(size - _BLOCK + 1))
            whole, at = min(places, key=lambda place: len(place[0]))
            whole.append((len(self._needles) - 1, at))
            return
        while start + WINDOW <= size and (next_significant := significant.find(1, start)) >= 0:
            start = min(max(start, next_significant - WINDOW + 1), size - WINDOW)
            start = self._keep_block(needle, data, base, start)

    def _keep_block(self, needle: Needle, data: bytes, base: int, start: int) -> int:
        """Keeps a block of the window at ``start``; returns where the next window is that is not known then."""
        for at in range(start + WINDOW - _BLOCK, start - 1, -1):
            self.steps += 1
            (block,) = _NUMBER(data, at)
            if block not in self._blocks:
                self._blocks[block] = base + at
                return at + 1
            for number, offset in self._anchors(self._places(block)):
                if known := known_up_to(needle, at, _BLOCK, self._needles[number][1], offset):
                    return known - WINDOW + 1
        at = start + WINDOW - _BLOCK
        more = self._more.setdefault(_NUMBER(data, at)[0], [])
        if len(more) < MOST:
            more.append(base + at)
            return at + 1
        self._windows.setdefault(data[start : start + WINDOW], base + start)
        return start + 1

    def matches(self, data: bytes, masked: Masked) -> Iterator[tuple[Match, tuple[int, int]]]:
        """Yields what counts of the values in a text, however it is encoded, and where it stands."""
        for view in views(data, self._find_blocks):
            if not (starts := self._find_blocks(view.data)):
                continue
            search = Search(self._needles, view.data, masked)
            for start in starts:
                search.extend(start, start + _BLOCK, self._fragment(view.data, start))
            self.steps += search.steps
            for match, (start, end) in search.found:
                yield _encoded_as(view, match), (view.first(start), view.after(end))

    def partial_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may belong to a value that goes on: never too few."""
        if not self:
            return 0
        # What is before an escape that has only begun is a value's, too.
        wholes = (data[: len(data) - over] for over in {0, unfinished(data)})
        return len(data) - min(start for whole in wholes for start, _, _ in self._tails(whole))

    def tails(self, data: bytes, least: int) -> list[Tail]:
        """Returns what of the values, of so many bytes at least, the text ends in the middle of."""
        found = []
        for start, view, size in self._tails(data) if self else ():
            if size >= least:
                (number, offset), *_ = self._anchors([self._all.find(view.data[-size:])])
                owner, needle = self._needles[number]
                match = _encoded_as(view, Match(start, start + size, needle, owner, offset))
                found.append(Tail(start, match, view.rest(needle.data, offset + size)))
        return found

    def _tails(self, data: bytes) -> Iterator[tuple[int, View, int]]:
        """Yields where the text may be a value to its end, as what it is read there, and of how many bytes."""
        for view in views(data):
            if view.after(len(view.data)) >= len(data) - 1:
                size = longest_suffix(view.data, self._all)
                yield view.first(len(view.data) - size), view, size

    def _find_blocks(self, data: bytes) -> list[int]:
        """Returns where in a text known blocks stand."""
        found: set[int] = set()
        for known in (self._blocks.keys(), self._whole.keys()) if self._whole else (self._blocks.keys(),):
            for shift in range(min(_BLOCK, len(data) - _BLOCK + 1)):
                numbers = memoryview(data)[shift : shift + (len(data) - shift) // _BLOCK * _BLOCK].cast("Q")
                for at in range(0, len(numbers), _MANY):
                    part = numbers[at : at + _MANY]
                    if not known.isdisjoint(part):
                        found.update(shift + _BLOCK * (at + i) for i, block in enumerate(part) if block in known)
        return sorted(found)

    def _fragment(self, data: bytes, at: int) -> Fragment:
        """Returns the anchors in the values that a block in a text may be."""
        (block,) = _NUMBER(data, at)
        places = [*self._places(block), *self._by_windows(data, at)]
        return Fragment(self._anchors(places), self._whole.get(block, []))

    def _places(self, block: int) -> list[int]:
        return [self._blocks[block], *self._more.get(block, ())] if block in self._blocks else []

    def _by_windows(self, data: bytes, at: int) -> Iterator[int]:
        if self._windows:
            for start in range(max(at + _BLOCK - WINDOW, 0), at + 1):
                if (place := self._windows.get(data[start : start + WINDOW])) is not None:
                    yield place + at - start

    def _anchors(self, places: list[int]) -> list[Anchor]:
        numbers = [bisect_right(self._starts, place) - 1 for place in places]
        return [(number, place - self._starts[number]) for number, place in zip(numbers, places, strict=True)]


def _encoded_as(view: View, match: Match) -> Match:
    return match if view.encoding == "text" else replace(match, needle=replace(match.needle, encoding=view.encoding))
