"""The hooks into IPython in a terminal: ``sys.stdout`` and ``sys.stderr``; displays and tracebacks go through them.

The terminal's own descriptor stays as it is: what writes there past Python is not covered.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import Any

from .keeper import WITHHELD, Keeper
from .stream import ByteStream, Stream
from .streams import HOLD


class TerminalHooks:
    """Both standard streams, each wrapped; calls of :meth:`install` and :meth:`uninstall` alternate."""

    place = "this terminal"

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._wrapped: dict[str, tuple[Any, GuardedText]] = {}

    @property
    def gaps(self) -> list[str]:
        """What cannot be closed here."""
        return ["not covered here: what C code and child processes write straight to the terminal"]

    def install(self) -> None:
        """Wraps the streams."""
        both: list[GuardedText] = []
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            wrapper = GuardedText(stream, self._keeper, both)
            both.append(wrapper)
            self._wrapped[name] = stream, wrapper
            setattr(sys, name, wrapper)

    def uninstall(self) -> None:
        """Writes what is held back, and puts the streams back, unless somebody replaced ours meanwhile."""
        for name, (stream, wrapper) in self._wrapped.items():
            wrapper.release()
            wrapper.active = False
            if getattr(sys, name) is wrapper:
                setattr(sys, name, stream)
        self._wrapped = {}


class _Guarded:
    """Stands in for a stream: what is written comes out masked, everything else is the stream's own.

    IPython replaces ``write`` of the stream below for the length of a cell, so that it is asked for each time.
    """

    def __init__(self, stream: Any, keeper: Keeper, together: list[Any]) -> None:
        self._stream = stream
        self._keeper = keeper
        self._together = together  # the wrappers of one terminal: none may overtake what another one holds
        self._held: Any = None
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self.active = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, data: Any) -> Any:
        """Writes what may go out, and holds back the rest for a moment."""
        if not (self.active and self._keeper.on):
            self.release()
            return self._stream.write(data)
        for other in self._together:
            if other is not self:
                other.release()
        with self._lock:
            self._put(data)
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._held.pending:
                self._timer = threading.Timer(HOLD, self._late)
                self._timer.daemon = True
                self._timer.start()
        return len(data)

    def writelines(self, lines: Iterable[Any]) -> None:
        """Writes one after the other."""
        for line in lines:
            self.write(line)

    def release(self) -> None:
        """Writes what is held back."""
        with self._lock:
            if self._held.pending:
                self._put()

    def _late(self) -> None:
        self.release()
        self._stream.flush()

    def _put(self, written: Any = None) -> None:
        try:
            data = self._held.release() if written is None else self._held.feed(written)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            data = WITHHELD if isinstance(self, GuardedText) else WITHHELD.encode()
        if self._held.hits:
            self._keeper.note(self._held.hits, str(getattr(self._stream, "name", "terminal")).strip("<>"))
            self._held.hits.clear()
        if data:
            self._stream.write(data)


class GuardedText(_Guarded):
    """A text stream; its ``buffer`` is guarded, too."""

    def __init__(self, stream: Any, keeper: Keeper, together: list[Any]) -> None:
        super().__init__(stream, keeper, together)
        self._held = Stream(keeper.masker)
        self._buffer: GuardedBuffer | None = None

    @property
    def buffer(self) -> Any:
        """The bytes below."""
        below = self._stream.buffer
        if self._buffer is None:
            self._buffer = GuardedBuffer(below, self._keeper, self._together)
            self._together.append(self._buffer)
        return self._buffer


class GuardedBuffer(_Guarded):
    """A stream of bytes."""

    def __init__(self, stream: Any, keeper: Keeper, together: list[Any]) -> None:
        super().__init__(stream, keeper, together)
        self._held = ByteStream(keeper.masker)
