"""The blocks of large values: few bytes at chosen places, which show that a piece of a value may stand in a text.

A block is as many bytes as one number holds, so that looking it up is looking up a number.

1. A text is looked up at every second place only. So each window (:mod:`.windows`) keeps two blocks, one that begins at
   an even place and one at an odd one: however the window stands in a text, one of them is looked up.
2. A block at every eighth place is one of each window. All of these are kept, but where no window counts. Which of them
   a value repeats, or other texts hold, too, is not asked: all are taken at once, without a step of Python's for each.
3. Around a block that is found in a text, its windows are looked up.
4. Of a text only those parts are looked up that are made of bytes of the values: bytes that were decoded and are no
   text are seldom so. A part of printable ASCII is looked up only if there is such a window, and only in its blocks.

Coordinates: ``at`` is a place in a text, ``begin`` and ``place`` are places in all values together (``_data``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, groupby
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
LookedUp = dict[Kind, int]
"""Of each kind of window, from where on a text's windows were not looked up yet."""


class Blocks:
    """The blocks of all large values.

    Attributes:
        shortest: bytes of the shortest of what is found.
        chars: all bytes that stand in a value.
    """

    def __init__(self) -> None:
        self._steps = 0
        self.shortest = WINDOW
        self.chars: frozenset[int] = frozenset()
        self._is_char = bytes(256)
        self._longest_char = 1
        self._step = _STEP
        self._starts: list[int] = []  # of each needle in _data
        self._data = bytearray()
        self._whole: dict[int, list[Anchor]] = {}  # a block or two of each needle, to find it as a whole
        self._printable: set[int] = set()  # of all blocks the ones that may stand in printable ASCII
        self._other: set[int] = set()  # those that do not
        self._utf_16: set[int] = set()  # and all of UTF-16
        self._windows: dict[Kind, Windows] = {}  # by size and encoding: in each characters start elsewhere

    @property
    def steps(self) -> int:
        """How many places were tried so far in values and in texts, which is what learning and searching cost."""
        return self._steps + sum(windows.steps for windows in self._windows.values())

    def add(self, needles: Sequence[Needle]) -> None:
        """Learns needles, which are in the order of their :func:`kind`; they are numbered as they come."""
        if new := b"".join([needle.data for needle in needles]).translate(None, bytes(self.chars)):
            self.chars |= set(new)
            self._is_char = bytes(byte in self.chars for byte in range(256))
            self._longest_char = 1 if max(self.chars) < _ASCII else LONGEST_CHAR
        for (is_partial, window, encoding), group in groupby(needles, key=kind):
            alike, unit = list(group), window // WINDOW
            begin = len(self._data) + len(self._data) % unit  # where a character of UTF-16 may begin
            self._data += bytes(begin - len(self._data))
            for needle in alike:
                self._starts.append(len(self._data))
                self._data += needle.data + GAP
                for odd in range(_STEP):
                    self._keep_whole(needle, odd)
            if is_partial:
                new_windows = Windows(unit, by_chars=encoding == "text")
                windows = self._windows.setdefault((window, encoding), new_windows)
                windows.add(alike, begin)
                if unit == 1:  # else it is in UTF-16, in which few texts are: it waits for one
                    windows.learn(self._data)
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
        data = bytes(self._data[begin:])
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

    def whole(self, data: bytes, at: int) -> list[Anchor]:
        """Returns which of the needles that count as a whole only a block of a text is of."""
        return self._whole.get(_number(data, at), []) if self._whole else []

    def partial(self, data: bytes, at: int, looked_up: LookedUp, masked: tuple[int, int]) -> list[Anchor]:
        """Returns where in the others a block of a text stands, together with a whole window around it.

        Args:
            looked_up: the windows of this text that were looked up around earlier blocks: they are not once more.
            masked: from where to where the text is masked already; nor are windows in there.
        """
        may_be_utf_16 = _number(data, at) in self._utf_16
        anchors: list[Anchor] = []
        for kind, windows in self._windows.items():
            if (size := kind[0]) == WINDOW or may_be_utf_16:
                first, last = max(at + BLOCK - size, looked_up.get(kind, 0)), at
                looked_up[kind] = at + 1
                last_masked = masked[1] - self._longest_char * size
                if masked[0] <= first <= last_masked:
                    first = last_masked + 1
                if masked[0] <= last <= last_masked:
                    last = masked[0] - 1
                self._steps += max(last + 1 - first, 0)
                anchors += [
                    self._anchor(place + at - start) for start, place in windows.find(data, first, last, self._data)
                ]
        return anchors

    def _anchor(self, place: int) -> Anchor:
        number = bisect_right(self._starts, place) - 1
        return number, place - self._starts[number]

    def longest_suffix(self, data: bytes) -> int:
        """Returns the length of the longest suffix of a text that stands in any value."""
        return longest_suffix(data, self._data)

    def anchor_of(self, piece: bytes) -> Anchor:
        """Returns where such a suffix stands."""
        return self._anchor(self._data.find(piece))


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
