"""Chooses the fragments by which needles are found, such that no fragment leads to many needles.

A *window* is as many bytes in a row of a needle as make a piece. It counts where it is more than common material, and
more than two signs in turn. An *anchor* is a fragment of a needle at an offset of it.

1. Going from left to right, each window that counts gets an anchor within it, unless one that it has already is in it.
2. A window that stands in another needle, or earlier in the same one, is known: it needs no anchor. So what alike
   values share, and what a value repeats, is found by one of them, and each of them adds what is its own.
3. Of the fragments in a window the one that starts best is taken, if no needle has it yet. Only otherwise it is asked
   whether the window is known; then one is taken that no needle has yet, else one that fewer than :data:`MOST` have;
   where all have more, a longer fragment. The longest is the window itself, which one needle alone has.
4. Each needle has one anchor of its own by which it is found whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from .affixes import common_prefix
from .needles import Needle
from .policy import PIECE

MOST = 4
"""Needles to which one fragment may lead."""
_LENGTHS = (6, 8, 11, PIECE)
"""Bytes of a fragment: long enough to be rare, short enough to be few; longer where the short ones lead to too many."""
_LONGEST = 64
"""Bytes of a fragment that is a whole needle."""

Anchor = tuple[int, int]
"""A needle, by number, and the offset of the fragment in it."""


@dataclass(slots=True)
class Fragment:
    """A fragment's anchors.

    Attributes:
        partial: those by which a piece of a needle is found.
        whole: those by which a needle is found as a whole.
    """

    partial: list[Anchor] = field(default_factory=list)
    whole: list[Anchor] = field(default_factory=list)


def _bytes_of(kept: bytes) -> bytes:
    return bytes([byte in kept for byte in range(256)])


# What a fragment had better start with: the fewer bytes of ordinary output do, the less the automaton has to look at.
_RARE = _bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZjqxz\0" + bytes(range(128, 256)))
_RARER_THAN_LETTERS = _bytes_of(b"0123456789kvwy%")


class Anchors:
    """The anchors of all needles.

    Attributes:
        fragments: all fragments, with their anchors.
        new: those that no automaton looks for yet; whoever builds one empties it.
        steps: how many places were tried so far, which is what learning costs.
    """

    def __init__(self) -> None:
        self.fragments: dict[bytes, Fragment] = {}
        self.new: dict[bytes, Fragment] = {}
        self.steps = 0
        self._needles: list[Needle] = []

    def add(self, needle: Needle) -> None:
        """Anchors a needle; its number is how many there were before."""
        number = len(self._needles)
        self._needles.append(needle)
        offset, fragment = self._anchor_windows(needle)
        if fragment is None:
            offset, fragment = self._place_for_whole(needle)
        if fragment is not None:
            fragment.whole.append((number, offset))

    def _make(self, data: bytes) -> Fragment:
        made = self.fragments[data] = self.new[data] = Fragment()
        return made

    def _anchor_windows(self, needle: Needle) -> tuple[int, Fragment | None]:
        """Anchors the windows that count and are not known; returns an anchor among them for the whole needle."""
        data, told, fresh, window, size = needle.data, needle.told, needle.fresh, needle.window, len(needle.data)
        own: tuple[int, Fragment | None] = 0, None
        if not needle.pieces or size <= window:
            return own
        number, order = len(self._needles) - 1, _Order(needle)
        start = 0
        while start + window <= size and (tells := told.find(1, start)) >= 0:
            differs = fresh.find(1, start) if fresh else start
            if differs < 0:
                break
            start = min(max(start, tells - window + 1, differs - window + 1), size - window)
            if len(signs := set(data[start : start + window])) < 3:
                start += _length_of_signs(data, start, bytes(signs)) - window + 1
                continue
            offset, fragment, known = self._try_window(needle, order, start)
            if fragment is None:
                start = known - window + 1
                continue
            fragment.partial.append((number, offset))
            if own[1] is None and len(fragment.whole) < MOST:
                own = offset, fragment
            start = offset + 1
        return own

    def _try_window(self, needle: Needle, order: _Order, start: int) -> tuple[int, Fragment | None, int]:
        """Returns an offset in a window and its fragment; or None, and up to where the needle is known."""
        data, fragments = needle.data, self.fragments
        for length in _LENGTHS:
            last = start + needle.window - length
            best = order.best(start, last)
            self.steps += 1
            if (part := data[best : best + length]) not in fragments:
                return best, self._make(part), 0
            there = []
            for offset in range(last, start - 1, -1):
                self.steps += 1
                if (fragment := fragments.get(data[offset : offset + length])) is None:
                    continue
                there.append(offset)
                for number, place in fragment.partial:
                    self.steps += 1
                    if known := known_to(needle, offset, length, self._needles[number], place):
                        return 0, None, known
            # What a window has of its own is at its end or its beginning, else it would be in an earlier one.
            for offset in sorted((best, last, start), key=there.__contains__):
                part = data[offset : offset + length]
                fragment = fragments.get(part)
                if (fragment is None or len(fragment.partial) < MOST) and 1 in needle.told[offset : offset + length]:
                    return offset, fragment or self._make(part), 0
        if needle.window > length:
            return last, fragments.get(data[last : last + length]) or self._make(data[last : last + length]), 0
        return 0, None, start + needle.window  # the window itself is a fragment already

    def _place_for_whole(self, needle: Needle) -> tuple[int, Fragment | None]:
        """Returns an offset and its fragment, for a needle all of whose windows are known, or that has none."""
        size = len(needle.data)
        for length in (*_LENGTHS, _LONGEST, size) if size <= _LONGEST else (*_LENGTHS, _LONGEST):
            last = max(size - length, 0)
            best = _Order(needle).best(0, last)
            for offset in chain(_telling(needle, last), (best,)):
                self.steps += 1
                fragment = self.fragments.get(needle.data[offset : offset + length])
                if fragment is not None and (len(fragment.whole) < MOST or last == 0):
                    return offset, fragment
            for offset in chain((best,), _telling(needle, last), range(last, -1, -1)):
                self.steps += 1
                data = needle.data[offset : offset + length]
                if data not in self.fragments:
                    return offset, self._make(data)
        return 0, None


def _telling(needle: Needle, last: int) -> Iterator[int]:
    """Yields the offsets up to the last one whose byte tells something, from the right."""
    while (last := needle.told.rfind(1, 0, last + 1)) >= 0:
        yield last
        last -= 1


class _Order:
    """In which order the offsets of a needle are tried: at rare bytes that tell something first, from the right."""

    def __init__(self, needle: Needle) -> None:
        told = int.from_bytes(needle.told)
        size = len(needle.data)
        self._choices = [
            (int.from_bytes(needle.data.translate(kept)) & told).to_bytes(size) for kept in (_RARE, _RARER_THAN_LETTERS)
        ]
        self._choices.append(needle.told)

    def best(self, first: int, last: int) -> int:
        """Returns the best offset from the first to the last."""
        for choice in self._choices:
            if (at := choice.rfind(1, first, last + 1)) >= 0:
                return at
        return last


def known_to(needle: Needle, offset: int, length: int, other: Needle, place: int) -> int:
    """Returns up to where a needle is like another one, if all windows around a fragment of both are; else 0."""
    size = len(needle.data)
    first, last = max(offset + length - needle.window, 0), min(offset + needle.window, size)
    before, after = place - (offset - first), place + (last - offset)
    if before < 0 or needle.data[first:last] != other.data[before:after] or needle.window != other.window:
        return 0
    for mine, theirs in ((needle.told, other.told), (needle.starts, other.starts), (needle.data, other.data)):
        if mine[first:last] != theirs[before:after]:
            return 0
        size = min(size, last + common_prefix(mine, last, theirs, after))
    return size


def _length_of_signs(data: bytes, start: int, signs: bytes) -> int:
    """Returns how many bytes from a place on are of these signs."""
    size, length = len(data) - start, PIECE
    while True:
        length = min(2 * length, size)
        part = data[start : start + length]
        if (rest := len(part.lstrip(signs))) or length == size:
            return length - rest
