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
4. Find: the windows of a text and the fragments in them are hashed, and their places are found by binary search. Each
   window is compared with what stands at a fragment's places. Of a window's own places the first one where it really
   stands is as good as any other, for a match is extended from there.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count, repeat
from operator import and_, concat, eq, ne

from .flags import STARTS, both, ones, within_next, without
from .needles import Needle
from .policy import WINDOW

FRAGMENT = 12
"""Characters of a fragment."""
_EVERY = WINDOW - FRAGMENT + 1
"""Characters from one fragment to the next, such that each window holds one."""
_MOST = 8
"""Places of a fragment that are kept, in what was learned at once."""
_HASH = (1 << 30) - 1
"""The bits of a hash that are kept; with more of them some numbers would be none as floating-point numbers."""
_PLACE, _HASHED = (0, 1) if sys.byteorder == "little" else (1, 0)
"""Which half of a number is which."""
_CHARS = {size: re.compile(rb"(?:[\0-\x7f]|[\xc0-\xff][\x80-\xbf]{0,3}){%d}" % size) for size in (FRAGMENT, WINDOW)}
GAP = bytes(WINDOW)
"""What stands between two values."""
LONGEST_CHAR = 4
"""Bytes of the longest character in UTF-8."""
_NOT_ZERO = bytes([byte != 0 for byte in range(256)])
_lock = threading.RLock()  # a signal's handler may mask, too


class _Table:
    """Where in all values pieces of them stand, by their hashes; it takes eight bytes for each.

    Args:
        pieces: the pieces.
        places: where each stands.
    """

    def __init__(self, pieces: Iterable[bytes], places: Iterable[int]) -> None:
        hashes, at = array("I", map(and_, map(hash, pieces), repeat(_HASH))), array("I", places)
        pairs = array("I", bytes(8 * len(at)))
        pairs[_HASHED::2], pairs[_PLACE::2] = hashes, at
        numbers = array("d", pairs.tobytes()).tolist()
        numbers.sort()
        halves = memoryview(array("d", numbers)).cast("B").cast("I")
        self.hashes, self.places = (array("I", halves[half::2].tobytes()) for half in (_HASHED, _PLACE))

    def find(self, piece: bytes) -> Sequence[int]:
        """Returns where a piece may stand, in order."""
        first = bisect_left(self.hashes, hashed := hash(piece) & _HASH)
        if first == len(self.hashes) or self.hashes[first] != hashed:
            return ()
        return self.places[first : bisect_right(self.hashes, hashed, first)]

    def take_crowded(self) -> array[int]:
        """Takes out the pieces that stand at too many places; returns these places."""
        again = bytes(_MOST) + bytes(map(eq, self.hashes, self.hashes[_MOST:]))
        crowded = within_next(again, _MOST + 1)
        if 1 not in again:
            return array("I")
        places = array("I", compress(self.places, crowded))
        kept = without(ones(len(crowded)), crowded)
        self.hashes, self.places = (array("I", compress(all_, kept)) for all_ in (self.hashes, self.places))
        return places


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
        windows = {at: window for at in range(first, last + 1) if (window := self._run(data, at, WINDOW))}
        if not windows:
            return
        behind = last + (_EVERY - 1) * (LONGEST_CHAR if self._by_chars else self._unit)
        fragments = [(at, run) for at in range(first, behind + 1) if (run := self._run(data, at, FRAGMENT))]
        for learned in self._learned:
            for start, window in windows.items() if learned.crowded.places else ():
                for place in learned.crowded.find(window):
                    if values.startswith(window, place):
                        yield start, place
                        break
            for distance in {place - at for at, run in fragments for place in learned.fragments.find(run)}:
                for start, window in windows.items():
                    place = start + distance
                    if place >= 0 and self._counting[place] and values.startswith(window, place):
                        yield start, place
                        break

    def _run(self, data: bytes, start: int, size: int) -> bytes:
        """Returns as many characters of a text from a place on, or nothing if that is in the middle of one."""
        run = data[start : start + size * self._unit]
        if self._by_chars and not run.isascii():
            found = _CHARS[size].match(data, start)
            return found[0] if found else b""
        return run if len(run) == size * self._unit else b""

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
        fragments = _Table(
            _runs(data, first, starts[FRAGMENT::_EVERY], holding), map(begin.__add__, compress(first, holding))
        )
        marks = bytearray(len(data))
        for place in (crowded := fragments.take_crowded()):
            marks[place - begin] = 1
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
        windows = _Table(_runs(data, starts, starts[WINDOW:], chosen), map(begin.__add__, compress(starts, chosen)))
        self.steps += len(fragments.places) + len(crowded) + len(windows.places)
        return _Learned(begin, counting.count(1), fragments, windows)


def _runs(data: bytes, starts: Iterable[int], ends: Iterable[int], flags: bytes) -> Iterator[bytes]:
    """Yields what lies between each start and end that has a flag set."""
    return map(data.__getitem__, map(slice, compress(starts, flags), compress(ends, flags)))


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
