"""Extends the fragments that stand in a text, to what of which needles stands there.

1. Where a needle could stand as a whole, all of it is compared.
2. Otherwise the fragment is extended to both sides as far as needle and text agree: a match. It counts from a window on
   (:data:`.policy.WINDOW`), and where the masker says so.
3. A fragment whose surroundings lie in a match that counts is left out, and so is one whose surroundings have led to
   nothing before.

Coordinates: ``start`` and ``end`` are places in the text, ``offset`` is one in a needle; all of them are of bytes. A
fragment leads to few needles (:mod:`.anchors`), and what is around it is extended once. So the cost is linear in the
text, with a constant that does not depend on how alike the needles are; :attr:`Search.steps` counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .affixes import common_prefix, common_suffix
from .anchors import Anchor, Fragment
from .boundaries import NUMBER
from .needles import Needle
from .owners import Owner
from .policy import WINDOW


class Match(NamedTuple):
    """A maximal match: ``text[start:end]`` equals the needle from ``offset`` on, and cannot be extended either way.

    Where a needle stands several times, one over the other, one match is from the first's start to the last's end.
    """

    start: int
    end: int
    needle: Needle
    owner: Owner
    offset: int

    @property
    def is_whole(self) -> bool:
        """Whether all of the needle is there."""
        return self.end - self.start >= len(self.needle.data)

    @property
    def end_offset(self) -> int:
        """Where in the needle the match ends; past the needle's end where it stands several times."""
        return self.offset + self.end - self.start


Masked = Callable[[Match, bytes], tuple[int, int] | None]
"""Says what of a match in a text is masked: from where to where, or nothing."""


Found = tuple[Match, tuple[int, int]]
"""A match that counts, and what of it is masked."""


class Search:
    """One search through one text.

    Attributes:
        steps: how many fragments and needles were looked at; those that are there, by their length.
        last_masked: start and end of the last bytes that are masked, without a gap.
        last_end: up to where in the text the needle was followed that :meth:`follow` was last told of.
    """

    def __init__(self, needles: list[tuple[Owner, Needle]], data: bytes, masked: Masked) -> None:
        self.steps = 0
        self._needles = needles
        self._data = data
        self._masked = masked
        self._found: list[Found] = []
        self.last_masked = 0, 0
        self.last_end = 0
        self._extended: dict[Anchor, int] = {}  # by needle and where it would start: up to where it was followed
        self._vain: set[tuple[bytes, int]] = set()  # surroundings of fragments that are no needle's
        self._wholes: dict[int, tuple[int, int]] = {}  # by needle: the last start, and up to where all starts are found

    def matches(self, fragments: Iterable[tuple[int, int, Fragment]]) -> Iterator[Found]:
        """Yields what counts around fragments that stand in the text from a start to an end, in the order of ends."""
        for start, end, fragment in fragments:
            self.steps += 1
            if fragment.whole or not self._is_masked(start, end):
                self._extend_all(start, end, fragment)
                if self._found:
                    yield from self._found
                    self._found.clear()

    def follow(self, start: int, number: int, offset: int) -> list[Found]:
        """Returns what counts around a place of the text, at which a window of a needle stands from an offset on."""
        self.steps += 1
        self._found = []
        if self._extended.get((number, start - offset), -1) < start + WINDOW:
            self._extend(number, start, offset)
        self.last_end = self._extended.get((number, start - offset), start)
        return self._found

    def _is_settled(self, start: int, end: int) -> bool:
        """Returns whether what is around a fragment is masked already, or known to be no piece."""
        return self._is_masked(start, end) or self._around(start, end) in self._vain

    def _extend_all(self, start: int, end: int, fragment: Fragment) -> None:
        for number, offset in fragment.whole:
            self._compare_whole(number, start - offset)
        anchors = [anchor for anchor in fragment.partial if self._goes_on(start, end, *anchor)]
        if not anchors or self._is_settled(start, end):
            return
        vain = True
        for number, offset in anchors:
            if self._extended.get((number, start - offset), -1) >= end or self._extend(number, start, offset):
                vain = False
                if self._is_masked(start, end):
                    return
        if vain:
            self._vain.add(self._around(start, end))

    def _is_masked(self, start: int, end: int) -> bool:
        """Returns whether all windows around a fragment are masked, the longest ones among them, of UTF-16."""
        first, last = self.last_masked
        return (first <= end - 2 * WINDOW or first == 0) and (start + 2 * WINDOW <= last or last == len(self._data))

    def _around(self, start: int, end: int) -> tuple[bytes, int]:
        """Returns the bytes that decide for every window around a fragment whether it is a needle's."""
        first = max(end - WINDOW, 0)
        return self._data[first : start + WINDOW], end - first

    def _goes_on(self, start: int, end: int, number: int, offset: int) -> bool:
        """Returns whether a window may be there: it takes so many bytes more, on one side of the fragment or the other.

        Where fewer are there, the slices are others, too, or nothing is decided.
        """
        self.steps += 1
        needle, size = self._needles[number][1].data, end - start
        more = (WINDOW + 1 - size) // 2
        return (
            more <= 0
            or self._data[end : end + more] == needle[offset + size : offset + size + more]
            or self._data[start - more : start] == needle[offset - more : offset]
        )

    def _extend(self, number: int, start: int, offset: int) -> bool:
        """Follows a needle to both sides, whose ``offset`` stands at ``start``; returns whether a window is there."""
        owner, needle = self._needles[number]
        if self._lies_in_masked(needle.data, start, offset):
            return True
        left = common_suffix(self._data, start, needle.data, offset)
        right = common_prefix(self._data, start, needle.data, offset)
        self._extended[number, start - offset] = start + right
        self.steps += (left + right) // WINDOW
        if left + right < WINDOW:
            return False
        self._keep(Match(start - left, start + right, needle, owner, offset - left))
        return True

    def _lies_in_masked(self, needle: bytes, start: int, offset: int) -> bool:
        """Returns whether the fragment is masked already, and a match could go on on neither side of that."""
        first, last = self.last_masked
        before, behind = offset - (start - first) - 1, offset + (last - start)
        return (
            first <= start < last
            and (first == 0 or before < 0 or needle[before] != self._data[first - 1])
            and (last == len(self._data) or behind >= len(needle) or needle[behind] != self._data[last])
        )

    def _compare_whole(self, number: int, start: int) -> None:
        self.steps += 1
        owner, needle = self._needles[number]
        size = len(needle.data)
        last, known = self._wholes.get(number, (-size, -1))
        if start <= known or start < 0 or not self._data.startswith(needle.data, start):
            return
        end, known = start + size, start
        if needle.whole_word or (needle.encoding == "text" and needle.data.isdigit()):
            # Before a digit it does not stand alone, nor does one further on in the same digits.
            if digits := NUMBER.match(self._data, end):
                known = digits.end() - size - 1
            else:
                self._keep(Match(start, end, needle, owner, 0))
        elif (distance := start - last) < size:
            # Where it stands twice, one over the other, the text repeats itself, and all that do so are found at once.
            repeats = distance + common_prefix(self._data, start, self._data, start + distance)
            known = start = start + (repeats - size) // distance * distance
            self._keep(Match(last, start + size, needle, owner, 0))
        else:
            self._keep(Match(start, end, needle, owner, 0))
        self._wholes[number] = start, known

    def _keep(self, match: Match) -> None:
        self.steps += 1 + (match.end - match.start) // WINDOW
        if (span := self._masked(match, self._data)) is None:
            return
        self._found.append((match, span))
        first, last = self.last_masked
        if span[0] <= last and first <= span[1]:
            self.last_masked = min(span[0], first), max(span[1], last)
        else:
            self.last_masked = span
