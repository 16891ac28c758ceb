"""Knows the needles of all values, learns new ones cheaply, and finds them in bytes, whole and in pieces.

1. Learn: each needle is anchored by a few fragments (:mod:`.anchors`). Those of long values' encodings wait until a
   text comes in which anything is encoded: few texts are such, and anchoring them takes longest.
2. Build: a search that finds new fragments first builds an Aho-Corasick automaton over these alone. Once the automata
   have searched so many bytes that one over all fragments would have been cheaper, that one is built; and a faster one
   (a DFA), where there are few fragments: with a prefilter, where there are very few.
3. Search: the automata name the fragments that stand in the text, and :mod:`.search` extends them to matches.

So there are few and short patterns, and one mechanism for whole values and for pieces. Large values are
:mod:`.large_values`'.
"""

from __future__ import annotations

import math
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from .anchors import Anchors, Fragment
from .haystack import Haystack, matches_at_end
from .needles import Needle, Stage
from .owners import Owner
from .search import Found, Masked, Match, Search
from .stages import SHOWS, bytes_in_utf16

if TYPE_CHECKING:
    from .decoded_values import DecodedValues, Encoded
    from .large_values import LargeValues
    from .tails import Tail

_FAST = 6_000
"""Fragments up to which the automaton is a DFA: more than twice as fast, at half a kilobyte for each state."""
_BUILD, _BUILD_FAST = 600, 3_000
"""Bytes that one automaton more, or a slower one, searches in the time that building takes for each fragment."""
_SHORT = 1 << 16
"""Bytes up to which a search keeps the interpreter's lock: another thread that gets it meanwhile keeps it longer."""
_PREFILTER, _PREFILTERS = 64, 8
"""Patterns of which a leftmost search looks for all at once, with SIMD: ten times as fast as a DFA, and how often that
pays. It is used by ahocorasick_rs for no more patterns, and for no other kind of search."""
_PREFILTERED = 1 << 10
"""Bytes of a text from which on the prefilter is worth its call."""
_EXAMINED = 4096
"""Bytes of a text up to which it is looked at whether anything is encoded in it; in a longer one there may be."""
_BEGINS = frozenset(b"'\"0123456789ABCDEFabcdef")
"""The bytes with which it may begin that do not show it."""
_NEEDLE, _BYTES = 32, 8
"""Steps that making a needle takes, and bytes of it for which it takes one more."""


DEFERRED_AT_MOST = 1 << 14
"""Bytes of long values together whose encodings may be needles."""
_MISREAD = 4
"""How many times a byte counts of a value that is not ASCII: what is misread of it is made needles in any case."""
LEARNED_AT_ONCE = 100_000
"""Steps for which a text may have to wait until encodings are learned, some half a microsecond each."""


class _Automaton:
    """An Aho-Corasick automaton over some of the fragments."""

    def __init__(self, fragments: dict[bytes, Fragment], *, fast: bool) -> None:
        self.is_fast = fast
        self._fragments = list(fragments.values())
        patterns = list(fragments)
        self._automaton = BytesAhoCorasick(patterns, MatchKind.Standard, Implementation.DFA if fast else None)
        starts = range(0, len(patterns), _PREFILTER) if fast and len(patterns) <= _PREFILTER * _PREFILTERS else ()
        self._prefilters = [
            BytesAhoCorasick(patterns[start : start + _PREFILTER], MatchKind.LeftmostFirst) for start in starts
        ]

    def found(self, data: bytes) -> list[tuple[int, int, int]]:
        """Returns the number of a fragment, its start in the text and its end, for all that stand there."""
        # ahocorasick_rs gives the lock up for immutable bytes only.
        searched = data if len(data) > _SHORT else bytearray(data)
        # Where fragments stand, a search for the leftmost ones finds one at least.
        prefilters = self._prefilters if len(data) >= _PREFILTERED else []
        if prefilters and not any(prefilter.find_matches_as_indexes(searched) for prefilter in prefilters):
            return []
        return self._automaton.find_matches_as_indexes(searched, overlapping=True)

    def fragments(self, data: bytes) -> list[tuple[int, int, Fragment]]:
        """Returns start and end in the text of each fragment that stands there, by their ends."""
        return [(start, end, self._fragments[number]) for number, start, end in self.found(data)]


class Index:
    """All needles of all values. Safe to be used by several threads, and in a forked child."""

    def __init__(self) -> None:
        self._learned: list[tuple[Owner, Needle]] = []
        self._deferred: list[tuple[Owner, Needle, Encoded]] = []
        self._deferred_size = 0
        self._begins = _BEGINS
        self._decoded_values: DecodedValues | None = None  # imported for the first of them
        self._lock = threading.RLock()  # a signal's handler may mask, too
        self._searched = 0  # bytes, since the automata changed last
        self._bytes_until_rebuild = 0.0
        self._steps = 0
        self._is_stale = False
        self._clear()
        if hasattr(os, "register_at_fork"):
            this = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _unlock(this()))

    def _clear(self) -> None:
        self._anchors = Anchors()
        self._needles: list[tuple[Owner, Needle]] = []
        self._numbers: dict[tuple[bytes, bool, bool], int] = {}
        self._haystack = Haystack()
        self._automata: tuple[_Automaton, ...] = ()
        self._large_values: LargeValues | None = None  # as well

    @property
    def steps(self) -> int:
        """How many fragments and needles were looked at so far, in learning and in searching."""
        return self._steps + self._anchors.steps + sum(values.steps for values in self._read_otherwise())

    def add(self, needles: Iterable[tuple[Owner, Needle]]) -> None:
        """Makes needles known: the next search finds them."""
        new = list(needles)
        with self._lock:
            self._learned += new
            self._add(new)

    def defer(self, owner: Owner, plain: Needle, encoded: Encoded) -> None:
        """Makes needles known before the first search of a text in which anything is escaped, in hex or in UTF-16.

        Those beyond :data:`DEFERRED_AT_MOST` are not, nor those that would take too long then
        (:data:`LEARNED_AT_ONCE`): their values are found in texts that are decoded.

        Args:
            plain: the needle of the value as it is, which is known already.
        """
        with self._lock:
            self._deferred_size += len(plain.data) * (1 if plain.data.isascii() else _MISREAD)
            if self._deferred_size <= DEFERRED_AT_MOST:
                self._deferred.append((owner, plain, encoded))
                self._begins |= bytes_in_utf16(plain.data)
            else:
                self._decode(owner, plain, encoded)

    def _decode(self, owner: Owner, plain: Needle, encoded: Encoded) -> None:
        """Has a value found in texts that are decoded, but for what is misread, which no decoding brings back."""
        if not plain.data.isascii():
            self.add((owner, needle) for needle in encoded(Stage.MISREAD))
        from .decoded_values import DecodedValues

        self._decoded_values = self._decoded_values or DecodedValues()
        self._decoded_values.add(owner, plain, encoded)

    def refresh(self) -> None:
        """Looks from the next search on for the needles of all owners that have a name then, and for no others.

        What alike values share is found by one of them, which then has to be one that is on.
        """
        self._is_stale = True

    def _add(self, needles: list[tuple[Owner, Needle]]) -> None:
        named = [(owner, needle) for owner, needle in needles if owner.name is not None]
        if large := [(owner, needle) for owner, needle in named if needle.large]:
            from .large_values import LargeValues

            self._large_values = self._large_values or LargeValues()
            self._large_values.add(large)
        for owner, needle in named:
            kind = needle.data, needle.whole_word, needle.partial
            known = self._numbers.get(kind)
            if needle.large or (known is not None and self._needles[known][1].significant == needle.significant):
                continue
            self._steps += _NEEDLE + len(needle.data) // _BYTES
            self._numbers[kind] = len(self._needles)
            self._needles.append((owner, needle))
            self._haystack.add(needle.data)
            self._anchors.add(needle)

    def prepare(self) -> None:
        """Learns all that was deferred, however long that takes, for somebody who is going to search many texts."""
        with self._lock:
            self._learn_deferred(math.inf)
            self._rebuild_if_due(0)

    def matches(self, data: bytes, masked: Masked) -> Iterator[Found]:
        """Yields all matches that count, in no order.

        A piece that lies in one of them is not among them, but the whole of every needle is.
        """
        self._add_deferred(data)
        self._rebuild_if_due(len(data))
        if self._large_values:
            yield from self._large_values.matches(data, masked)
        if self._decoded_values:
            search_in = partial(Search, self._needles, masked=masked)
            yield from self._decoded_values.matches(data, self._fragments, search_in)
        search = Search(self._needles, data, masked)
        try:
            yield from search.matches(self._fragments(data))
        finally:
            self._steps += search.steps

    def _fragments(self, data: bytes) -> list[tuple[int, int, Fragment]]:
        """Returns the fragments that stand in a text, in the order of their ends."""
        found = [one for automaton in self._automata for one in automaton.fragments(data)]
        if len(self._automata) > 1:
            found.sort(key=lambda one: one[1])
        return found

    def matches_at_end(self, data: bytes, least: int) -> list[Match]:
        """Returns matches of at least so many bytes that end where the text ends: the longest, and some others."""
        self._add_deferred(data, goes_on=True)
        with self._lock:
            encoded = self._decoded_values.matches_at_end(data, least) if self._decoded_values else []
        return [*matches_at_end(self._needles, self._haystack, data, least), *encoded]

    def tails(self, data: bytes, least: int) -> list[Tail]:
        """Returns what of the values that are found by decoding a text it ends in the middle of."""
        return [tail for values in self._read_otherwise() for tail in values.tails.find(data, least)]

    def _read_otherwise(self) -> Iterator[LargeValues | DecodedValues]:
        """Yields those values for which texts are decoded, if there are any."""
        return filter(None, (self._large_values, self._decoded_values))

    def partial_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may belong to a needle that goes on: never too few."""
        self._add_deferred(data, goes_on=True)
        otherwise = [values.tails.partial_length(data) for values in self._read_otherwise()]
        return max([self._haystack.longest_suffix(data), *otherwise])

    def _add_deferred(self, data: bytes, *, goes_on: bool = False) -> None:
        """Adds what was deferred if the text may hold any of it, or, where it goes on, begin to at its end."""
        if not self._deferred:
            return
        if len(data) > _EXAMINED or SHOWS.search(data) or (goes_on and not self._begins.isdisjoint(data[-1:])):
            self._learn_deferred(LEARNED_AT_ONCE)

    def _learn_deferred(self, at_most: float) -> None:
        """Learns what was deferred, as far as that takes so many steps: the rest is decoded from then on."""
        with self._lock:  # whoever searches meanwhile waits, and a signal's handler adds all of it, too
            last = self.steps + at_most
            for owner, plain, encoded in self._deferred:
                for needle in encoded(Stage.ALL):
                    if self.steps > last:
                        self._decode(owner, plain, encoded)
                        break
                    self.add([(owner, needle)])
            self._deferred = []

    def _rebuild_if_due(self, searched: int) -> None:
        """Builds an automaton for new fragments; one for all once the time lost on searching several has paid for it.

        Args:
            searched: bytes that are searched next.
        """
        self._searched += searched
        is_urgent = self._is_stale or bool(self._anchors.new)
        if not is_urgent and self._searched <= self._bytes_until_rebuild:
            return
        if not self._lock.acquire(blocking=is_urgent):
            return
        try:
            if self._is_stale:
                self._is_stale = False
                self._clear()
                self._add(self._learned)
            if new := self._anchors.new:
                self._automata = (*self._automata, _Automaton(new, fast=False))
                self._anchors.new = {}
            elif self._searched > self._bytes_until_rebuild:
                fast = len(self._anchors.fragments) <= _FAST and len(self._automata) == 1
                self._automata = (_Automaton(self._anchors.fragments, fast=fast),)
                self._searched = 0
            self._bytes_until_rebuild = self._rebuild_pays_after()
        finally:
            self._lock.release()

    def _rebuild_pays_after(self) -> float:
        """Returns how many bytes the automata at hand may search until it pays to build a better one."""
        size = len(self._anchors.fragments)
        if (more := len(self._automata) - 1) > 0:
            return size * _BUILD / more
        is_best = size > _FAST or any(automaton.is_fast for automaton in self._automata)
        return math.inf if is_best else size * _BUILD_FAST


def _unlock(index: Index | None) -> None:
    """A thread that held the lock does not exist in a forked child, and would never give it back."""
    if index is not None:
        index._lock = threading.RLock()
