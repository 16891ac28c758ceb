"""One way that a command's output takes: read, masked, and written, never so that the reader has to wait."""

from __future__ import annotations

import errno
import os
import time

from ...guard.engine import ByteStream, Masker
from ...guard.hooks.hold_back import FLUSH_AFTER
from ...guard.redactor import WITHHELD

CHUNK = 65536
"""Bytes that are read at once."""
_WRITE_AT_MOST = 4096
"""Bytes that a pipe takes at once where it takes any."""


class Output:
    """What is read from a source, with marks in it, on its way to a target.

    Attributes:
        source: the descriptor that is read; None when nothing comes any more.
        target: the descriptor that is written to.
        pending: what may be written and is not yet; nothing more is read meanwhile.
        read_at: when something was read last, by the monotonic clock.
        flush_at: when what is held back has to go out, by the monotonic clock; None while nothing is.
    """

    def __init__(self, masker: Masker, source: int, target: int) -> None:
        self.source: int | None = source
        self.target = target
        self.pending = b""
        self.read_at = 0.0
        self.flush_at: float | None = None
        self._masker = masker
        self._stream = ByteStream(masker)
        self._is_discarded = False

    @property
    def is_done(self) -> bool:
        """Whether nothing comes any more, and all is written."""
        return self.source is None and not self.pending

    def read(self) -> None:
        """Reads what is there; to be called when something is, and nothing is pending."""
        if self.source is None:
            return
        try:
            data = os.read(self.source, CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EIO:  # as Linux says that nobody has the terminal open any more
                raise
            data = b""
        self.take(data)

    def take(self, data: bytes) -> None:
        """Takes what was read; nothing, where nothing comes any more."""
        self.read_at = time.monotonic()
        self._pass_on(data or None)
        if not data:
            self.close()

    def flush(self) -> None:
        """Lets go what is held back."""
        self._pass_on(None)

    def write(self) -> None:
        """Writes what is pending; to be called when the target takes something."""
        try:
            self.pending = self.pending[os.write(self.target, self.pending[:_WRITE_AT_MOST]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # nobody reads any more, and the command shall see it as if it had written by itself
            self.pending = b""
            self.close()
        except OSError:  # a terminal that is gone: who writes there goes on
            self.pending, self._is_discarded = b"", True

    def close(self) -> None:
        """Reads no more."""
        if self.source is not None:
            os.close(self.source)
            self.source = None
        self.flush_at = None

    def _pass_on(self, data: bytes | None) -> None:
        """Masks what was read; None: what is held back."""
        try:
            out = self._stream.flush() if data is None else self._stream.feed(data)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the masker
            out, self._stream = f"{WITHHELD}\n".encode(), ByteStream(self._masker)
        self._stream.hits.clear()
        self.flush_at = time.monotonic() + FLUSH_AFTER if self._stream.pending else None
        if not self._is_discarded:
            self.pending += out
