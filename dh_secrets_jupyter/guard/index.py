"""Finds the needles of all values in bytes, whole and in pieces, and learns new ones cheaply.

Each needle is cut into fragments of a few bytes such that every piece that counts holds one of them whole. One
Aho-Corasick automaton looks for all fragments; what it finds is grown to both sides as far as the needle goes.
So there are few and short patterns, whatever the length of a value, and one mechanism for whole values and for pieces.
"""

from __future__ import annotations

import math
import os
import threading
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from .needles import Needle
from .owners import Owner
from .rule import PIECE

FRAGMENT = 6
"""Bytes of a fragment: long enough to be rare, short enough to be few."""
_FAST = 6_000
"""Fragments up to which the automaton is a DFA: more than twice as fast, at half a kilobyte for each state."""
_BUILD, _BUILD_FAST = 600, 3_000
"""Bytes that one automaton more, or a slower one, searches in the time that building takes for each fragment."""
_SHORT = 1 << 16
"""Bytes up to which a search keeps the interpreter's lock: another thread that gets it meanwhile keeps it longer."""

Owners = dict[bytes, list[tuple[int, int]]]
"""For each fragment the needles that hold it, by number, and where."""


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes ``start`` to ``end`` of the text are those of a needle from ``offset`` on, and go on on neither side."""

    start: int
    end: int
    needle: Needle
    owner: Owner
    offset: int

    @property
    def whole(self) -> bool:
        """Whether all of the needle is there."""
        return self.end - self.start == len(self.needle.data)


class _Part:
    """An automaton over some of the fragments."""

    def __init__(self, owners: Owners, *, fast: bool) -> None:
        self.owners = owners
        self.fast = fast
        self._by_fragment = list(owners.values())
        self._automaton = BytesAhoCorasick(list(owners), MatchKind.Standard, Implementation.DFA if fast else None)

    def found(self, data: bytes) -> list[tuple[int, int, int]]:
        """Returns the number of a fragment, its start in the text and its end, for all that stand there."""
        # ahocorasick_rs gives the lock up for immutable bytes only.
        searched = data if len(data) > _SHORT else bytearray(data)
        return self._automaton.find_matches_as_indexes(searched, overlapping=True)

    def hits(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """Yields position in the text, number of the needle, position in the needle."""
        for fragment, start, _ in self.found(data):
            for number, offset in self._by_fragment[fragment]:
                yield start, number, offset


class Index:
    """All needles of all values. Safe to be used by several threads, and in a forked child."""

    def __init__(self) -> None:
        self._needles: list[tuple[Owner, Needle]] = []
        self._starts: list[int] = []  # of each needle in _all
        self._all = bytearray()
        self._bytes = bytearray(1 << 8)  # whether a byte stands in any needle
        self._pairs = bytearray(1 << 16)  # and two side by side
        self._parts: tuple[_Part, ...] = ()
        self._new: Owners = {}
        self._searched = 0  # bytes, since the automata changed last
        self._due = 0.0  # bytes after which it pays to build a better one
        self._lock = threading.RLock()  # a signal's handler may mask, too
        if hasattr(os, "register_at_fork"):
            this = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _unlock(this()))

    def add(self, owner: Owner, needles: Iterable[Needle]) -> None:
        """Makes needles known: the next search finds them."""
        known: set[bytes] = set()
        with self._lock:
            for needle in needles:
                if needle.data in known:
                    continue
                known.add(needle.data)
                number = len(self._needles)
                self._needles.append((owner, needle))
                self._starts.append(len(self._all))
                self._all += needle.data
                for byte in set(needle.data):
                    self._bytes[byte] = 1
                for a, b in set(zip(needle.data, needle.data[1:], strict=False)):
                    self._pairs[a << 8 | b] = 1
                for offset in _cut(needle):
                    self._new.setdefault(needle.data[offset : offset + FRAGMENT], []).append((number, offset))

    def touched(self, data: bytes) -> bool:
        """Tells whether a fragment of any needle stands in the text: the quick way to see that none does."""
        self._settle(len(data))
        return any(part.found(data) for part in self._parts)

    def runs(self, data: bytes) -> list[Run]:
        """Returns the longest run of every needle at each place where one of its fragments stands, in no order."""
        self._settle(len(data))
        found: list[Run] = []
        seen: dict[tuple[int, int], int] = {}
        for part in self._parts:
            for position, number, offset in part.hits(data):
                line = (number, position - offset)
                if seen.get(line, -1) > position:
                    continue
                owner, needle = self._needles[number]
                left = common_suffix(data, position, needle.data, offset)
                right = common_prefix(data, position, needle.data, offset)
                seen[line] = position + right
                found.append(Run(position - left, position + right, needle, owner, offset - left))
        return found

    def runs_at_end(self, data: bytes, least: int) -> list[Run]:
        """Returns the runs of at least so many bytes that end where the text ends."""
        tail, position = data[-least:], len(data) - least
        found: list[Run] = []
        at = self._all.find(tail) if position >= 0 else -1
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            owner, needle = self._needles[number]
            offset = at - self._starts[number]
            if offset + least <= len(needle.data):
                left = common_suffix(data, position, needle.data, offset)
                found.append(Run(position - left, len(data), needle, owner, offset - left))
            at = self._all.find(tail, at + 1)
        return found

    def open_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may belong to a needle that goes on: never too few."""
        if len(data) < 2 or not self._pairs[data[-2] << 8 | data[-1]]:
            return self._bytes[data[-1]] if data else 0
        # The end of an end that stands there stands there, too: so the longest is found by doubling, then by halving.
        known, unknown = 2, len(data) + 1
        while unknown - known > 1:
            tried = min(2 * known, (known + unknown) // 2)
            if data[-tried:] in self._all:
                known = tried
            else:
                unknown = tried
        return known

    def _settle(self, searched: int) -> None:
        """Builds an automaton for new needles; joins all once the time lost on searching several has paid for it."""
        self._searched += searched
        if not self._new and self._searched <= self._due:
            return
        if not self._lock.acquire(blocking=bool(self._new)):
            return
        try:
            if self._new:
                self._parts = (*self._parts, _Part(self._new, fast=False))
                self._new = {}
            elif self._searched > self._due:
                size = sum(len(part.owners) for part in self._parts)
                fast = size <= _FAST and len(self._parts) == 1
                self._parts = (_Part(_joined(part.owners for part in self._parts), fast=fast),)
                self._searched = 0
            self._due = self._worth()
        finally:
            self._lock.release()

    def _worth(self) -> float:
        """Returns how many bytes the automata at hand may search until it pays to build a better one."""
        size = sum(len(part.owners) for part in self._parts)
        if (more := len(self._parts) - 1) > 0:
            return size * _BUILD / more
        return size * _BUILD_FAST if size <= _FAST and not any(part.fast for part in self._parts) else math.inf


def _unlock(index: Index | None) -> None:
    """A thread that held the lock does not exist in a forked child, and would never give it back."""
    if index is not None:
        index._lock = threading.RLock()


def _joined(many: Iterable[Owners]) -> Owners:
    joined: Owners = {}
    for owners in many:
        for fragment, places in owners.items():
            joined[fragment] = joined.get(fragment, []) + places
    return joined


def _bytes_of(kept: bytes) -> bytes:
    return bytes([byte in kept for byte in range(256)])


# What a fragment had better start with: the fewer bytes of ordinary output do, the less the automaton has to look at.
_RARE = _bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZjqxz\0" + bytes(range(128, 256)))
_RARER_THAN_LETTERS = _bytes_of(b"0123456789kvwy%")


def _cut(needle: Needle) -> list[int]:
    """Returns where the fragments of a needle start: one in each piece that tells anything, at telling bytes."""
    data, told, size = needle.data, needle.told, len(needle.data)
    choices = [_both(data.translate(_RARE), told), _both(data.translate(_RARER_THAN_LETTERS), told), told]

    def best(start: int, end: int) -> int:
        last = max(end - FRAGMENT, 0)
        return next((at for choice in choices if (at := choice.rfind(1, start, last + 1)) >= 0), last)

    if not needle.pieces or size <= PIECE:
        return [best(0, size)]
    starts: list[int] = []
    start = 0
    while start + PIECE <= size and (tells := told.find(1, start)) >= 0:
        start = min(max(start, tells - PIECE + 1), size - PIECE)
        starts.append(best(start, start + PIECE))
        start = starts[-1] + 1
    return starts or [best(0, size)]


def _both(a: bytes, b: bytes) -> bytes:
    return (int.from_bytes(a) & int.from_bytes(b)).to_bytes(len(a))


def common_prefix(a: bytes, i: int, b: bytes, j: int) -> int:
    """Returns the length of what ``a`` from ``i`` on and ``b`` from ``j`` on begin with in common."""
    size = min(len(a) - i, len(b) - j)
    if a[i : i + size] == b[j : j + size]:
        return size
    low = 0
    while size - low > 1:  # the first ``low`` bytes are equal, the first ``size`` are not
        middle = (low + size) // 2
        if a[i + low : i + middle] == b[j + low : j + middle]:
            low = middle
        else:
            size = middle
    return low


def common_suffix(a: bytes, i: int, b: bytes, j: int) -> int:
    """Returns the length of what ``a`` up to ``i`` and ``b`` up to ``j`` end with in common."""
    size = min(i, j)
    if a[i - size : i] == b[j - size : j]:
        return size
    low = 0
    while size - low > 1:
        middle = (low + size) // 2
        if a[i - middle : i - low] == b[j - middle : j - low]:
            low = middle
        else:
            size = middle
    return low
