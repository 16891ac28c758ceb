"""The blocks of large values: few bytes at chosen places, by which a piece of a value is found in a text.

A block is as many bytes as one number holds, so that looking it up is looking up a number. A *window* is as many bytes
in a row as make a piece at least (:attr:`.needles.Needle.window`).

1. A text is looked up at every second place only. So each window keeps two blocks, one that begins at an even place and
   one at an odd one: however the window stands in a text, one of them is looked up.
2. Going from left to right, each window that counts keeps a block, unless the last block that was kept lies in it, or
   it is known: it also stands in another value, or earlier in the same one. A block is kept that stands nowhere else,
   and carries information: the keys of a JSON document stand in many texts.
3. Where all blocks of a window stand in many places, the window itself is kept.
4. Where that gives the same, many windows are kept at once: as long as every eighth byte begins a block that is new.
5. Of a text only those parts are looked up that are made of bytes of the values: bytes that were decoded and are no
   text are seldom so. A part of printable ASCII is looked up only if there is such a window, and only in its blocks.

Coordinates: ``at`` is a place in a text, ``start`` and ``place`` are places in all values together (``_data``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import compress, count
from struct import Struct

from .affixes import common_prefix, longest_suffix
from .anchors import MOST, Anchor
from .needles import Needle
from .policy import WINDOW

BLOCK = 8
"""Bytes of a block."""
_STEP = 2
"""Bytes from one place that is looked up to the next."""
_MANY = 512
"""Blocks that are kept, or looked up, at once."""
_PAUSE = 64
"""Windows at most that are kept one by one between two trials to keep many."""
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
        self._places: dict[int, int] = {}  # of each block
        self._more: dict[int, list[int]] = {}  # and where else it is kept
        self._whole: dict[int, list[Anchor]] = {}  # those of needles that count as a whole only
        self._printable: set[int] = set()  # of all these the ones that may stand in printable ASCII
        self._other: set[int] = set()  # and those that do not
        self._is_printable = True  # whether what is learned now has a window of printable ASCII
        self._windows: dict[bytes, int] = {}  # of those that are kept themselves, or the part around their last block

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
                self._keep_windows(odd, needle.window)
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
        self._look_for(_number(data, offset))

    def _keep_windows(self, odd: int, window: int) -> None:
        """Keeps a block, at an even or an odd place, of each window of the last needle that counts and is not known."""
        start, last = self._starts[-1], self._ends[-1] - window
        many = pause = 2
        singly = 0  # windows that are kept one by one before many are tried again
        while start <= last and (next_significant := self._significant.find(1, start)) >= 0:
            start = min(max(start, next_significant - window + 1), last)
            if not singly and (kept := self._keep_many(start, window, odd, many)):
                start, many, pause = kept, min(2 * many, _MANY), 2
                continue
            if not singly:
                many, singly, pause = 2, pause, min(2 * pause, _PAUSE)
            start, singly = self._keep(start, window, odd), singly - 1

    def _keep_many(self, start: int, window: int, odd: int, many: int) -> int:
        """As :meth:`_keep`, of so many windows at once, whose last blocks are new; returns 0 where one is not."""
        first, step = _last_block(start, window, odd), (window - BLOCK + 1) // _STEP * _STEP
        end = first + step * many
        if end > self._ends[-1]:
            return 0
        self.steps += many
        blocks, significant = (
            memoryview(data)[first:end].cast("Q")[:: step // BLOCK].tolist() for data in (self._data, self._significant)
        )
        if not all(significant) or len(set(blocks)) < many or not self._places.keys().isdisjoint(blocks):
            return 0
        self._places.update(zip(blocks, range(first, end, step), strict=True))
        self._look_for(*blocks)
        return end - step + 1

    def _keep(self, start: int, window: int, odd: int) -> int:
        """Keeps a block of the window at ``start``; returns where the next window is that is not known then."""
        data = self._data
        shown = data[start : start + window]
        common: list[int] = []  # the places of blocks that carry no information
        taken: list[int] = []  # and of those that do, and stand elsewhere, too
        for place in range(_last_block(start, window, odd), start - 1, -_STEP):
            self.steps += 1
            (block,) = _NUMBER(data, place)
            is_common = self._significant.find(1, place, place + BLOCK) < 0
            if block not in self._places and not is_common:
                return self._keep_block(block, place)
            for other in self._places_of(block):
                self.steps += 1
                other -= place - start
                if data[other : other + window] == shown and (known := self._known_up_to(start, other, window)):
                    return known - window + 1
            (common if is_common else taken).append(place)
        around = max(start, (taken or common)[0] + BLOCK - WINDOW)
        shown = data[around : around + WINDOW]
        if (other := self._windows.get(bytes(shown), -1)) >= 0:
            other -= around - start
            if known := self._known_up_to(start, other, window):
                return known - window + 1
        for place in taken or common:
            block = _number(data, place)
            if block not in self._places or len(self._more.get(block, ())) < MOST:
                return self._keep_block(block, place)
        self._windows.setdefault(bytes(shown), around)
        return start + 1

    def _keep_block(self, block: int, place: int) -> int:
        if self._places.setdefault(block, place) != place:
            self._more.setdefault(block, []).append(place)
        (self._printable if self._is_printable and not block & _NOT_ASCII else self._other).add(block)
        return place + 1

    def _look_for(self, *blocks: int) -> None:
        if self._is_printable:
            self._printable.update(block for block in blocks if not block & _NOT_ASCII)
            self._other.update(block for block in blocks if block & _NOT_ASCII)
        else:
            self._other.update(blocks)

    def _known_up_to(self, start: int, other: int, window: int) -> int:
        """Returns up to where what is from ``start`` on stands at ``other``, too, if that is a whole window; else 0."""
        size = common_prefix(self._data, start, self._data, other) if other >= 0 else 0
        for flags in (self._significant, self._char_starts):
            if flags[start : start + size] != flags[other : other + size]:
                size = common_prefix(flags[start : start + size], 0, flags[other : other + size], 0)
        return min(start + size, self._ends[-1]) if size >= window else 0

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
        places = [place for place in self._places_of(_number(data, at)) if self._is_in_window(data, at, place)]
        return [self._anchor(place) for place in (*places, *self._by_windows(data, at))]

    def _is_in_window(self, data: bytes, at: int, place: int) -> bool:
        """Returns whether enough bytes around two equal blocks are equal, too; near an end, whether they may be."""
        if not BLOCK <= at <= len(data) - 2 * BLOCK or place < BLOCK:
            return True
        before: int = _LITTLE(data, at - BLOCK)[0] ^ _LITTLE(self._data, place - BLOCK)[0]
        behind: int = _LITTLE(data, at + BLOCK)[0] ^ _LITTLE(self._data, place + BLOCK)[0]
        equal = BLOCK - (before.bit_length() + 7) // 8
        equal += ((behind & -behind).bit_length() - 1) // 8 if behind else BLOCK
        return equal >= WINDOW - BLOCK

    def _places_of(self, block: int) -> list[int]:
        return [self._places[block], *self._more.get(block, ())] if block in self._places else []

    def _by_windows(self, data: bytes, at: int) -> Iterator[int]:
        if len(self._more.get(_number(data, at), ())) == MOST:
            for start in range(max(at + BLOCK - WINDOW, 0), at + 1):
                if (place := self._windows.get(data[start : start + WINDOW])) is not None:
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


def _last_block(start: int, window: int, odd: int) -> int:
    """Returns the last even, or odd, place at which a block of a window begins."""
    last = start + window - BLOCK
    return last - (last - odd) % _STEP


def _number(data: bytes | bytearray, at: int) -> int:
    number: int = _NUMBER(data, at)[0]
    return number
