"""A text in which all that a pattern finds is replaced, which remembers where everything stood."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

Place = Callable[[int], int]

_AROUND = 64
"""Bytes on either side of what was replaced, in which a piece of a value may lie that begins, or ends, in it."""
_AT_ONCE = 512
"""Bytes between two replacements up to which what is around them is searched at once."""


class Replaced:
    """A text with replacements. No step of Python's is taken for each of them, of which there may be a million.

    Args:
        pattern: what is replaced, as its one group.
        replacement: returns what it is replaced by; that is always the same for the same bytes.
        data: the text before.

    Attributes:
        data: the text afterwards.
    """

    def __init__(self, pattern: re.Pattern[bytes], replacement: Callable[[bytes], bytes], data: bytes) -> None:
        old = pattern.split(data)  # by turns what is copied and what is replaced
        new = old.copy()
        new[1::2] = map(_Replacements(replacement).__getitem__, old[1::2])
        self.data = b"".join(new)
        # Where each of them begins, before and after.
        self._old, self._new = (array("Q", accumulate(map(len, parts), initial=0)) for parts in (old, new))

    def place(self, at: int) -> int:
        """Returns where a byte of the text stood before."""
        part = bisect_right(self._new, at, 1) - 1
        return self._old[part] + (at - self._new[part] if part % 2 == 0 else 0)

    def places(self) -> Iterator[tuple[int, int]]:
        """Yields from where to where in the text something stands that was replaced."""
        return zip(self._new[1:-1:2], self._new[2::2], strict=True)

    def near(self) -> Iterator[tuple[int, int]]:
        """Yields from where to where the text has something new for a search: what is around each replacement."""
        first = last = 0
        for at in self._new[1::2]:
            if at > last + _AT_ONCE:
                yield first, last
                first = max(at - _AROUND, 0)
            last = at + _AROUND
        yield first, last


class _Replacements(dict[bytes, bytes]):
    """What each of the things that a pattern finds is replaced by; each is worked out once."""

    def __init__(self, replacement: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._replacement = replacement

    def __missing__(self, found: bytes) -> bytes:
        made = self[found] = self._replacement(found)
        return made
