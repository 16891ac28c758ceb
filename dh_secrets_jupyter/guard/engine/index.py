"""Knows the needles of all values, learns new ones cheaply, and finds them in bytes, whole and in pieces.

One Aho-Corasick automaton looks for the fragments of all needles (:mod:`.anchors`); a new value gets one of its own at
first. What it finds is looked at by :mod:`.search`. So there are few and short patterns, and one mechanism for whole
values and for pieces. Large values are :mod:`.large_values`'s.
"""

from __future__ import annotations

import math
import os
import threading
import weakref
from bisect import bisect_right
from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from .affixes import common_suffix
from .anchors import Anchors, Fragment
from .large_values import Large, longest_suffix
from .needles import Needle
from .owners import Owner
from .search import Counted, Run, Search

_FAST = 6_000
"""Fragments up to which the automaton is a DFA: more than twice as fast, at half a kilobyte for each state."""
_BUILD, _BUILD_FAST = 600, 3_000
"""Bytes that one automaton more, or a slower one, searches in the time that building takes for each fragment."""
_SHORT = 1 << 16
"""Bytes up to which a search keeps the interpreter's lock: another thread that gets it meanwhile keeps it longer."""
_ENDS = 64
"""Places in needles that are looked at, of those that a text may end in the middle of."""


class _Part:
    """An automaton over some of the fragments."""

    def __init__(self, fragments: dict[bytes, Fragment], *, fast: bool) -> None:
        self.size = len(fragments)
        self.fast = fast
        self._fragments = list(fragments.values())
        self._automaton = BytesAhoCorasick(list(fragments), MatchKind.Standard, Implementation.DFA if fast else None)

    def found(self, data: bytes) -> list[tuple[int, int, int]]:
        """Returns the number of a fragment, its start in the text and its end, for all that stand there."""
        # ahocorasick_rs gives the lock up for immutable bytes only.
        searched = data if len(data) > _SHORT else bytearray(data)
        return self._automaton.find_matches_as_indexes(searched, overlapping=True)

    def hits(self, data: bytes) -> list[tuple[int, int, Fragment]]:
        """Returns start and end in the text of each fragment that stands there, by their ends."""
        return [(start, end, self._fragments[number]) for number, start, end in self.found(data)]


class Index:
    """All needles of all values. Safe to be used by several threads, and in a forked child."""

    def __init__(self) -> None:
        self._learned: list[tuple[Owner, Needle]] = []
        self._lock = threading.RLock()  # a signal's handler may mask, too
        self._searched = 0  # bytes, since the automata changed last
        self._due = 0.0  # bytes after which it pays to build a better one
        self._steps = 0
        self._stale = False
        self._clear()
        if hasattr(os, "register_at_fork"):
            this = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _unlock(this()))

    def _clear(self) -> None:
        self._anchors = Anchors()
        self._needles: list[tuple[Owner, Needle]] = []
        self._numbers: dict[tuple[bytes, bool, bool], int] = {}
        self._starts: list[int] = []  # of each needle in _all
        self._all = bytearray()
        self._ends: dict[bytes, bool] = {}  # of one byte and of two whether they stand in any needle
        self._parts: tuple[_Part, ...] = ()
        self.large = Large()

    @property
    def steps(self) -> int:
        """How many fragments and needles were looked at so far, in learning and in searching."""
        return self._steps + self._anchors.steps + self.large.steps

    def add(self, owner: Owner, needles: Iterable[Needle]) -> None:
        """Makes needles known: the next search finds them."""
        with self._lock:
            for needle in needles:
                self._learned.append((owner, needle))
                self._add(owner, needle)

    def refresh(self) -> None:
        """Looks from the next search on for the needles of all owners that have a name then, and for no others.

        What alike values share is found by one of them, which then has to be one that is on.
        """
        self._stale = True

    def _add(self, owner: Owner, needle: Needle) -> None:
        kind = needle.data, needle.word, needle.pieces
        known = self._numbers.get(kind)
        if owner.name is None or (known is not None and self._needles[known][1].told == needle.told):
            return
        if needle.large:
            self.large.add(owner, needle)
            return
        self._numbers[kind] = len(self._needles)
        self._needles.append((owner, needle))
        self._starts.append(len(self._all))
        self._all += needle.data
        self._ends.clear()
        self._anchors.add(needle)

    def touched(self, data: bytes) -> bool:
        """Tells whether a fragment of any needle stands in the text: the quick way to see that none does."""
        self._settle(len(data))
        return bool(self.large) or any(part.found(data) for part in self._parts)

    def runs(self, data: bytes, counted: Counted) -> list[tuple[Run, tuple[int, int]]]:
        """Returns all runs that count, in no order, and where in the text what of them does.

        A piece that lies in one of them is not among them, but the whole of every needle is.
        """
        self._settle(len(data))
        found = list(self.large.runs(data, counted)) if self.large else []
        hits = [hit for part in self._parts for hit in part.hits(data)]
        if not hits:
            return found
        if len(self._parts) > 1:
            hits.sort(key=lambda hit: hit[1])
        search = Search(self._needles, data, counted)
        for hit in hits:
            search.look(*hit)
        self._steps += search.steps
        return found + search.found

    def runs_at_end(self, data: bytes, least: int) -> list[Run]:
        """Returns runs of at least so many bytes that end where the text ends: the longest, and some others."""
        found: list[Run] = []
        for size in {longest_suffix(data, self._all), least} if len(data) >= least else ():
            tail, at, left = data[-size:], -1, _ENDS if size >= least else 0
            while left and (at := self._all.find(tail, at + 1)) >= 0:
                left -= 1
                number = bisect_right(self._starts, at) - 1
                owner, needle = self._needles[number]
                offset = at - self._starts[number]
                if offset + size <= len(needle.data):
                    before = common_suffix(data, len(data) - size, needle.data, offset)
                    found.append(Run(len(data) - size - before, len(data), needle, owner, offset - before))
        return found

    def open_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may belong to a needle that goes on: never too few."""
        large = self.large.open_length(data)
        if len(data) < 2 or not self._stands(data[-2:]):
            return max(int(self._stands(data[-1:])), large)
        return max(longest_suffix(data, self._all), large)

    def _stands(self, end: bytes) -> bool:
        known = self._ends.get(end)
        if known is None:
            known = self._ends[end] = bool(end) and end in self._all
        return known

    def _settle(self, searched: int) -> None:
        """Builds an automaton for new fragments; joins all once the time lost on searching several has paid for it."""
        self._searched += searched
        urgent = self._stale or bool(self._anchors.new)
        if not urgent and self._searched <= self._due:
            return
        if not self._lock.acquire(blocking=urgent):
            return
        try:
            if self._stale:
                self._stale = False
                self._clear()
                for owner, needle in self._learned:
                    self._add(owner, needle)
            if new := self._anchors.new:
                self._parts = (*self._parts, _Part(new, fast=False))
                self._anchors.new = {}
            elif self._searched > self._due:
                fast = len(self._anchors.fragments) <= _FAST and len(self._parts) == 1
                self._parts = (_Part(self._anchors.fragments, fast=fast),)
                self._searched = 0
            self._due = self._worth()
        finally:
            self._lock.release()

    def _worth(self) -> float:
        """Returns how many bytes the automata at hand may search until it pays to build a better one."""
        size = len(self._anchors.fragments)
        if (more := len(self._parts) - 1) > 0:
            return size * _BUILD / more
        return size * _BUILD_FAST if size <= _FAST and not any(part.fast for part in self._parts) else math.inf


def _unlock(index: Index | None) -> None:
    """A thread that held the lock does not exist in a forked child, and would never give it back."""
    if index is not None:
        index._lock = threading.RLock()
