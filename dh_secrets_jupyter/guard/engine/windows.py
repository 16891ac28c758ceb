"""The windows of large values, found by a fragment of each: what hashing it gives, and the place where it stands.

A *window* is as many characters in a row as make a piece (:data:`.policy.WINDOW`). Of a text in UTF-8 that are as many
characters, however long; of bytes and of UTF-16 they are as many units of one byte or two. A window counts where
anything in it does, unless it only repeats one or two characters.

1. Learn: a *fragment* is a shorter run. Those at every fifth place are hashed, of which each window holds one. So there
   are five times fewer of them than windows, of which there may be a million.
2. A fragment that stands at many places is *crowded*, and none of its places is kept. Instead the windows around it are
   hashed, but only once where the same surroundings come again: lines that are alike differ in little.
3. Find: the windows of a text and the fragments in them are hashed, and looked up (:mod:`.hashed_places`). Each window
   is compared with what stands at the places of a fragment in it, or at its own, of which the first is as good as any.
4. From a window that is found the value is followed (:mod:`.search`). What that masks is looked up no more. So the cost
   is linear in the text, with a constant that does not depend on how alike the values are; ``steps`` counts it.
"""

from __future__ import annotations

import os
import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, compress, count, islice, repeat
from operator import concat, eq, ne
from typing import NamedTuple, Protocol

from .flags import STARTS, both, changes, ones, within_next, without
from .hashed_places import HashedPlaces, sorted_by_hash
from .needles import Needle
from .policy import WINDOW

FRAGMENT = 12
"""Characters of a fragment."""
_EVERY = WINDOW - FRAGMENT + 1
"""Characters from one fragment to the next, such that each window holds one."""
_AT_ONCE = 128
"""Bytes of a text in which windows are looked up at once."""
_MOST = 3
"""Places of a fragment that are kept, in what was learned at once."""
GAP = bytes(WINDOW)
"""What stands between two values."""
LONGEST_CHAR = 4
"""Bytes of the longest character in UTF-8."""
_lock = threading.RLock()  # a signal's handler may mask, too


class Followed(Protocol):
    """What is known around the windows of a text that were found so far.

    Attributes:
        last_masked: start and end of the last bytes that are masked, without a gap.
        last_end: up to where in the text the value goes on whose window was taken last.
    """

    last_masked: tuple[int, int]
    last_end: int


def _crowded(hashes: array[int]) -> bytes:
    """Returns for each of the hashes, which are in order, 1 where it is there too often."""
    return within_next(bytes(_MOST) + bytes(map(eq, hashes, hashes[_MOST:])), _MOST + 1)


class _Learned(NamedTuple):
    """A part of all values whose windows were learned at once.

    Attributes:
        begin: where it begins.
        windows: how many begin in it that count.
        fragments: those that are not crowded.
        crowded: the windows around those that are.
    """

    begin: int
    windows: int
    fragments: HashedPlaces
    crowded: HashedPlaces


_Lookup = tuple[HashedPlaces, int]
"""A table, and how many bytes before what is looked up in it a window may begin: none where that is a window."""


class Windows:
    """The windows of all large values in one encoding. Safe to be used by several threads, and in a forked child.

    Args:
        unit: bytes of a character; where they differ, of the shortest one.
        by_chars: whether the values are UTF-8, in which they differ.

    Attributes:
        steps: how many fragments and windows were learned, and looked at in texts.
    """

    def __init__(self, unit: int, *, by_chars: bool) -> None:
        self.steps = 0
        self._unit = unit
        self._by_chars = by_chars
        self._counting = bytearray()  # for each place in all values 1 where a window begins that counts
        self._learned: list[_Learned] = []  # each has twice as many as the next one, so that there are few
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
                while learned and learned[-1].windows <= 2 * self._counting.count(1, begin, end):
                    begin = learned.pop().begin
                learned.append(self._learn(values, begin, end))
            # In this order: who masks in between, in a signal's handler or a forked child, learns the same once more.
            self._learned = learned
            self._waiting = self._waiting[len(waiting) :]

    def find(
        self, data: bytes, areas: Iterable[tuple[int, int]], values: bytearray, followed: Followed
    ) -> Iterator[tuple[int, int]]:
        """Yields, of a text's windows that begin in some areas, where they do, and a place in all values.

        Whoever takes one follows the value from there on. What that has masked is looked up no more, and neither is how
        the value goes on: so what is alike is followed once, however many values are like it.

        Args:
            areas: from where to where a window may begin, in order.
        """
        longest = WINDOW * (LONGEST_CHAR if self._by_chars else self._unit)
        lookups: list[_Lookup] = []
        for first, last in areas:
            lookups = lookups or self._lookups(values)
            while first <= last:
                masked_from, masked_to = followed.last_masked
                if masked_from <= first < masked_to - longest:
                    first = masked_to - longest
                else:
                    starts = self._starts(data, first, min(first + _AT_ONCE, last))
                    yield from self._find(data, starts, lookups, values, followed)
                    first += _AT_ONCE + 1

    def _lookups(self, values: bytearray) -> list[_Lookup]:
        """Returns in what the windows of a text are looked up, once all is learned."""
        self.learn(values)
        crowded = [(learned.crowded, 0) for learned in self._learned if learned.crowded]
        return crowded + [(learned.fragments, (_EVERY - 1) * self._unit) for learned in self._learned]

    def _find(
        self, data: bytes, starts: Sequence[int], lookups: list[_Lookup], values: bytearray, followed: Followed
    ) -> Iterator[tuple[int, int]]:
        """Yields windows that begin at some places, as :meth:`find`."""
        ends = starts[WINDOW * self._unit :]
        windows = list(_runs(data, starts, ends))
        fragments = _runs(data, starts, starts[FRAGMENT * self._unit :])
        hashes = list(map(hash, windows)), list(map(hash, fragments))
        known: list[tuple[int, int]] = []  # by number of the window or fragment, and of the lookup
        for which, (table, reach) in enumerate(lookups):
            known += zip(table.may_hold(hashes[reach > 0]), repeat(which))
        self.steps += len(windows)
        counting, last_number = self._counting, len(windows) - 1
        until: dict[int, int] = {}  # by distance from text to value: up to where that was followed
        settled, (done_from, done_to) = -1, _within(starts, ends, followed.last_masked)
        for number, which in sorted(known):
            if number <= settled:
                continue
            table, reach = lookups[which]
            first, last = max(number - reach, 0), min(number, last_number)
            if done_from <= first and last <= done_to:
                settled = done_to if done_from <= number - lookups[-1][1] else settled  # of what follows all is done
                continue
            places = table.find(hashes[reach > 0][number])
            if not reach:  # of a window's own places the first is as good as any
                places = islice(filter(partial(values.startswith, windows[number]), places), 1)
            for place in places:
                self.steps += 1
                distance = place - starts[number]
                for window in range(first, last + 1):
                    if done_from <= window <= done_to or ends[window] <= until.get(distance, 0):
                        continue
                    begin = starts[window] + distance
                    if begin >= 0 and counting[begin] and values.startswith(windows[window], begin):
                        yield starts[window], begin
                        done_from, done_to = _within(starts, ends, followed.last_masked)
                        until[distance] = followed.last_end
                        break

    def _starts(self, data: bytes, first: int, last: int) -> Sequence[int]:
        """Returns the places of a text where a character may start that is in a window which begins between two places,
        and the end of the last one.
        """
        end = min(last + WINDOW * (LONGEST_CHAR if self._by_chars else self._unit), len(data))
        around = data[first:end]
        if not self._by_chars or around.isascii():
            return range(first, min(last + WINDOW * self._unit, end) + 1)
        begins = around.translate(STARTS)
        starts = array("I", compress(count(first), begins))
        if end == len(data):
            starts.append(end)
        return starts[: begins.count(1, 0, last + 1 - first) + WINDOW]

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
        fragments = sorted_by_hash(
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
        windows = sorted_by_hash(
            _runs(data, starts, starts[WINDOW:], chosen), map(begin.__add__, compress(starts, chosen))
        )
        self.steps += len(fragments[1]) + len(crowded) + len(windows[1])
        return _Learned(begin, counting.count(1), HashedPlaces(*fragments), HashedPlaces(*windows))


def _within(starts: Sequence[int], ends: Sequence[int], span: tuple[int, int]) -> tuple[int, int]:
    """Returns which of the windows with these starts and ends is the first that lies in a span, and which the last."""
    return bisect_left(starts, span[0]), bisect_right(ends, span[1]) - 1


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
        changing, size, period = bytes(map(ne, text, text[2:])), WINDOW, 2
    else:
        changing, size, period = changes(data, 2 * unit), WINDOW * unit, 2 * unit
    changing = within_next(changing.ljust(len(counts), b"\1"), size - period)
    counting = without(both(within_next(counts, size), changing), within_next(gaps, size))
    if len(counting) == len(data):
        return both(counting, starts)
    spread = bytearray(len(data))
    for start in compress(compress(count(), starts), counting):
        spread[start] = 1
    return bytes(spread)


def _renew_lock() -> None:
    """A thread that held the lock does not exist in a forked child, and would never give it back."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
