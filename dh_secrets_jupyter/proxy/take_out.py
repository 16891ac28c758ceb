"""Takes values out of an answer as it streams, at equal length, so that no other byte and no length changes.

What may begin a value is held until the next bytes decide, without a clock. A line break decides, too: no value that a
secret with hosts can have goes on behind one, and server-sent events are not held up.
"""

from __future__ import annotations

from collections.abc import Callable

from .values import Values

_REMEMBERED = 128
"""Bytes that have gone out and are still searched: a line break may have cut an encoded value."""

Replacement = Callable[[str, bytes], bytes]
"""Returns what stands in the place of found bytes of a secret; as many as there were."""


class TakeOut:
    """One stream of bytes, for one task.

    Args:
        values: what is looked for.
        replacement: called with a secret's name and the bytes that give its value away.
    """

    def __init__(self, values: Values, replacement: Replacement) -> None:
        self._values = values
        self._replacement = replacement
        self._sent = b""
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Takes what came, and returns what may go on now."""
        return self._step(data, last=False)

    def finish(self) -> bytes:
        """Returns what is held; what comes afterwards is searched together with its end."""
        return self._step(b"", last=True)

    def _step(self, data: bytes, *, last: bool) -> bytes:
        window = self._sent + self._held + data
        sent = len(self._sent)
        spans = self._values.find_spans(window)
        end = len(window) if last else self._decided(window, sent)
        for span in spans:
            if span.start < end < span.end:
                end = max(span.start, sent)
        out, at = [], sent
        for span in spans:
            start, stop = max(span.start, at), min(span.end, end)
            if start < stop and span.hit:
                found = window[span.start : span.end]
                out += [
                    window[at:start],
                    self._replacement(span.hit.name, found)[start - span.start : stop - span.start],
                ]
                at = stop
        out.append(window[at:end])
        self._sent, self._held = window[max(end - _REMEMBERED, 0) : end], window[end:]
        return b"".join(out)

    def _decided(self, window: bytes, sent: int) -> int:
        """Returns up to where nothing can begin a value any more."""
        end = len(window) - self._values.partial_length(window)
        return max(end, window.rfind(b"\n") + 1, sent)
