"""Masks output that comes in pieces: however it is cut, the same text goes out.

A stream holds back the end of what came as long as it may be part of a value, and gives it out when it turns out not
to be, or when the caller asks for it (:meth:`ByteStream.release`). It knows no clock and no threads.
"""

from __future__ import annotations

from .affixes import common_prefix
from .ansi import ANSI, UNFINISHED, UNFINISHED_AT_MOST, without_ansi
from .masker import NUMBER, Masker
from .policy import ANYWHERE_FROM
from .spans import Begun, Cover, Hit, mark, to_bytes, to_text, united

_REMEMBERED = 64
"""Bytes that have gone out and are still looked at: a release may have cut a value."""


class ByteStream:
    """One stream of bytes: text in UTF-8, cut anywhere, or anything else. To be used by one thread at a time.

    Attributes:
        hits: the marks set so far; the caller may clear it.
    """

    _text = False

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = b""
        self._sent = b""  # the end of what has gone out, as it came, without control sequences
        self._cut: list[tuple[bytes, int]] = []  # needles that a release has cut, and how far each has come
        self.hits: list[Hit] = []

    @property
    def pending(self) -> bool:
        """Whether anything is held back."""
        return bool(self._held)

    def feed(self, data: bytes) -> bytes:
        """Takes what was written, and returns what may go out now."""
        return self._step(self._held + data, release=False) if data else b""

    def release(self) -> bytes:
        """Returns all that is held back: when it has waited long enough, or before another message goes out.

        An end that is 8 or more characters of a value becomes a mark; what follows of that value is then swallowed.
        """
        return self._step(self._held, release=True) if self._held else b""

    def _step(self, data: bytes, *, release: bool) -> bytes:
        unfinished = None if release else UNFINISHED.search(data, max(len(data) - UNFINISHED_AT_MOST, 0))
        taken = data[: unfinished.start()] if unfinished else data
        plain, place = without_ansi(data, len(taken)) if b"\x1b" in taken else (taken, None)
        sent = len(self._sent)
        window = self._sent + plain
        covers = self._masker.covers_plain(window, text=self._text)
        begun = self._masker.begun(window, ANYWHERE_FROM) if release else []
        covers += [Cover(start, len(window), hit) for start, hit, _ in begun]
        if covers or self._cut:
            covers = self._joined(covers, plain, sent)

        end = len(window)
        if not release:
            end -= self._masker.open_length(window)
            if self._text:
                while end > sent and end < len(window) and window[end] & 0xC0 == 0x80:
                    end -= 1
            end = max(end, sent)
            for cover in covers:
                if cover.start < end < cover.end or _is_open_number(window, cover):
                    end = cover.start
        if not (covers or place or self._cut or release):  # nothing but plain text, as nearly always
            self._held = data[end - sent :]
            self._sent = window[max(end - _REMEMBERED, 0) : end]
            return data[: end - sent]
        raw_end = len(taken) if end == len(window) else place(end - sent) if place else end - sent
        if raw_end == 0:
            self._held = data
            return b""

        out, at = [], 0
        for cover in covers:
            if cover.end <= end:
                first, last = cover.start - sent, cover.end - sent
                if place is not None:
                    first, last = place(first), place(last - 1) + 1
                out.append(taken[at:first])
                if cover.hit is not None:
                    out.append(mark(cover.hit.name))
                    self.hits.append(cover.hit)
                out += ANSI.findall(taken, first, last)
                at = last
        out.append(taken[at:raw_end])
        if end > sent:
            self._cut = self._still_cut(begun, plain) if release else []
        self._held = data[raw_end:]
        self._sent = window[:end][-_REMEMBERED:]
        return b"".join(out)

    def _joined(self, covers: list[Cover], plain: bytes, sent: int) -> list[Cover]:
        """Returns the covers of what has not gone out; what goes on with a marked value gets no other mark."""
        swallowed = max((common_prefix(plain, 0, needle, at) for needle, at in self._cut), default=0)
        rest = [cover for cover in covers if cover.end > sent]
        for cover in rest:
            if cover.start < sent:
                cover.start = sent
                if self._cut:
                    cover.hit = None
        if self._text:
            while 0 < swallowed < len(plain) and plain[swallowed] & 0xC0 == 0x80:
                swallowed -= 1
        if swallowed:
            rest.append(Cover(sent, sent + swallowed, None))
        return united(rest)

    def _still_cut(self, begun: list[Begun], plain: bytes) -> list[tuple[bytes, int]]:
        """Returns the needles that a release has just cut, or cut once more."""
        new = [(rest, 0) for _, _, rest in begun]
        old = [(needle, at + len(plain)) for needle, at in self._cut if needle[at : at + len(plain)] == plain]
        return [(needle, at) for needle, at in new + old if at < len(needle)]


def _is_open_number(window: bytes, cover: Cover) -> bool:
    """Whether a number's end is not seen yet: what follows the point says whether it is a decimal one."""
    return (
        cover.end == len(window) - 1
        and window.endswith(b".")
        and NUMBER.fullmatch(window, cover.start, cover.end) is not None
    )


class Stream:
    """One stream of text, as :class:`ByteStream`. To be used by one thread at a time."""

    def __init__(self, masker: Masker) -> None:
        self._bytes = _TextBytes(masker)

    @property
    def hits(self) -> list[Hit]:
        """The marks set so far; the caller may clear it."""
        return self._bytes.hits

    @property
    def pending(self) -> bool:
        """Whether anything is held back."""
        return self._bytes.pending

    def feed(self, text: str) -> str:
        """Takes what was written, and returns what may go out now."""
        return to_text(self._bytes.feed(to_bytes(text)))

    def release(self) -> str:
        """Returns all that is held back, as :meth:`ByteStream.release`."""
        return to_text(self._bytes.release())


class _TextBytes(ByteStream):
    """Cuts and covers between characters only."""

    _text = True
