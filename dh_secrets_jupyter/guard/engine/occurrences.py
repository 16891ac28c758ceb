"""The occurrences of values in a text, for those who report them instead of masking them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .encodings import Encoding


class Occurrence(NamedTuple):
    """Bytes ``start`` to ``end`` give a value away.

    Attributes:
        name: the secret's.
        encoding: how it stands there.
        is_whole: whether all of the value is there, not a piece or a line of it.
    """

    start: int
    end: int
    name: str
    encoding: Encoding
    is_whole: bool

    def within(self, place: Callable[[int], int]) -> Occurrence:
        """Returns it in the text with its control sequences, in which ``place`` says where a byte stands."""
        start, end = place(self.start), place(self.end - 1) + 1
        is_coloured = end - start > self.end - self.start
        return self._replace(start=start, end=end, encoding=Encoding.ANSI if is_coloured else self.encoding)

    @staticmethod
    def longest_of_overlapping(found: list[Occurrence]) -> list[Occurrence]:
        """Returns one for each place: from the first start to the last end, named after the longest."""
        places: list[Occurrence] = []
        longest = 0
        for one in sorted(found, key=_precedence):
            size = one.end - one.start
            if not places or one.start >= places[-1].end:
                places.append(one)
                longest = size
                continue
            best = one if size > longest else places[-1]
            longest = max(size, longest)
            places[-1] = best._replace(start=places[-1].start, end=max(one.end, places[-1].end))
        return places


def _precedence(one: Occurrence) -> tuple[int, int, bool, bool, str]:
    """Orders by the start; of several there the longest comes first, a whole value, and what is no mere piece."""
    return one.start, one.start - one.end, not one.is_whole, one.encoding is Encoding.PIECE, one.name
