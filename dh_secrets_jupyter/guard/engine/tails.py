"""The ends of texts that may be values which go on, however they are encoded there: texts are decoded to find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from .anchors import Anchor
from .escapes import unfinished
from .needles import Needle
from .owners import Owner
from .search import Match
from .views import Chars, View, encoded_as

_TAIL = 1024
"""Bytes at the end of a text that are read first, to see whether a value goes on there."""


class Tail(NamedTuple):
    """The end of a text that may be a value that goes on.

    Attributes:
        start: where in the text it begins.
        match: what of the value it is, by places in the text as it is read.
        rest: how the value goes on in the text.
    """

    start: int
    match: Match
    rest: bytes


class Values(Protocol):
    """Values, as whoever reads the end of a text needs them."""

    @property
    def chars(self) -> Chars:
        """All bytes that stand in a value."""

    def longest_suffix(self, data: bytes) -> int:
        """Returns the length of the longest suffix of a text that stands in any value."""

    def anchor_of(self, piece: bytes) -> Anchor:
        """Returns where such a suffix stands."""


class Tails:
    """Finds the ends of texts that may go on as one of some values.

    Args:
        needles: their needles.
        values: the values.
        read: yields the ways to read the end of a text, given the bytes that stand in a value.
    """

    def __init__(
        self,
        needles: list[tuple[Owner, Needle]],
        values: Values,
        read: Callable[[bytes, Chars], Iterator[View]],
    ) -> None:
        self._needles = needles
        self._values = values
        self._read = read

    def partial_length(self, data: bytes) -> int:
        """Returns how many of the last bytes may belong to a value that goes on: never too few."""
        if not self._needles:
            return 0
        return len(data) - min((start for start, _, _ in self._found(data, unfinished)), default=len(data))

    def find(self, data: bytes, least: int) -> list[Tail]:
        """Returns what of the values, of so many bytes at least, the text ends in the middle of."""
        found = []
        for start, view, size in self._found(data, lambda data: {0}) if self._needles else ():
            if size >= least:
                number, offset = self._values.anchor_of(view.data[-size:])
                owner, needle = self._needles[number]
                match = encoded_as(view, Match(start, start + size, needle, owner, offset))
                found.append(Tail(start, match, view.rest(needle.data, offset + size)))
        return found

    def _found(self, data: bytes, left_out: Callable[[bytes], set[int]]) -> list[tuple[int, View, int]]:
        """Returns where the text may be a value to its end, as what it is read there, and of how many bytes.

        As much of the end is read as decides it: a value that begins in the first half of that may have begun before.

        Args:
            left_out: returns how many of the last bytes may be left out: of an escape that has only begun.
        """
        size = _TAIL
        while True:
            end = data[-size:]
            found = [
                (view.first(last - length), view, length)
                for view in self._read(end, self._values.chars)
                if view.after(len(view.data)) >= len(end) - 1
                for last in (len(view.data) - over for over in left_out(view.data))
                if (length := self._values.longest_suffix(view.data[:last])) > 0
            ]
            if size >= len(data) or all(2 * start >= size for start, _, _ in found):
                return [(start + len(data) - len(end), view, length) for start, view, length in found]
            size *= 4
