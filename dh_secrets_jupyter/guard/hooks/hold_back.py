"""Holds back what may be the beginning of a value in a kernel's stdout and stderr, each cell's apart."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..engine import TextStream
from ..redactor import WITHHELD, Redactor

FLUSH_AFTER = 0.2
"""Seconds that a piece is held from the last that came. ipykernel itself waits up to 0.2 s before it sends."""

Emit = Callable[[str, dict[str, Any], str], None]
"""Sends a text: the stream's name, the parent header, the text."""


@dataclass(eq=False)
class _Output:
    """One stream of one cell."""

    name: str
    parent: dict[str, Any]
    stream: TextStream
    last: float = 0.0
    armed: bool = False


class Streams:
    """All streams of a kernel.

    Args:
        emit: sends a text that may go out.
        later: calls a function after so many seconds, in the thread that flushes the streams.
        flush: sends what was written to a stream and not yet sent, by :meth:`feed`.
    """

    def __init__(
        self,
        redactor: Redactor,
        emit: Emit,
        later: Callable[[float, Callable[[], None]], None],
        flush: Callable[[str], None],
    ) -> None:
        self._redactor = redactor
        self._emit = emit
        self._later = later
        self._flush = flush
        self._outputs: dict[tuple[str, str], _Output] = {}
        self._latest: dict[str, _Output] = {}
        self._ended: deque[str] = deque(maxlen=1000)
        self._lock = threading.RLock()
        self._forked = False

    def feed(self, name: str, parent: dict[str, Any], text: str) -> None:
        """Takes what was written, and emits what may go out."""
        with self._lock:
            output = self._output(name, parent)
            output.last = time.monotonic()
            self._send(output, text)
            if self._forked and text.endswith("\n"):
                self._send(output)  # a pool ends its workers by a signal, after which nobody sends anything
            self._arm(output)

    def release(self, parent_id: str, *, besides: str | None = None) -> None:
        """Emits what a cell holds back, before its next message; ``besides``: but for that stream."""
        if not self._outputs:
            return
        with self._lock:
            for name in ("stdout", "stderr"):
                output = self._outputs.get((parent_id, name))
                if output is not None and name != besides:
                    self._send(output)

    def release_all(self) -> None:
        """Emits everything that is held back."""
        with self._lock:
            for output in list(self._outputs.values()):
                self._send(output)

    def end(self, parent_id: str) -> None:
        """Notes that a cell is idle. What was read late from a descriptor goes on under the next cell's name."""
        with self._lock:
            self._ended.append(parent_id)
            for key, output in list(self._outputs.items()):
                if key[0] == parent_id and output is not self._latest.get(output.name):
                    del self._outputs[key]

    def after_fork(self) -> None:
        """In a child: what the parent holds back is the parent's to send; only that it was written is remembered."""
        self._lock = threading.RLock()
        self._forked = True
        for output in self._outputs.values():
            output.stream.flush()
            output.stream.hits.clear()
            output.armed = False

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

    def _arm(self, output: _Output) -> None:
        if output.stream.pending and not output.armed:
            output.armed = True
            self._wait(output, FLUSH_AFTER)

    def _wait(self, output: _Output, seconds: float) -> None:
        pid = os.getpid()
        self._later(seconds, lambda: self._check(output) if os.getpid() == pid else None)

    def _check(self, output: _Output) -> None:
        """The time is over: unless more was written meanwhile, what is held back goes out."""
        last = output.last
        if (left := last + FLUSH_AFTER - time.monotonic()) <= 0:
            self._flush(output.name)
        with self._lock:
            if not output.stream.pending:
                output.armed = False
            elif left > 0 or output.last != last:
                self._wait(output, max(left, output.last + FLUSH_AFTER - time.monotonic(), 0.001))
            else:
                output.armed = False
                self._send(output)
