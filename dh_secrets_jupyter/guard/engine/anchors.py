"""Chooses the fragments by which needles are found, such that no fragment leads to many needles.

Finding is *seed and extend*: an automaton looks for short fragments, and what is around each is compared. This module
chooses the seeds. A *window* is as many bytes in a row of a needle as make a piece (:data:`.policy.WINDOW`); it
counts where it is more than common material, and more than two characters in turn. An *anchor* is a fragment together
with its place: the needle's number and the ``offset`` in that needle, in bytes.

1. Going from left to right, each window that counts gets an anchor within it, unless the last anchor lies in it.
2. A window that also stands in another needle, or earlier in the same one, is known: it needs no anchor. So what alike
   values share, and what a value repeats, is found by one of them, and each of them adds only what is its own.
3. Of the fragments in a window the one at the best offset is taken, if no needle has it yet. Only otherwise the window
   is compared with those of the needles that have it. If it is not known either, a fragment is taken that no needle
   has, else one that fewer than :data:`MOST` have, else a longer one. The longest is the window itself, which one
   needle alone has.
4. Each needle has one anchor of its own by which it is found whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from .affixes import common_prefix, common_suffix
from .needles import Needle
from .policy import WINDOW

MOST = 4
"""Needles to which one fragment may lead."""
_LENGTHS = (6, 8, 11, WINDOW)
"""Bytes of a fragment: long enough to be rare, short enough to be few; longer where the short ones lead to too many."""
_LONGEST = 64
"""Bytes of a fragment that is a whole needle."""

Anchor = tuple[int, int]
"""A needle, by number, and the offset of the fragment in it."""


class Fragment:
    """A fragment's anchors.

    Attributes:
        partial: those by which a piece of a needle is found.
        whole: those by which a needle is found as a whole.
    """

    __slots__ = ("partial", "whole")

    def __init__(self, whole: Iterable[Anchor] = ()) -> None:
        self.partial: list[Anchor] = []
        self.whole = [*whole]


def _bytes_of(kept: bytes) -> bytes:
    return bytes([byte in kept for byte in range(256)])


# What a fragment had better start with: the rarer it is in ordinary output, the less the automaton has to look at.
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
        data, significant, fresh = needle.data, needle.significant, needle.fresh
        window, size = needle.window, len(data)
        own: tuple[int, Fragment | None] = 0, None
        if not needle.partial or size <= window:
            return own
        number, order = len(self._needles) - 1, _Order(needle)
        start = 0
        while start + window <= size and (next_significant := significant.find(1, start)) >= 0:
            next_fresh = fresh.find(1, start) if fresh else start
            if next_fresh < 0:
                break
            start = min(max(start, next_significant - window + 1, next_fresh - window + 1), size - window)
            if len(alphabet := set(data[start : start + window])) < 3:
                start += _length_of_run(data, start, bytes(alphabet)) - window + 1
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
        """Returns an offset in the window at ``start`` and its fragment; or None, and up to where it is known."""
        data, fragments = needle.data, self.fragments
        window = data[start : start + needle.window]
        for length in _LENGTHS:
            last = start + needle.window - length
            best = order.best(start, last)
            if _is_run(data, best, length):
                best = next((at for at in range(best, start - 1, -1) if not _is_run(data, at, length)), best)
            self.steps += 1
            if (piece := data[best : best + length]) not in fragments:
                return best, self._make(piece), 0
            self.steps += last - start + 1
            taken: dict[int, Fragment] = {}
            for offset in range(last, start - 1, -1):
                if (fragment := fragments.get(data[offset : offset + length])) is None:
                    continue
                taken[offset] = fragment
                self.steps += len(fragment.partial)
                for number, place in fragment.partial:
                    other, at = self._needles[number], place - (offset - start)
                    if (
                        other.data.startswith(window, at)
                        and at >= 0
                        and (known := _known_up_to(needle, start, other, at))
                    ):
                        return 0, None, known
            # What a window has of its own is at its end or its beginning, else it would be in an earlier window. At its
            # beginning, the last byte of that is in every later window that still has any of it.
            before = min(taken) - start
            own = start + self._last_differing(window, before, taken[start + before]) if last in taken else last
            for offset in sorted((best, last, own), key=taken.__contains__):
                piece = data[offset : offset + length]
                fragment = fragments.get(piece)
                is_free = fragment is None or len(fragment.partial) < MOST
                if is_free and 1 in needle.significant[offset : offset + length] and not _is_run(data, offset, length):
                    return offset, fragment or self._make(piece), 0
        if needle.window > length:
            return last, fragments.get(data[last : last + length]) or self._make(data[last : last + length]), 0
        return 0, None, start + needle.window  # the window itself is a fragment already

    def _last_differing(self, window: bytes, offset: int, fragment: Fragment) -> int:
        """Returns the last offset in a window, before a fragment, at which it differs from a needle that has that."""
        for number, place in fragment.partial[:1]:
            offset -= common_suffix(window, offset, self._needles[number].data, place)
        return max(offset - 1, 0)

    def _place_for_whole(self, needle: Needle) -> tuple[int, Fragment | None]:
        """Returns an offset and its fragment, for a needle all of whose windows are known, or that has none."""
        size = len(needle.data)
        for length in (*_LENGTHS, _LONGEST, size) if size <= _LONGEST else (*_LENGTHS, _LONGEST):
            last = max(size - length, 0)
            best = _Order(needle).best(0, last)
            for offset in chain(_significant_offsets(needle, last), (best,)):
                self.steps += 1
                fragment = self.fragments.get(needle.data[offset : offset + length])
                if fragment is not None and (len(fragment.whole) < MOST or last == 0):
                    return offset, fragment
            for offset in chain((best,), _significant_offsets(needle, last), range(last, -1, -1)):
                self.steps += 1
                data = needle.data[offset : offset + length]
                if data not in self.fragments:
                    return offset, self._make(data)
        return 0, None


def _is_run(data: bytes, at: int, length: int) -> bool:
    """Returns whether a fragment is of one or two bytes in turn: in a long run it would stand at every place."""
    first, second, third = data[at : at + 3]
    return (first == second or third in (first, second)) and len(set(data[at : at + length])) < 3


def _significant_offsets(needle: Needle, last: int) -> Iterator[int]:
    """Yields the offsets of significant bytes up to the last one, from the right."""
    while (last := needle.significant.rfind(1, 0, last + 1)) >= 0:
        yield last
        last -= 1


class _Order:
    """In which order the offsets of a needle are tried: at rare significant bytes first, from the right."""

    def __init__(self, needle: Needle) -> None:
        significant = int.from_bytes(needle.significant)
        size = len(needle.data)
        self._choices = [
            (int.from_bytes(needle.data.translate(rare)) & significant).to_bytes(size)
            for rare in (_RARE, _RARER_THAN_LETTERS)
        ]
        self._choices.append(needle.significant)

    def best(self, first: int, last: int) -> int:
        """Returns the best offset from the first to the last."""
        for choice in self._choices:
            if (at := choice.rfind(1, first, last + 1)) >= 0:
                return at
        return last


def _known_up_to(needle: Needle, start: int, other: Needle, at: int) -> int:
    """Returns up to where a needle from ``start`` on equals another one from ``at`` on, if for a window; else 0."""
    window = needle.window
    if (
        window != other.window
        or needle.significant[start : start + window] != other.significant[at : at + window]
        or needle.char_starts[start : start + window] != other.char_starts[at : at + window]
    ):
        return 0
    size = common_prefix(needle.data, start, other.data, at)
    for mine, theirs in ((needle.significant, other.significant), (needle.char_starts, other.char_starts)):
        if mine[start : start + size] != theirs[at : at + size]:
            size = common_prefix(mine[start : start + size], 0, theirs[at : at + size], 0)
    return start + size


def _length_of_run(data: bytes, start: int, alphabet: bytes) -> int:
    """Returns how many bytes from ``start`` on are of this alphabet; by exponential search, since it may be long."""
    size, length = len(data) - start, WINDOW
    while True:
        length = min(2 * length, size)
        piece = data[start : start + length]
        if (rest := len(piece.lstrip(alphabet))) or length == size:
            return length - rest
