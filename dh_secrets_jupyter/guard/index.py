"""Finds the needles of all values in bytes, whole and in pieces, and learns new ones cheaply.

Each needle is cut into fragments of a few bytes such that every piece that counts holds one of them whole. One
Aho-Corasick automaton looks for all fragments; what it finds is grown to both sides as far as the needle goes.
So there are few and short patterns, whatever the length of a value, and one mechanism for whole values and for pieces.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from .needles import Needle
from .rule import PIECE

FRAGMENT = 6
"""Bytes of a fragment: long enough to be rare, short enough to be few."""
_RECENT = 1_500
"""Fragments up to which a new value is added to the newest automaton, about 2 ms; beyond, it gets one of its own."""
_FAST = 6_000
"""Fragments up to which the automaton is a DFA: twice as fast, at half a kilobyte for each state."""
_GRAMS = 1 << 22


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes ``start`` to ``end`` of the text are those of a needle from ``offset`` on, and go on on neither side."""

    start: int
    end: int
    needle: Needle
    name: str
    offset: int

    @property
    def whole(self) -> bool:
        return self.end - self.start == len(self.needle.data)


class _Part:
    """An automaton over the fragments of some needles."""

    def __init__(self, owners: dict[bytes, list[tuple[int, int]]], *, fast: bool) -> None:
        self.owners = owners
        self.fast = fast
        self._by_pattern = list(owners.values())
        kind = Implementation.DFA if fast else None
        self._automaton = BytesAhoCorasick(list(owners), MatchKind.Standard, kind)

    def hits(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """Yields position in the text, number of the needle, position in the needle."""
        found = self._automaton.find_matches_as_indexes(data, overlapping=True)
        for pattern, start, _ in found:
            for number, offset in self._by_pattern[pattern]:
                yield start, number, offset


class Index:
    """All needles of all values. ``add`` may be called while others search."""

    def __init__(self) -> None:
        self._needles: list[tuple[str, Needle]] = []
        self._parts: tuple[_Part, ...] = ()
        self._lock = threading.Lock()
        self._scanned = 0
        self._pairs = bytearray(1 << 16)
        self._quads = bytearray(_GRAMS)

    def add(self, name: str, needles: Iterable[Needle]) -> None:
        """Makes needles known: the next search finds them."""
        owners: dict[bytes, list[tuple[int, int]]] = {}
        with self._lock:
            known: set[bytes] = set()
            for needle in needles:
                if needle.data in known:
                    continue
                known.add(needle.data)
                number = len(self._needles)
                self._needles.append((name, needle))
                self._note_grams(needle.data)
                for offset in _cut(needle):
                    owners.setdefault(needle.data[offset : offset + FRAGMENT], []).append((number, offset))
            if not owners:
                return
            parts = self._parts
            if parts and len(parts[-1].owners) + len(owners) <= _RECENT:
                owners = _joined((parts[-1].owners, owners))
                parts = parts[:-1]
            self._parts = (*parts, _Part(owners, fast=False))

    def runs(self, data: bytes) -> list[Run]:
        """Returns the longest run of every needle at each place where one of its fragments stands, in no order."""
        parts = self._parts
        if not parts:
            return []
        self._settle(len(data))
        found: list[Run] = []
        seen: dict[tuple[int, int], int] = {}
        for part in parts:
            for position, number, offset in part.hits(data):
                line = (number, position - offset)
                if seen.get(line, -1) > position:
                    continue
                name, needle = self._needles[number]
                left = _common_suffix(data, position, needle.data, offset)
                right = common_prefix(data, position, needle.data, offset)
                seen[line] = position + right
                found.append(Run(position - left, position + right, needle, name, offset - left))
        return found

    def runs_at_end(self, data: bytes, least: int) -> list[Run]:
        """Returns the runs of at least so many bytes that end where the text ends."""
        tail = data[-least:]
        found: list[Run] = []
        if len(tail) < least:
            return found
        for name, needle in list(self._needles):
            at = needle.data.find(tail)
            while at >= 0:
                left = _common_suffix(data, len(data) - least, needle.data, at)
                found.append(Run(len(data) - least - left, len(data), needle, name, at - left))
                at = needle.data.find(tail, at + 1)
        return found

    def open_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may be part of a needle that goes on: never too few, rarely too many."""
        length = 0
        last = len(data) - 1
        while length <= last:
            i = last - length
            if not self._pairs[data[i] << 8 | (data[i + 1] if length else 0)]:
                break
            if length >= 3 and not self._quads[hash(data[i : i + 4]) % _GRAMS]:
                break
            length += 1
            if length == PIECE:
                return max([PIECE - 1, *(r.end - r.start for r in self.runs_at_end(data, PIECE) if _may_open(r))])
        return length

    def _note_grams(self, data: bytes) -> None:
        pairs, quads = self._pairs, self._quads
        for a, b in zip(data, data[1:] + b"\0", strict=True):
            pairs[a << 8 | b] = 1
            pairs[a << 8] = 1
        for i in range(len(data) - 3):
            quads[hash(data[i : i + 4]) % _GRAMS] = 1

    def _settle(self, size: int) -> None:
        """Joins the automata into one as soon as the time lost on searching several has paid for building one."""
        parts = self._parts
        self._scanned += size
        total = sum(len(part.owners) for part in parts)
        if (len(parts) == 1 and (parts[0].fast or total > _FAST)) or self._scanned < total * 1_000:
            return
        if self._lock.acquire(blocking=False):
            try:
                self._parts = (_Part(_joined(part.owners for part in self._parts), fast=total <= _FAST),)
                self._scanned = 0
            finally:
                self._lock.release()


def _may_open(run: Run) -> bool:
    return run.offset + run.end - run.start < len(run.needle.data) and (run.needle.pieces or run.offset == 0)


def _joined(many: Iterable[dict[bytes, list[tuple[int, int]]]]) -> dict[bytes, list[tuple[int, int]]]:
    joined: dict[bytes, list[tuple[int, int]]] = {}
    for owners in many:
        for fragment, places in owners.items():
            joined[fragment] = joined.get(fragment, []) + places
    return joined


def _cut(needle: Needle) -> list[int]:
    """Returns where the fragments of a needle start: one in each piece that tells anything, the most telling ones."""
    data, flags = needle.data, needle.flags
    if len(data) <= FRAGMENT:
        return [0]
    told = bytes(flag >> 1 for flag in flags)

    def best(start: int, end: int) -> int:
        """The last of the most telling fragments between two places."""
        return max(range(start, end - FRAGMENT + 1), key=lambda i: (told.count(1, i, i + FRAGMENT), i))

    if not needle.pieces:
        return [best(0, len(data))]
    starts: list[int] = []
    start = 0
    while start + PIECE <= len(data):
        if (tells := told.find(1, start)) < 0:
            break
        start = max(start, tells - PIECE + 1)
        if start + PIECE > len(data):
            break
        starts.append(best(start, start + PIECE))
        start = starts[-1] + 1
    return starts or [best(0, len(data))]


def common_prefix(a: bytes, i: int, b: bytes, j: int) -> int:
    """Length of what ``a`` from ``i`` on and ``b`` from ``j`` on begin with in common."""
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


def _common_suffix(a: bytes, i: int, b: bytes, j: int) -> int:
    """Length of what ``a`` up to ``i`` and ``b`` up to ``j`` end with in common."""
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
