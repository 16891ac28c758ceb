"""The blocks of large values: few bytes at chosen places, which show that a piece of a value may stand in a text.

A block is as many bytes as one number holds, so that looking it up is looking up a number.

1. A text is looked up at every second place only. So each window (:mod:`.windows`) keeps two blocks, one that begins at
   an even place and one at an odd one: however the window stands in a text, one of them is looked up.
2. A block at every eighth place is one of each window. All of these are kept, but where no window counts. Which of them
   a value repeats, or other texts hold, too, is not asked: all are taken at once, without a step of Python's for each.
3. The windows of a text that hold a block which is found are looked up, all that lie side by side together.
4. Of a text only those parts are looked up that are made of bytes of the values: bytes that were decoded and are no
   text are seldom so. A part of printable ASCII is looked up only if there is such a window, and only in its blocks.

Coordinates: ``at`` is a place in a text, ``begin`` and ``place`` are places in all values together (``data``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, groupby, repeat
from operator import itemgetter, sub
from struct import Struct

from .affixes import longest_suffix
from .anchors import Anchor
from .flags import within_next
from .needles import Needle
from .policy import WINDOW
from .windows import GAP, LONGEST_CHAR, Windows

BLOCK = 8
"""Bytes of a block."""
_STEP = 2
"""Bytes from one place that is looked up to the next."""
_MANY = 512
"""Blocks that are looked up at once."""
_AREA = BLOCK * _MANY
"""Bytes of a text that are taken together."""
_TRIED = 1024
"""Places of a needle of which one is chosen to find it as a whole."""
_ASCII = 128
"""Characters of ASCII, which in UTF-8 are one byte each."""
_NOT_ASCII = 0x8080808080808080
"""The bits of a block of which one is set where the block is not in ASCII."""
_PRINTABLE = b"\t\n\r" + bytes(range(32, 127))
_IS_PRINTABLE = bytes(byte in _PRINTABLE for byte in range(256))
_NUMBER = Struct("=Q").unpack_from

Kind = tuple[int, str]
"""Of which windows are: their size and encoding."""


class Blocks:
    """The blocks of all large values.

    Attributes:
        shortest: bytes of the shortest of what is found.
        chars: all bytes that stand in a value.
        data: all values, one behind the other.
        windows: their windows, by size and encoding: in each characters start elsewhere.
    """

    def __init__(self) -> None:
        self._steps = 0
        self.shortest = WINDOW
        self.chars: frozenset[int] = frozenset()
        self._is_char = bytes(256)
        self._longest_char = 1
        self._step = _STEP
        self._starts: list[int] = []  # of each needle in data
        self.data = bytearray()
        self._whole: dict[int, list[Anchor]] = {}  # a block or two of each needle, to find it as a whole
        self._printable: set[int] = set()  # of all blocks the ones that may stand in printable ASCII
        self._other: set[int] = set()  # those that do not
        self._utf_16: set[int] = set()  # and all of UTF-16
        self.windows: dict[Kind, Windows] = {}

    @property
    def steps(self) -> int:
        """How many places were tried so far in values and in texts, which is what learning and searching cost."""
        return self._steps + sum(windows.steps for windows in self.windows.values())

    def add(self, needles: Sequence[Needle]) -> None:
        """Learns needles, which are in the order of their :func:`kind`; they are numbered as they come."""
        if new := b"".join([needle.data for needle in needles]).translate(None, bytes(self.chars)):
            self.chars |= set(new)
            self._is_char = bytes(byte in self.chars for byte in range(256))
            self._longest_char = 1 if max(self.chars) < _ASCII else LONGEST_CHAR
        for (is_partial, window, encoding), group in groupby(needles, key=kind):
            alike, unit = list(group), window // WINDOW
            begin = len(self.data) + len(self.data) % unit  # where a character of UTF-16 may begin
            self.data += bytes(begin - len(self.data))
            for needle in alike:
                self._starts.append(len(self.data))
                self.data += needle.data + GAP
                for odd in range(_STEP):
                    self._keep_whole(needle, odd)
            if is_partial:
                new_windows = Windows(unit, by_chars=encoding == "text")
                windows = self.windows.setdefault((window, encoding), new_windows)
                windows.add(alike, begin)
                if unit == 1:  # else it is in UTF-16, in which few texts are: it waits for one
                    windows.learn(self.data)
                self._keep_blocks(alike, begin, window, encoding)

    def _keep_whole(self, needle: Needle, odd: int) -> None:
        data = needle.data
        self.shortest = min(self.shortest, len(data))
        last = len(data) - BLOCK
        if last < odd:  # it is one block: to be looked up at every place
            self._step = 1
            return
        first = max(needle.significant.find(1) - BLOCK + 1, 0) // _STEP * _STEP + odd
        offset = min(first, last - (last - odd) % _STEP)
        if (block := _number(data, offset)) in self._whole:
            offsets = range(offset, last + 1, _STEP)[:_TRIED]
            free = (offset for offset in offsets if _number(data, offset) not in self._whole)
            if (offset := next(free, -1)) < 0:
                offset = min(offsets, key=lambda offset: len(self._whole[_number(data, offset)]))
            block = _number(data, offset)
        self._whole.setdefault(block, []).append((len(self._starts) - 1, offset))
        (self._other if block & _NOT_ASCII else self._printable).add(block)

    def _keep_blocks(self, needles: list[Needle], begin: int, window: int, encoding: str) -> None:
        """Keeps the blocks of each window that counts of needles that begin at a place of all values."""
        data = bytes(self.data[begin:])
        counts = b"".join([(needle.fresh or needle.significant) + GAP for needle in needles])
        before = window - BLOCK  # how far before a block a window of it begins at most
        longest = window if encoding != "text" or data.isascii() else LONGEST_CHAR * WINDOW
        flags = within_next(bytes(before) + counts, before + longest)
        step = (before + 1) // _STEP * _STEP
        has_printable = b"\1" * window in data.translate(_IS_PRINTABLE)
        for odd in range(_STEP):
            blocks = memoryview(data)[odd : odd + (len(data) - odd) // BLOCK * BLOCK].cast("Q")
            kept = list(compress(blocks[:: step // BLOCK], flags[odd::step]))
            self._steps += len(kept)
            if has_printable:
                self._printable.update([block for block in kept if not block & _NOT_ASCII])
            if window > WINDOW:
                self._utf_16.update(kept)
            else:
                self._other.update([block for block in kept if not has_printable or block & _NOT_ASCII])

    def find(self, data: bytes, near: Iterable[tuple[int, int]] | None = None) -> list[int]:
        """Returns where in a text known blocks stand, in order.

        Args:
            near: from where to where in the text to look, in order; everywhere where it is None.
        """
        found: set[int] = set()
        for start, end in ((0, len(data)),) if near is None else near:
            for first, last in areas(data[start:end].translate(self._is_char), self.shortest):
                for at in range(start + first, start + last - BLOCK + 1, _AREA):
                    self._find(data, at, start + last, found)
        return sorted(found)

    def _find(self, data: bytes, at: int, end: int, found: set[int]) -> None:
        """Adds where the known blocks stand that begin in one area."""
        around = data[max(at - 2 * WINDOW, 0) : at + _AREA + 2 * WINDOW]
        is_printable = not around.translate(None, _PRINTABLE)
        sets = [known for known in (self._printable, *(() if is_printable else (self._other, self._utf_16))) if known]
        for start in range(at, at + BLOCK, self._step) if sets else ():
            if (many := min(_MANY, (end - start) // BLOCK)) > 0:
                blocks = memoryview(data)[start : start + BLOCK * many].cast("Q").tolist()
                for known in sets:
                    self._steps += many
                    if not known.isdisjoint(blocks):
                        found.update(compress(count(start, BLOCK), map(known.__contains__, blocks)))

    def wholes(self, data: bytes, hits: list[int]) -> Iterator[tuple[int, list[Anchor]]]:
        """Yields where a known block stands by which needles are found as a whole, and which ones."""
        for at in compress(hits, map(self._whole.__contains__, _numbers(data, hits))):
            yield at, self._whole[_number(data, at)]

    def around(
        self, data: bytes, hits: list[int], of: Kind, new: Iterable[tuple[int, int]] | None = None
    ) -> Iterator[tuple[int, int, int]]:
        """Yields from where to where windows begin that hold a known block, and the end of the last one, in order.

        Args:
            new: what the windows have to hold, too, in order: from where to where it stands.
        """
        size, _ = of
        if size > WINDOW:
            hits = list(compress(hits, map(self._utf_16.__contains__, _numbers(data, hits))))
        before, longest = size - BLOCK, size * self._longest_char
        areas: Iterable[tuple[int, int]] = ((max(at - before, 0), last) for at, last in _joined(hits, before))
        if new is not None:
            areas = _shared(areas, ((start - longest + 1, end - 1) for start, end in new))
        for first, last in areas:
            yield first, last, min(last + longest, len(data))

    def anchor(self, place: int) -> Anchor:
        """Returns the needle that stands at a place of all values, and from which offset on."""
        number = bisect_right(self._starts, place) - 1
        return number, place - self._starts[number]

    def longest_suffix(self, data: bytes) -> int:
        """Returns the length of the longest suffix of a text that stands in any value."""
        return longest_suffix(data, self.data)

    def anchor_of(self, piece: bytes) -> Anchor:
        """Returns where such a suffix stands."""
        return self.anchor(self.data.find(piece))


def kind(needle: Needle) -> tuple[bool, int, str]:
    """Returns whether windows of a needle count, of how many bytes, and in which encoding."""
    counts, period = needle.fresh or needle.significant, needle.window // BLOCK
    is_partial = needle.partial and 1 in counts and not needle.data.startswith(needle.data[period:])
    return is_partial, needle.window, needle.encoding


def areas(marks: bytes, least: int, size: int = _AREA) -> Iterator[tuple[int, int]]:
    """Yields start and end of the parts of a text, each ``size`` long or longer, in which enough bytes in a row count.

    Args:
        marks: for each byte of the text 1 where it counts.
        least: how many in a row are enough. All such bytes lie in one part.
    """
    run = b"\1" * least
    start = marks.find(run)
    while start >= 0:
        end = start + size
        while (at := marks.find(run, end - least + 1, end + size)) >= 0:
            end = at + size
        yield start, min(end, len(marks))
        start = marks.find(run, end)


def _number(data: bytes | bytearray, at: int) -> int:
    number: int = _NUMBER(data, at)[0]
    return number


def _numbers(data: bytes, places: Iterable[int]) -> Iterator[int]:
    """As :func:`_number`, for many places."""
    return map(itemgetter(0), map(_NUMBER, repeat(data), places))


def _joined(places: list[int], apart: int) -> Iterator[tuple[int, int]]:
    """Yields the first and the last of places, which are in order, that are no more than so far apart."""
    if not places:
        return
    is_last = [*map(apart.__lt__, map(sub, places[1:], places)), True]
    yield from zip(compress(places, [True, *is_last]), compress(places, is_last), strict=True)


def _shared(some: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yields the first and the last of the places that are in areas of both kinds, each place once.

    Args:
        some: areas in order, that are apart.
        others: areas in the order of their starts and of their ends.
    """
    left, at = iter(others), 0
    other = next(left, None)
    for first, last in some:
        while other is not None and other[0] <= last:
            start, end = max(first, other[0], at), min(last, other[1])
            if start <= end:
                yield start, end
                at = end + 1
            if other[1] > last:
                break
            other = next(left, None)
