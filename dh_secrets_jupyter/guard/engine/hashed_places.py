"""Where in some bytes pieces of them stand, by the hashes of the pieces.

Hash and place are the two halves of a number, and all numbers are sorted. No step of Python's is taken for one of them.
They are sorted as floating-point numbers, whose order is that of the integers with the same bits: Python sorts these
three times faster.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count, repeat
from operator import and_, ne, rshift, sub

_BITS = 30
_HASH = (1 << _BITS) - 1
"""The bits of a hash that are kept, the first ones; with more some numbers would be none as floating-point numbers."""
_WIDTH = sys.hash_info.width
_SHIFT = _WIDTH - _BITS
_PLACE, _HASHED = (0, 1) if sys.byteorder == "little" else (1, 0)
"""Which half of a number is which."""


class HashedPlaces:
    """The places of some pieces.

    It takes eight bytes for each, and about as many again for a map of which hashes begin like theirs: most pieces
    that are looked for stand nowhere, and one look at the map shows it.

    Args:
        hashes: of each piece, in order (:func:`sorted_by_hash`).
        places: where each stands.
    """

    def __init__(self, hashes: array[int], places: array[int]) -> None:
        self._hashes, self.places = hashes, places
        bits = min((8 * len(hashes)).bit_length(), _BITS)
        self._shift = _WIDTH - bits
        begins = array("I", map(rshift, hashes, repeat(_BITS - bits)))
        each = array("I", compress(begins, chain((1,), map(ne, begins, begins[1:]))))
        gaps = map(sub, each, chain((0,), map((1).__add__, each)))
        self._map = (b"\1".join(map(bytes, gaps)) + b"\1" * bool(each)).ljust(1 << bits, b"\0")

    def __bool__(self) -> bool:
        return bool(self.places)

    def may_hold(self, hashes: Sequence[int]) -> Iterator[int]:
        """Yields the numbers of the pieces that may stand there, in order.

        Args:
            hashes: of each piece, what :func:`hash` says.
        """
        return compress(count(), map(self._map.__getitem__, map(rshift, hashes, repeat(self._shift))))

    def find(self, hashed: int) -> Iterator[int]:
        """Yields where pieces stand of which :func:`hash` says this, in order."""
        hashed = hashed >> _SHIFT & _HASH
        for number in range(bisect_left(self._hashes, hashed), len(self._hashes)):
            if self._hashes[number] != hashed:
                return
            yield self.places[number]


def sorted_by_hash(pieces: Iterable[bytes], places: Iterable[int]) -> list[array[int]]:
    """Returns the hashes of pieces, in order, and the places where they stand, in order for each hash."""
    hashes, at = array("I", _hashes(pieces)), array("I", places)
    pairs = array("I", bytes(8 * len(at)))
    pairs[_HASHED::2], pairs[_PLACE::2] = hashes, at
    numbers = array("d", pairs.tobytes()).tolist()
    numbers.sort()
    halves = memoryview(array("d", numbers)).cast("B").cast("I")
    return [array("I", halves[half::2].tobytes()) for half in (_HASHED, _PLACE)]


def _hashes(pieces: Iterable[bytes]) -> Iterator[int]:
    return map(and_, map(rshift, map(hash, pieces), repeat(_SHIFT)), repeat(_HASH))
