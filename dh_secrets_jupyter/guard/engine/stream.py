"""Masks output that comes in pieces: however it is cut, the same text goes out.

What :meth:`ByteStream.feed` does with a piece:

1. Append it to the buffer, which holds what may still be part of a value; set aside the beginning of a control sequence
   or of a character that has not come to its end.
2. Search what is new together with the last bytes that went out, since a flush may have cut a value there.
3. Keep as much of the end as may be part of a value that goes on, and every span that reaches into it.
4. Return the rest, with a mark for each span.

:meth:`ByteStream.flush` returns all of it, when the caller cannot wait any longer: an end that looks like a value
becomes a mark, and the stream remembers how that value goes on, to swallow the rest of it. A stream knows no clock and
no threads.

Coordinates: ``raw`` is the buffer with the piece, ``plain`` is that without control sequences, and ``window`` is the
last bytes sent, ``sent`` of them, followed by ``plain``. Spans and ``end`` are places in the window; ``place`` leads
from one in ``plain`` to the one in ``raw``.
"""

from __future__ import annotations

from collections.abc import Callable

from .affixes import common_prefix
from .ansi import ANSI, UNFINISHED, UNFINISHED_AT_MOST, without_ansi
from .boundaries import NUMBER
from .masker import Masker
from .policy import ANYWHERE_FROM
from .spans import Hit, PartialMatch, Span, mark, merge_overlapping, to_bytes, to_text

_REMEMBERED = 64
"""Bytes that have gone out and are still searched: a flush may have cut a value."""
_ALONE = 4096
"""Bytes at the beginning of what is shown by itself in which a word or number may stand that begins there."""


class ByteStream:
    """One stream of bytes: text in UTF-8, cut anywhere, or anything else. To be used by one thread at a time.

    Args:
        masker: what it masks.
        utf8: whether it is UTF-8 throughout, so that what goes out is cut, and marked, between characters only.

    Attributes:
        hits: what was masked so far; the caller may clear it.
    """

    def __init__(self, masker: Masker, *, utf8: bool = False) -> None:
        self._masker = masker
        self._utf8 = utf8
        self._buffer = b""
        self._sent = b""  # the end of what has gone out, as it came, without control sequences
        self._apart = 0  # bytes of these that are shown apart from what comes
        self._cut: list[tuple[bytes, int]] = []  # how values go on that a flush has cut, and how far each has come
        self.hits: list[Hit] = []

    def __copy__(self) -> ByteStream:
        """Returns a stream in the same state, also while the interpreter ends: ``copy`` by itself would import then."""
        new = object.__new__(type(self))
        vars(new).update(vars(self))
        return new

    @property
    def pending(self) -> bool:
        """Whether anything is held back."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> bytes:
        """Takes what was written, and returns what may go out now."""
        return self._step(self._buffer + data, flush=False) if data else b""

    def flush(self) -> bytes:
        """Returns all that is held back: when it has waited long enough, or before another message goes out.

        An end that is 8 or more characters of a value becomes a mark; what follows of that value is then swallowed.
        """
        return self._step(self._buffer, flush=True) if self._buffer else b""

    def begin(self) -> None:
        """Is told, after a flush, that what comes is shown by itself: a word may begin there, or a value go on."""
        self._apart = len(self._sent)

    def _step(self, raw: bytes, *, flush: bool) -> bytes:
        unfinished = None if flush else UNFINISHED.search(raw, max(len(raw) - UNFINISHED_AT_MOST, 0))
        taken = raw[: unfinished.start()] if unfinished else raw
        plain, place = without_ansi(raw, len(taken)) if b"\x1b" in taken else (taken, None)
        sent = len(self._sent)
        window = self._sent + plain
        spans, partial = self._find(window, flush=flush)
        if spans or self._cut:
            spans = self._merge(spans, plain, sent)
        end = len(window) if flush else self._safe_end(window, spans, sent)
        if not (spans or place or self._cut or flush):  # nothing but plain text, as nearly always
            self._buffer = raw[end - sent :]
            self._remember(window, end)
            return raw[: end - sent]
        raw_end = len(taken) if end == len(window) else place(end - sent) if place else end - sent
        if raw_end == 0:
            self._buffer = raw
            return b""
        out = self._replace(taken[:raw_end], [span for span in spans if span.end <= end], place, sent)
        if end > sent:
            self._cut = self._still_cut(partial, plain) if flush else []
        self._buffer = raw[raw_end:]
        self._remember(window, end)
        return out

    def _find(self, window: bytes, *, flush: bool) -> tuple[list[Span], list[PartialMatch]]:
        """Returns what has to be masked, and, of a flush, what of it the window ends in the middle of."""
        spans = self._masker.find_plain_spans(window, text=self._utf8)
        partial = self._masker.partial_matches(window, ANYWHERE_FROM) if flush else []
        if apart := self._apart:
            alone = window[apart : apart + _ALONE]
            is_rest = apart + len(alone) == len(window)
            begins = (span for span in self._masker.find_plain_spans(alone, text=self._utf8) if span.start == 0)
            spans += [Span(apart, apart + one.end, one.hit) for one in begins if is_rest or one.end < len(alone)]
            if flush and is_rest:
                ends = (match for match in self._masker.partial_matches(alone, ANYWHERE_FROM) if match.start == 0)
                partial += [match._replace(start=apart, end=apart + match.end) for match in ends]
        return spans + [Span(match.start, match.end, match.hit) for match in partial], partial

    def _remember(self, window: bytes, end: int) -> None:
        first = max(end - _REMEMBERED, 0)
        self._sent, self._apart = window[first:end], max(self._apart - first, 0)

    def _merge(self, spans: list[Span], plain: bytes, sent: int) -> list[Span]:
        """Returns the spans of what has not gone out; what goes on with a marked value gets no other mark."""
        swallowed = max((common_prefix(plain, 0, rest, at) for rest, at in self._cut), default=0)
        left = [span for span in spans if span.end > sent]
        for span in left:
            if span.start < sent:
                span.start = sent
                if self._cut:
                    span.hit = None
        if self._utf8:
            while 0 < swallowed < len(plain) and plain[swallowed] & 0xC0 == 0x80:
                swallowed -= 1
        if swallowed:
            left.append(Span(sent, sent + swallowed, None))
        return merge_overlapping(left)

    def _safe_end(self, window: bytes, spans: list[Span], sent: int) -> int:
        """Returns up to where the window may go out: what follows may be part of a value that goes on."""
        end = len(window) - self._masker.partial_length(window)
        if self._utf8:
            while end > sent and end < len(window) and window[end] & 0xC0 == 0x80:
                end -= 1
        end = max(end, sent)
        for span in spans:
            if span.start < end < span.end or _is_open_number(window, span):
                end = span.start
        return end

    def _replace(self, raw: bytes, spans: list[Span], place: Callable[[int], int] | None, sent: int) -> bytes:
        """Returns what goes out of ``raw``: marks for the spans, and behind each the control sequences in it."""
        out, at = [], 0
        for span in spans:
            first, last = span.start - sent, span.end - sent
            if place is not None:
                first, last = place(first), place(last - 1) + 1
            out.append(raw[at:first])
            if span.hit is not None:
                out.append(mark(span.hit.name))
                self.hits.append(span.hit)
            out += ANSI.findall(raw, first, last)
            at = last
        return b"".join([*out, raw[at:]])

    def _still_cut(self, partial: list[PartialMatch], plain: bytes) -> list[tuple[bytes, int]]:
        """Returns how the values go on that a flush has just cut, or cut once more."""
        new = [(match.rest, 0) for match in partial]
        old = [(rest, at + len(plain)) for rest, at in self._cut if rest[at : at + len(plain)] == plain]
        return [(rest, at) for rest, at in new + old if at < len(rest)]


def _is_open_number(window: bytes, span: Span) -> bool:
    """Returns whether a number's end is not seen yet: what follows the point says whether it is a decimal one."""
    return (
        span.end == len(window) - 1
        and window.endswith(b".")
        and NUMBER.fullmatch(window, span.start, span.end) is not None
    )


class TextStream:
    """One stream of text, as :class:`ByteStream`. To be used by one thread at a time."""

    def __init__(self, masker: Masker) -> None:
        self._bytes = ByteStream(masker, utf8=True)

    @property
    def hits(self) -> list[Hit]:
        """What was masked so far; the caller may clear it."""
        return self._bytes.hits

    @property
    def pending(self) -> bool:
        """Whether anything is held back."""
        return self._bytes.pending

    def feed(self, text: str) -> str:
        """Takes what was written, and returns what may go out now."""
        return to_text(self._bytes.feed(to_bytes(text)))

    def flush(self) -> str:
        """Returns all that is held back, as :meth:`ByteStream.flush`."""
        return to_text(self._bytes.flush())

    def begin(self) -> None:
        """Is told that what comes is shown by itself, as :meth:`ByteStream.begin`."""
        self._bytes.begin()
