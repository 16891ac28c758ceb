"""The windows of large values, in eight bytes each: what hashing it gives, and the place where it stands.

A *window* is as many characters in a row as make a piece (:data:`.policy.WINDOW`). Of a text in UTF-8 that are as many
characters, however long; of bytes and of UTF-16 they are as many bytes.

1. Learn: each window that counts is hashed. Hash and place are the two halves of a number, and all numbers are sorted.
   No step of Python's is taken for a window, of which there may be millions. They are sorted as floating-point numbers,
   whose order is that of the integers with the same bits: Python sorts these three times faster.
2. Find: a window of a text is hashed, and its places are found by binary search. The first one where it really stands
   is as good as any other, for a match is extended from there.

A window counts where any of its bytes does, unless it only repeats one or two characters.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import compress, count, repeat
from operator import and_, ne
from struct import Struct, iter_unpack

from .flags import ones
from .needles import Needle
from .policy import WINDOW

_HASH = (1 << 30) - 1
"""The bits of a hash that are kept; with more of them some numbers would be none as floating-point numbers."""
_PLACE, _HASHED = (0, 1) if sys.byteorder == "little" else (1, 0)
"""Which half of a number is which."""
_PAIR, _NUMBER = Struct("=2I").pack, Struct("=d").unpack
_CHARS = re.compile(rb"(?:[\0-\x7f]|[\xc0-\xff][\x80-\xbf]{0,3}){%d}" % WINDOW)
LONGEST_CHAR = 4
"""Bytes of the longest character in UTF-8."""
_NOT_ZERO = bytes([byte != 0 for byte in range(256)])
_lock = threading.RLock()  # a signal's handler may mask, too

Table = tuple["array[float]", "memoryview[int]"]
"""Sorted numbers, and their halves."""


class Windows:
    """The windows of all large values in one encoding. Safe to be used by several threads, and in a forked child.

    Args:
        size: bytes of a window; where they differ, of the shortest one.
        by_chars: whether windows are so many characters of UTF-8.

    Attributes:
        steps: how many windows were learned.
    """

    def __init__(self, size: int, *, by_chars: bool) -> None:
        self.steps = 0
        self._size = size
        self._by_chars = by_chars
        self._tables: list[Table] = []  # each is longer than the next one, so that there are few
        self._waiting: list[tuple[Needle, int]] = []

    def add(self, needle: Needle, begin: int) -> None:
        """Takes a needle, which begins at a place of all values; the first search learns it, or :meth:`learn`."""
        self._waiting.append((needle, begin))

    def learn(self) -> None:
        """Learns what was added."""
        with _lock:
            tables, waiting = self._tables.copy(), self._waiting.copy()
            for needle, begin in waiting:
                hashes, places = _of_chars(needle, begin) if self._by_chars else _of_bytes(needle, begin)
                self.steps += len(places)
                numbers = _numbers(hashes, places)
                while tables and len(tables[-1][0]) <= len(numbers):
                    numbers += tables.pop()[0]
                numbers.sort()
                table = array("d", numbers)
                tables.append((table, memoryview(table).cast("B").cast("I")))
            # In this order: who masks in between, in a signal's handler or a forked child, learns the same once more.
            self._tables = tables
            self._waiting = self._waiting[len(waiting) :]

    def find(self, data: bytes, first: int, last: int, values: bytearray) -> Iterator[tuple[int, int]]:
        """Yields, of a text's windows that begin between two places, where they do, and a place in all values."""
        if self._waiting:
            self.learn()
        for start in range(first, last + 1):
            if window := self._window(data, start):
                hashed = hash((window,)) & _HASH
                for numbers, halves in self._tables:
                    at = bisect_left(numbers, _number(hashed))
                    while at < len(numbers) and halves[2 * at + _HASHED] == hashed:
                        if values.startswith(window, place := halves[2 * at + _PLACE]):
                            yield start, place
                            break
                        at += 1

    def _window(self, data: bytes, start: int) -> bytes:
        window = data[start : start + self._size]
        if self._by_chars and not window.isascii():
            found = _CHARS.match(data, start)
            return found[0] if found else b""
        return window


def _number(hashed: int) -> float:
    """Returns the smallest number with a hash."""
    halves = (0, hashed) if _HASHED else (hashed, 0)
    number: float = _NUMBER(_PAIR(*halves))[0]
    return number


def _numbers(hashes: array[int], places: array[int]) -> list[float]:
    pairs = array("I", bytes(8 * len(places)))
    pairs[_HASHED::2], pairs[_PLACE::2] = hashes, places
    return array("d", pairs.tobytes()).tolist()


def _of_bytes(needle: Needle, begin: int) -> tuple[array[int], array[int]]:
    """Returns the hashes and places of windows of so many bytes."""
    data, size, char = needle.data, needle.window, needle.window // WINDOW
    counts = needle.fresh or needle.significant
    counting = _both(_counting(counts, _changes(data, 2 * char), size, 2 * char), needle.char_starts)
    hashes, places = array("I"), array("I")
    for first in range(0, size, char):  # at a time all that lie side by side
        behind = first + (len(data) - first) // size * size
        flags = counting[first:behind:size]
        windows = compress(iter_unpack(f"{size}s", memoryview(data)[first:behind]), flags)
        hashes.extend(map(and_, map(hash, windows), repeat(_HASH)))
        places.extend(compress(range(begin + first, begin + behind, size), flags))
    return hashes, places


def _of_chars(needle: Needle, begin: int) -> tuple[array[int], array[int]]:
    """Returns the hashes and places of windows of so many characters."""
    if needle.data.isascii():
        return _of_bytes(needle, begin)
    data, text = needle.data, needle.data.decode("utf-8", "surrogatepass")
    counts = bytes(compress(within_next(needle.fresh, LONGEST_CHAR) or needle.significant, needle.char_starts))
    changes = bytes(map(ne, text, text[2:])) + b"\1\1"
    counting = _counting(counts, changes, WINDOW, 2)
    starts = array("I", compress(count(), needle.char_starts))
    starts.append(len(data))
    windows = map(data.__getitem__, compress(map(slice, starts, starts[WINDOW:]), counting))
    hashes = array("I", map(and_, map(hash, zip(windows)), repeat(_HASH)))
    return hashes, array("I", compress(map(begin.__add__, starts[:-WINDOW]), counting))


def _counting(counts: bytes, changes: bytes, size: int, period: int) -> bytes:
    """Returns for each byte, or character, 1 where a window of so many counts that begins there.

    Args:
        counts: for each of them whether it counts.
        changes: for each of them whether the one that is a period behind it is another one.
    """
    return _both(within_next(counts, size), within_next(changes, size - period))


def _changes(data: bytes, period: int) -> bytes:
    behind = data[period:]
    differing = int.from_bytes(data[: len(behind)]) ^ int.from_bytes(behind)
    return differing.to_bytes(len(behind)).translate(_NOT_ZERO) + ones(period)


def _both(a: bytes, b: bytes) -> bytes:
    return (int.from_bytes(a) & int.from_bytes(b)).to_bytes(len(a))


def within_next(flags: bytes, size: int) -> bytes:
    """Returns for each flag whether it, or one of those behind it, is set: so many of them, itself counted."""
    number, reach, every = int.from_bytes(flags), 1, (1 << 8 * len(flags)) - 1
    while reach < size:
        more = min(reach, size - reach)
        number = (number | number << 8 * more) & every
        reach += more
    return number.to_bytes(len(flags))


def _renew_lock() -> None:
    """A thread that held the lock does not exist in a forked child, and would never give it back."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
