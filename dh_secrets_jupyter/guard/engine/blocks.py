"""The blocks of large values: few bytes at chosen places, by which a piece of a value is found in a text.

A block is as many bytes as one number holds, so that looking it up is looking up a number. A *window* is as many bytes
in a row as make a piece at least (:attr:`.needles.Needle.window`).

1. A text is looked up at every second place only. So each window keeps two blocks, one that begins at an even place and
   one at an odd one: however the window stands in a text, one of them is looked up.
2. A block at every eighth place is one of each window. Of these all are kept that stand nowhere else before, and carry
   information: the keys of a JSON document stand in many texts.
3. Where a value repeats something or carries no information, a window may be left without such a block. It is kept
   itself, and those blocks are called ambiguous: around one that is found in a text, the windows are looked up.
4. Of a text only those parts are looked up that are made of bytes of the values: bytes that were decoded and are no
   text are seldom so. A part of printable ASCII is looked up only if there is such a window, and only in its blocks.

Coordinates: ``at`` is a place in a text, ``start`` and ``place`` are places in all values together (``_data``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import compress, count
from struct import Struct

from .affixes import common_prefix, common_suffix, longest_suffix
from .anchors import MOST, Anchor
from .needles import Needle
from .policy import WINDOW

BLOCK = 8
"""Bytes of a block."""
_STEP = 2
"""Bytes from one place that is looked up to the next."""
_MANY = 512
"""Blocks that are looked up at once."""
_AREA = BLOCK * _MANY
"""Bytes of a text that are taken together."""
_GAP = bytes([2]) * WINDOW
"""The flags of what stands between two values: like those of no byte in one."""
_NOT_ASCII = 0x8080808080808080
"""The bits of a block of which one is set where the block is not in ASCII."""
_PRINTABLE = b"\t\n\r" + bytes(range(32, 127))
_IS_PRINTABLE = bytes(byte in _PRINTABLE for byte in range(256))
_NUMBER, _LITTLE = Struct("=Q").unpack_from, Struct("<Q").unpack_from


class Blocks:
    """The blocks of all large values.

    Attributes:
        steps: how many places were tried so far in values and in texts, which is what learning and searching cost.
        shortest: bytes of the shortest of what is found.
        chars: all bytes that stand in a value.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.shortest = WINDOW
        self.chars: frozenset[int] = frozenset()
        self._is_char = bytes(256)
        self._step = _STEP
        self._starts: list[int] = []  # of each needle in _data
        self._ends: list[int] = []
        self._data, self._significant, self._char_starts = bytearray(), bytearray(), bytearray()
        self._places: tuple[dict[int, int], ...] = tuple({} for _ in range(MOST))  # of each block the first of them
        self._ambiguous: set[int] = set()  # those around which windows are kept
        self._whole: dict[int, list[Anchor]] = {}  # those of needles that count as a whole only
        self._printable: set[int] = set()  # of all these the ones that may stand in printable ASCII
        self._other: set[int] = set()  # and those that do not
        self._is_printable = True  # whether what is learned now has a window of printable ASCII
        # Places of windows that are kept themselves; by size and encoding: in each characters start elsewhere.
        self._windows: dict[tuple[int, str], dict[bytes, int]] = {}

    def add(self, needle: Needle) -> None:
        """Learns a needle; its number is how many there were before."""
        start = len(self._data)
        self._starts.append(start)
        self._ends.append(start + len(needle.data))
        self._data += needle.data + _GAP
        self._significant += needle.significant + _GAP
        self._char_starts += needle.char_starts + _GAP
        self.chars |= set(needle.data)
        self._is_char = bytes(byte in self.chars for byte in range(256))
        self._is_printable = not needle.partial or b"\1" * needle.window in needle.data.translate(_IS_PRINTABLE)
        for odd in range(_STEP):
            if needle.partial:
                self._keep_windows(needle, odd)
            else:
                self._keep_whole(needle.data, odd)

    def _keep_whole(self, data: bytes, odd: int) -> None:
        self.shortest = min(self.shortest, len(data))
        offsets = range(odd, len(data) - BLOCK + 1, _STEP)
        if not offsets:  # it is one block: to be looked up at every place
            self._step = 1
            return
        offset = min(offsets, key=lambda offset: len(self._whole.get(_number(data, offset), ())))
        self._whole.setdefault(_number(data, offset), []).append((len(self._starts) - 1, offset))
        self._look_for([_number(data, offset)])

    def _keep_windows(self, needle: Needle, odd: int) -> None:
        """Keeps a block, at an even or an odd place, of each window of the last needle that counts, or the window."""
        begin, counts, window = self._starts[-1], needle.fresh or needle.significant, needle.window
        step = (window - BLOCK + 1) // _STEP * _STEP
        places = range(begin + (odd - begin) % _STEP, self._ends[-1] - BLOCK + 1, step)
        blocks, flags = (
            memoryview(data)[at : at + places[-1] - places[0] + BLOCK].cast("Q")[:: step // BLOCK].tolist()
            for data, at in ((self._data, places[0]), (counts, places[0] - begin))
        )
        self.steps += len(places)
        start, new, ambiguous = begin, [], []
        for place, block, flag in zip(places, blocks, flags, strict=True):
            other = self._places[0].get(block, -1)
            if place >= start and (stretch := self._known_stretch(place, other, start, odd, window)):
                ambiguous.append(block)
                self._keep_between(needle, start, stretch[0])
                start = max(start, stretch[1] - window + 1)
            elif flag and (free := next((known for known in self._places if block not in known), None)) is not None:
                free[block] = place
                new.append(block)
                self._keep_between(needle, start, place + BLOCK - window)
                start = max(start, place + 1)
            elif place >= start and counts.find(1, max(place - window - begin, 0), place + window - begin) >= 0:
                ambiguous.append(block)
        self._keep_between(needle, start, self._ends[-1] - window + 1)
        self._ambiguous.update(ambiguous)
        self._look_for(new)
        self._look_for(ambiguous)

    def _keep_between(self, needle: Needle, start: int, end: int) -> None:
        """Keeps the windows themselves that begin between two places, as far as they count."""
        begin, counts, window = self._starts[-1], needle.fresh or needle.significant, needle.window
        windows = self._windows.setdefault((window, needle.encoding), {})
        while start < end and (at := counts.find(1, start - begin)) >= 0:
            start = max(start, begin + at - window + 1)
            last = counts.rfind(1, start - begin, start - begin + window)  # it lies in all windows up to itself
            behind = min(begin + last + 1, end)
            for place in range(start, behind):
                windows.setdefault(needle.data[place - begin : place - begin + window], place)
            self.steps += max(behind - start, 0)
            start = max(start, behind)

    def _known_stretch(self, place: int, other: int, start: int, odd: int, window: int) -> tuple[int, int] | None:
        """Returns from where to where all is as around another place, whose windows are found already.

        None where that is no more than two windows. What lies long before the start is not looked at.
        """
        if other < 0 or (other >= self._starts[-1] and not odd and (place - other) % _STEP):
            return None  # in the last case its windows are looked for at odd places alone, which is still to come
        values = self._data, self._significant, self._char_starts
        if any(data[place : place + window] != data[other : other + window] for data in values):
            return None
        self.steps += 1
        first = max(start - window, self._starts[-1])
        before = min(common_suffix(data[first:place], place - first, data, other) for data in values)
        behind = self._ends[-1] - place
        for data in values:
            behind = common_prefix(data[place : place + behind], 0, data, other)
        return (place - before, place + behind) if before + behind > 2 * window else None

    def _look_for(self, blocks: list[int]) -> None:
        if self._is_printable:
            self._printable.update([block for block in blocks if not block & _NOT_ASCII])
            self._other.update([block for block in blocks if block & _NOT_ASCII])
        else:
            self._other.update(blocks)

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
        sets = [self._printable, self._other] if around.translate(None, _PRINTABLE) else [self._printable]
        sets = [known for known in sets if known]
        for start in range(at, at + BLOCK, self._step) if sets else ():
            if (many := min(_MANY, (end - start) // BLOCK)) > 0:
                blocks = memoryview(data)[start : start + BLOCK * many].cast("Q").tolist()
                for known in sets:
                    self.steps += many
                    if not known.isdisjoint(blocks):
                        found.update(compress(count(start, BLOCK), map(known.__contains__, blocks)))

    def whole(self, data: bytes, at: int) -> list[Anchor]:
        """Returns which of the needles that count as a whole only a block of a text is of."""
        return self._whole.get(_number(data, at), []) if self._whole else []

    def partial(self, data: bytes, at: int) -> list[Anchor]:
        """Returns where in the others a block of a text stands, together with a whole window around it."""
        block = _number(data, at)
        known = [places[block] for places in self._places if block in places]
        places = [place for place in known if self._is_in_window(data, at, place)]
        if block in self._ambiguous:
            places = [*self._by_windows(data, at), *places]  # what is there for certain comes first
        return [self._anchor(place) for place in places]

    def _is_in_window(self, data: bytes, at: int, place: int) -> bool:
        """Returns whether enough bytes around two equal blocks are equal, too; near an end, whether they may be."""
        if not BLOCK <= at <= len(data) - 2 * BLOCK or place < BLOCK:
            return True
        before: int = _LITTLE(data, at - BLOCK)[0] ^ _LITTLE(self._data, place - BLOCK)[0]
        behind: int = _LITTLE(data, at + BLOCK)[0] ^ _LITTLE(self._data, place + BLOCK)[0]
        equal = BLOCK - (before.bit_length() + 7) // 8
        equal += ((behind & -behind).bit_length() - 1) // 8 if behind else BLOCK
        return equal >= WINDOW - BLOCK

    def _by_windows(self, data: bytes, at: int) -> Iterator[int]:
        for (size, _), windows in self._windows.items():
            for start in range(max(at + BLOCK - size, 0), at + 1):
                if (place := windows.get(data[start : start + size])) is not None:
                    yield place + at - start

    def _anchor(self, place: int) -> Anchor:
        number = bisect_right(self._starts, place) - 1
        return number, place - self._starts[number]

    def longest_suffix(self, data: bytes) -> int:
        """Returns the length of the longest suffix of a text that stands in any value."""
        return longest_suffix(data, self._data)

    def anchor_of(self, piece: bytes) -> Anchor:
        """Returns where such a suffix stands."""
        return self._anchor(self._data.find(piece))


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
