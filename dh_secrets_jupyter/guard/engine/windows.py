"""The windows of large values, found by a fragment of each: what hashing it gives, and the place where it stands.

A *window* is as many characters in a row as make a piece (:data:`.policy.WINDOW`). Of a text in UTF-8 that are as many
characters, however long; of bytes and of UTF-16 they are as many units of one byte or two. A window counts where
anything in it does, unless it only repeats one or two characters.

1. Learn: a *fragment* is a shorter run. Those at every fifth place are hashed, of which each window holds one. So there
   are five times fewer of them than windows, of which there may be a million.
2. A fragment that stands at many places is *crowded*, and none of its places is kept. Instead the windows around it are
   hashed, but only once where the same surroundings come again: lines that are alike differ in little.
3. Hash and place are the two halves of a number, and all numbers are sorted. No step of Python's is taken for one of
   them. They are sorted as floating-point numbers, whose order is that of the integers with the same bits: Python sorts
   these three times faster.
4. Find: the windows of a text and the fragments in them are hashed. A map of what hashes begin with shows of most that
   they stand nowhere, and the places of the others are found by binary search. Each window is compared with what stands
   at the places of a fragment in it. Of a window's own places the first one where it really stands is as good as any
   other, for a match is extended from there.
"""

from __future__ import annotations

import os
import sys
import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count, repeat
from operator import and_, concat, eq, ne, rshift, sub

from .flags import STARTS, both, ones, within_next, without
from .needles import Needle
from .policy import WINDOW

FRAGMENT = 12
"""Characters of a fragment."""
_EVERY = WINDOW - FRAGMENT + 1
"""Characters from one fragment to the next, such that each window holds one."""
_MOST = 3
"""Places of a fragment that are kept, in what was learned at once."""
_BITS = 30
_HASH = (1 << _BITS) - 1
"""The bits of a hash that are kept; with more of them some numbers would be none as floating-point numbers."""
_PLACE, _HASHED = (0, 1) if sys.byteorder == "little" else (1, 0)
"""Which half of a number is which."""
GAP = bytes(WINDOW)
"""What stands between two values."""
LONGEST_CHAR = 4
"""Bytes of the longest character in UTF-8."""
_NOT_ZERO = bytes([byte != 0 for byte in range(256)])
_lock = threading.RLock()  # a signal's handler may mask, too


class _Table:
    """Where in all values pieces of them stand, by their hashes.

    It takes eight bytes for each, and about as many again for a map of which hashes begin like theirs: most pieces
    that are looked for stand nowhere, and one look at the map shows it.

    Args:
        hashes: of each piece, in order.
        places: where each stands.
    """

    def __init__(self, hashes: array[int], places: array[int]) -> None:
        self._hashes, self.places = hashes, places
        bits = min((8 * len(hashes)).bit_length(), _BITS)
        self._shift = _BITS - bits
        begins = array("I", map(rshift, hashes, repeat(self._shift)))
        each = array("I", compress(begins, chain((1,), map(ne, begins, begins[1:]))))
        gaps = map(sub, each, chain((0,), map((1).__add__, each)))
        self._map = (b"\1".join(map(bytes, gaps)) + b"\1" * bool(each)).ljust(1 << bits, b"\0")

    def find(self, hashes: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
        """Yields of each piece that may stand in the values its number among those asked for, and where, in order."""
        may_stand = map(self._map.__getitem__, map(rshift, hashes, repeat(self._shift)))
        for number in compress(count(), may_stand):
            hashed = hashes[number]
            first = bisect_left(self._hashes, hashed)
            if first < len(self._hashes) and self._hashes[first] == hashed:
                yield number, self.places[first : bisect_right(self._hashes, hashed, first)]


def _sorted(pieces: Iterable[bytes], places: Iterable[int]) -> list[array[int]]:
    """Returns the hashes of pieces, in order, and the places where they stand, in order for each hash."""
    hashes, at = array("I", _hashes(pieces)), array("I", places)
    pairs = array("I", bytes(8 * len(at)))
    pairs[_HASHED::2], pairs[_PLACE::2] = hashes, at
    numbers = array("d", pairs.tobytes()).tolist()
    numbers.sort()
    halves = memoryview(array("d", numbers)).cast("B").cast("I")
    return [array("I", halves[half::2].tobytes()) for half in (_HASHED, _PLACE)]


def _hashes(pieces: Iterable[bytes]) -> Iterator[int]:
    return map(and_, map(hash, pieces), repeat(_HASH))


def _crowded(hashes: array[int]) -> bytes:
    """Returns for each of the hashes, which are in order, 1 where it is there too often."""
    return within_next(bytes(_MOST) + bytes(map(eq, hashes, hashes[_MOST:])), _MOST + 1)


@dataclass(frozen=True, slots=True)
class _Learned:
    """A part of all values whose windows were learned at once.

    Attributes:
        begin: where it begins.
        count: how many windows begin in it that count.
        fragments: those that are not crowded.
        crowded: the windows around those that are.
    """

    begin: int
    count: int
    fragments: _Table
    crowded: _Table


class Windows:
    """The windows of all large values in one encoding. Safe to be used by several threads, and in a forked child.

    Args:
        unit: bytes of a character; where they differ, of the shortest one.
        by_chars: whether the values are UTF-8, in which they differ.

    Attributes:
        steps: how many fragments and windows were learned.
    """

    def __init__(self, unit: int, *, by_chars: bool) -> None:
        self.steps = 0
        self._unit = unit
        self._by_chars = by_chars
        self._counting = bytearray()  # for each place in all values 1 where a window begins that counts
        self._learned: list[_Learned] = []  # each has more than the next one, so that there are few
        self._waiting: list[tuple[Sequence[Needle], int]] = []

    def add(self, needles: Sequence[Needle], begin: int) -> None:
        """Takes needles, the first of which begins at a place of all values; the first search learns them, or
        :meth:`learn`.
        """
        self._waiting.append((needles, begin))

    def learn(self, values: bytearray) -> None:
        """Learns what was added of all values."""
        with _lock:
            learned, waiting = self._learned.copy(), self._waiting.copy()
            for needles, begin in waiting:
                counting = _counting(needles, self._unit, self._by_chars)
                end = begin + len(counting)
                self._counting.extend(bytes(max(begin - len(self._counting), 0)))
                self._counting[begin:end] = counting
                while learned and learned[-1].count <= self._counting.count(1, begin, end):
                    begin = learned.pop().begin
                learned.append(self._learn(values, begin, end))
            # In this order: who masks in between, in a signal's handler or a forked child, learns the same once more.
            self._learned = learned
            self._waiting = self._waiting[len(waiting) :]

    def find(self, data: bytes, first: int, last: int, values: bytearray) -> Iterator[tuple[int, int]]:
        """Yields, of a text's windows that begin between two places, where they do, and a place in all values."""
        if self._waiting:
            self.learn(values)
        starts = self._starts(data, first, last)
        begins = starts[: bisect_right(starts, last)]
        windows = list(_runs(data, begins, starts[WINDOW * self._unit :]))
        before, counting = (_EVERY - 1) * self._unit, self._counting
        hashes = list(_hashes(windows))
        fragments = list(
            _hashes(_runs(data, starts[: len(windows) + before], starts[FRAGMENT * self._unit :])) if windows else ()
        )
        for learned in self._learned:
            for number, places in learned.crowded.find(hashes):
                for place in places:
                    if values.startswith(windows[number], place):
                        yield starts[number], place
                        break
            found: set[int] = set()
            for number, places in learned.fragments.find(fragments):
                start, holding = starts[number], range(max(number - before, 0), min(number + 1, len(windows)))
                for distance in [place - start for place in places]:
                    for window in holding if distance not in found else ():
                        place = starts[window] + distance
                        if place >= 0 and counting[place] and values.startswith(windows[window], place):
                            found.add(distance)
                            yield starts[window], place
                            break

    def _starts(self, data: bytes, first: int, last: int) -> Sequence[int]:
        """Returns the places of a text where a character may start that is in a window which begins between two places,
        and the end of the last one.
        """
        end = min(last + WINDOW * (LONGEST_CHAR if self._by_chars else self._unit), len(data))
        around = data[first:end]
        if not self._by_chars or around.isascii():
            return range(first, min(last + WINDOW * self._unit, end) + 1)
        starts = array("I", compress(count(first), around.translate(STARTS)))
        if end == len(data):
            starts.append(end)
        return starts

    def _learn(self, values: bytearray, begin: int, end: int) -> _Learned:
        data, counting = bytes(values[begin:end]), bytes(self._counting[begin:end])
        is_start = data.translate(STARTS) if self._by_chars and not data.isascii() else b""

        def of_chars(flags: bytes) -> bytes:
            return bytes(compress(flags, is_start)) if is_start else flags[:: self._unit]

        starts: Sequence[int] = range(0, len(data), self._unit)
        if is_start:
            starts = array("I", compress(count(), is_start))
        counting = of_chars(counting)
        first, holding = starts[::_EVERY], within_next(bytes(_EVERY - 1) + counting, _EVERY)[::_EVERY]
        fragments = _sorted(
            _runs(data, first, starts[FRAGMENT::_EVERY], holding), map(begin.__add__, compress(first, holding))
        )
        marks, is_crowded = bytearray(len(data)), _crowded(fragments[0])
        for place in (crowded := array("I", compress(fragments[1], is_crowded))):
            marks[place - begin] = 1
        if crowded:
            kept = without(ones(len(is_crowded)), is_crowded)
            fragments = [array("I", compress(all_, kept)) for all_ in fragments]
        is_crowded = of_chars(bytes(marks))[::_EVERY]
        # Windows that may hold a fragment, and which of them count: the same ones again are not learned again.
        around = map(
            concat,
            _runs(data, chain((0,), starts[1::_EVERY]), starts[WINDOW::_EVERY], is_crowded),
            _runs(
                counting, chain((0,), range(1, len(counting), _EVERY)), range(1, len(counting) + 1, _EVERY), is_crowded
            ),
        )
        begins = bytearray(len(counting))
        for number in dict(zip(around, compress(range(0, len(counting), _EVERY), is_crowded), strict=True)).values():
            begins[number] = 1
        chosen = both(within_next(bytes(begins), _EVERY), counting)
        windows = _sorted(_runs(data, starts, starts[WINDOW:], chosen), map(begin.__add__, compress(starts, chosen)))
        self.steps += len(fragments[1]) + len(crowded) + len(windows[1])
        return _Learned(begin, counting.count(1), _Table(*fragments), _Table(*windows))


def _runs(
    data: bytes, starts: Iterable[int], ends: Iterable[int], flags: Iterable[int] | None = None
) -> Iterator[bytes]:
    """Yields what lies between each start and end, where flags are given each one that has its flag set."""
    if flags is not None:
        starts, ends = compress(starts, flags), compress(ends, flags)
    return map(data.__getitem__, map(slice, starts, ends))


def _counting(needles: Sequence[Needle], unit: int, by_chars: bool) -> bytes:
    """Returns for each byte of the needles, with a gap behind each, 1 where a window begins that counts."""
    data = b"".join([needle.data + GAP for needle in needles])
    counts = b"".join([(needle.fresh or needle.significant) + GAP for needle in needles])
    gaps = b"".join([bytes(len(needle.data)) + ones(len(GAP)) for needle in needles])
    starts = ones(len(data)) if unit == 1 else ones(1).ljust(unit, b"\0") * (len(data) // unit)
    if by_chars and not data.isascii():
        starts = data.translate(STARTS)
        text = data.decode("utf-8", "surrogatepass")
        if any(needle.fresh for needle in needles):  # a control sequence may have stood in the middle of a character
            counts = within_next(counts, LONGEST_CHAR)
        counts, gaps = bytes(compress(counts, starts)), bytes(compress(gaps, starts))
        changes, size, period = bytes(map(ne, text, text[2:])), WINDOW, 2
    else:
        changes, size, period = _changes(data, 2 * unit), WINDOW * unit, 2 * unit
    changing = within_next(changes.ljust(len(counts), b"\1"), size - period)
    counting = without(both(within_next(counts, size), changing), within_next(gaps, size))
    if len(counting) == len(data):
        return both(counting, starts)
    spread = bytearray(len(data))
    for start in compress(compress(count(), starts), counting):
        spread[start] = 1
    return bytes(spread)


def _changes(data: bytes, period: int) -> bytes:
    """Returns for each byte whether the one that is a period behind it is another one; none for the last ones."""
    behind = data[period:]
    differing = int.from_bytes(data[: len(behind)]) ^ int.from_bytes(behind)
    return differing.to_bytes(len(behind)).translate(_NOT_ZERO)


def _renew_lock() -> None:
    """A thread that held the lock does not exist in a forked child, and would never give it back."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
