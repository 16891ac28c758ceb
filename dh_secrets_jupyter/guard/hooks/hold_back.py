"""Holds back what may be the beginning of a value in a kernel's stdout and stderr, each cell's apart.

1. Feed: what was written goes through the engine's stream; what may go out is emitted.
2. Wait: while the stream holds something back, a timer runs. More output restarts it.
3. Flush: after :data:`FLUSH_AFTER` without more output, and before any other message of the same cell, what is held
   back goes out; as a mark where it looks like a value.
4. Begin: what is written behind another message, or in the next cell, is shown by itself, and searched as such.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ..engine import TextStream
from ..redactor import WITHHELD, Redactor

FLUSH_AFTER = 0.2
"""Seconds without more output after which it is flushed. ipykernel itself waits up to 0.2 s before it sends."""

Emit = Callable[[str, dict[str, Any], str], None]
"""Sends a text: the stream's name, the parent header, the text."""


class _Output:
    """One stream of one cell.

    Attributes:
        name: ``stdout`` or ``stderr``.
        parent: the header of the cell's request.
        fed_at: when it was fed last, by the monotonic clock.
        has_timer: whether a timer runs for it.
    """

    def __init__(self, name: str, parent: dict[str, Any], stream: TextStream) -> None:
        self.name = name
        self.parent = parent
        self.stream = stream
        self.fed_at = 0.0
        self.has_timer = False


class HoldBack:
    """All streams of a kernel.

    Args:
        emit: sends a text that may go out.
        call_later: calls a function after so many seconds, in the thread that sends the streams.
        collect: has what was written to a stream, and is still on its way, fed at once.
    """

    def __init__(
        self,
        redactor: Redactor,
        emit: Emit,
        call_later: Callable[[float, Callable[[], None]], None],
        collect: Callable[[str], None],
    ) -> None:
        self._redactor = redactor
        self._emit = emit
        self._call_later = call_later
        self._collect = collect
        self._outputs: dict[tuple[str, str], _Output] = {}
        self._latest: dict[str, _Output] = {}
        self._ended: deque[str] = deque(maxlen=1000)
        self._lock = threading.RLock()
        self._is_forked = False

    def feed(self, name: str, parent: dict[str, Any], text: str) -> None:
        """Takes what was written, and emits what may go out."""
        with self._lock:
            output = self._output(name, parent)
            output.fed_at = time.monotonic()
            self._send(output, text)
            if self._is_forked and text.endswith("\n"):
                self._send(output)  # a pool ends its workers by a signal, after which nobody sends anything
            self._start_timer(output)

    def flush(self, parent_id: str, *, besides: str | None = None) -> None:
        """Emits what a cell holds back, before its next message; ``besides``: but for that stream."""
        if not self._outputs:
            return
        with self._lock:
            for name in ("stdout", "stderr"):
                output = self._outputs.get((parent_id, name))
                if output is not None and name != besides:
                    self._send(output)
                    output.stream.begin()

    def flush_all(self) -> None:
        """Emits everything that is held back."""
        with self._lock:
            for output in list(self._outputs.values()):
                self._send(output)

    def end_cell(self, parent_id: str) -> None:
        """Is called when a cell is idle. What is read late from a descriptor goes on under the next cell's name."""
        with self._lock:
            self._ended.append(parent_id)
            for key, output in list(self._outputs.items()):
                if key[0] == parent_id and output is not self._latest.get(output.name):
                    del self._outputs[key]

    def after_fork(self) -> None:
        """In a child: what the parent holds back is the parent's to send; only that it was written is remembered."""
        self._lock = threading.RLock()
        self._is_forked = True
        for output in self._outputs.values():
            output.stream.flush()
            output.stream.hits.clear()
            output.has_timer = False

    def _output(self, name: str, parent: dict[str, Any]) -> _Output:
        parent_id = parent.get("msg_id", "")
        output = self._outputs.get((parent_id, name))
        if output is None:
            previous = self._latest.get(name)
            stream = None
            if previous is not None and (previous_id := previous.parent.get("msg_id", "")) in self._ended:
                self._outputs.pop((previous_id, name), None)
                self._send(previous)
                # Its timer may still be running: it has to find nothing there.
                stream, previous.stream = previous.stream, TextStream(self._redactor.masker)
                stream.begin()
            output = _Output(name, parent, stream or TextStream(self._redactor.masker))
            self._outputs[parent_id, name] = output
        self._latest[name] = output
        return output

    def _send(self, output: _Output, written: str | None = None) -> None:
        """Emits what may go out of what was written; with nothing written, all that is held back."""
        try:
            text = output.stream.flush() if written is None else output.stream.feed(written)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            text, output.stream = WITHHELD, TextStream(self._redactor.masker)
        if output.stream.hits:
            self._redactor.record(output.stream.hits, output.name)
            output.stream.hits.clear()
        if text:
            self._emit(output.name, output.parent, text)

    def _start_timer(self, output: _Output) -> None:
        if output.stream.pending and not output.has_timer:
            output.has_timer = True
            self._wait(output, FLUSH_AFTER)

    def _wait(self, output: _Output, seconds: float) -> None:
        pid = os.getpid()
        self._call_later(seconds, lambda: self._time_is_over(output) if os.getpid() == pid else None)

    def _time_is_over(self, output: _Output) -> None:
        """Flushes the output, unless more was written meanwhile: then the rest of the time is waited for."""
        fed_at = output.fed_at
        if (left := fed_at + FLUSH_AFTER - time.monotonic()) <= 0:
            self._collect(output.name)
        with self._lock:
            if not output.stream.pending:
                output.has_timer = False
            elif left > 0 or output.fed_at != fed_at:
                self._wait(output, max(left, output.fed_at + FLUSH_AFTER - time.monotonic(), 0.001))
            else:
                output.has_timer = False
                self._send(output)
