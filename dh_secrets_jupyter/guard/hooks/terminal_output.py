"""Masks what is written to a terminal's streams, in place: ``sys.stdout`` stays what it is.

A text stream looks ``write`` and ``flush`` up on the buffer below it each time it uses them. Methods set there see what
is written to the stream, by whoever holds it, as bytes, at the moment at which it would go into the buffer. So all that
a program can ask of a stream is answered by the stream itself. One without a buffer (a ``StringIO``) gets them itself.

1. A write first flushes what the other stream holds back, so that the order stays.
2. It goes through the engine's stream; what may go out is put into a queue, and the queue is written.
3. While something is held back, a timer runs; after :data:`.hold_back.FLUSH_AFTER` without more it is flushed. More
   output leaves the timer as it is, for a thread takes long to start: it finds when it is over that it has to wait on.
"""

from __future__ import annotations

import _thread
import codecs
import contextlib
import copy
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ...ipython import Patch
from ..engine import ByteStream, to_bytes, to_text
from ..redactor import WITHHELD, Redactor
from .hold_back import FLUSH_AFTER

INTERRUPT_WITHIN = 0.01
"""Seconds that Ctrl-C may wait."""
_exhaust = deque[Any](maxlen=0).extend


class Terminal:
    """What the streams of one terminal share: their order.

    Attributes:
        lock: held while anything is written or flushed.
        outputs: the streams; at most one of them holds anything back.
        passing: whether what is written goes out as it is: the prompt, which shows what its user types.
        ending: whether nothing is held back any more, because the process ends.
        forked: whether this is a forked child, which a signal may end after any line.
        interrupted: whether Ctrl-C came at a moment at which it had to wait.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.lock = threading.RLock()  # a signal's handler may write, too
        self.outputs: list[Output] = []
        self.passing = self.ending = self.forked = self.interrupted = False

    @property
    def pending(self) -> bool:
        """Whether anything is held back."""
        return any(output.pending for output in self.outputs)

    def flush(self, *, besides: Output | None = None) -> None:
        """Writes what is held back; ``besides``: but for that stream. One that fails is no matter of who calls this."""
        for output in self.outputs:
            if output is not besides and output.pending:
                with contextlib.suppress(OSError, ValueError):  # its terminal is gone, or it is closed
                    output.flush()

    def after_fork(self) -> None:
        """In a child: another thread of the parent may have held the lock."""
        self.lock = threading.RLock()
        self.forked = True
        for output in self.outputs:
            output.after_fork()


class Output:
    """One stream. Calls of :meth:`install` and :meth:`uninstall` alternate.

    A signal's handler may run between any two calls in here. It may write: so a step counts only if the stream is still
    as the step found it. It may raise KeyboardInterrupt: that waits until what was handed over is safe.
    """

    def __init__(self, stream: Any, terminal: Terminal) -> None:
        self._terminal = terminal
        self._name = str(getattr(stream, "name", "terminal")).strip("<>")
        buffer = getattr(stream, "buffer", None)
        self._owner = stream if buffer is None else buffer
        self._decode, self._encode, self._utf8 = _codec(None if buffer is None else str(stream.encoding))
        self._stream = ByteStream(terminal.redactor.masker, utf8=self._utf8)
        self._queue: deque[Any] = deque()  # what is on its way to the stream below
        self._unflushed = False  # a flush was asked for while something was held back
        self._timer: threading.Timer | None = None
        self._fed_at = 0.0  # when something was held back last, by the monotonic clock
        self._patches: list[Patch] = []

    @property
    def pending(self) -> bool:
        """Whether anything is held back."""
        return self._stream.pending or bool(self._queue)

    def install(self) -> None:
        """Takes the place of the stream's methods. Raises TypeError or AttributeError where it lets nobody do that."""
        self._write_below, self._flush_below = self._owner.write, self._owner.flush
        self._close_below = self._owner.close
        self._patches = [Patch(self._owner, "write", self._on_write)]
        self._patches += [Patch(self._owner, "flush", self._on_flush)]
        self._patches += [Patch(self._owner, "close", self._on_close)]

    def uninstall(self) -> None:
        """Writes what is held back, and puts the methods back."""
        self.flush()
        for patch in self._patches:
            patch.undo()
        self._patches = []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def after_fork(self) -> None:
        """In a child: the timer's thread is the parent's."""
        self._timer = None

    def flush(self) -> None:
        """Writes what is held back, and flushes the stream below where that was asked for."""
        with self._terminal.lock:
            while self._stream.pending:
                self._take(None)
            self._drain()
            if self._unflushed:
                self._unflushed = False
                self._flush_below()

    def _on_write(self, data: Any) -> Any:
        terminal = self._terminal
        if not (self._patches and terminal.redactor.is_on) or terminal.passing:
            terminal.flush()
            return self._write_below(data)
        written: list[bytes] = []
        with contextlib.suppress(AttributeError, TypeError):
            written = [self._decode(data)]
            size = len(data) if isinstance(data, str) else memoryview(data).nbytes
        if not written:
            return self._write_below(data)  # which refuses it in its own words
        self._undisturbed(written)
        if self._terminal.interrupted:  # a flush comes next, as a rule
            _timer(INTERRUPT_WITHIN, self._interrupt).start()
        return size

    def _on_flush(self) -> None:
        self._undisturbed([], flush=True)
        if self._terminal.interrupted:
            self._terminal.interrupted = False
            # Made by C alone: after a call of Python's the handler would be run in here.
            (_,) = map(_thread.interrupt_main, (signal.SIGINT,))

    def _on_close(self) -> None:
        self._terminal.flush()
        self._close_below()

    def _interrupt(self) -> None:
        if self._terminal.interrupted:
            self._terminal.interrupted = False
            _thread.interrupt_main()

    def _undisturbed(self, written: list[bytes], flush: bool = False) -> None:
        """Does a step to its end; Ctrl-C that comes meanwhile is raised later, in the code that uses the stream."""
        while True:
            try:
                self._step(written, flush)
                break
            except KeyboardInterrupt:
                self._terminal.interrupted = True

    def _step(self, written: list[bytes], flush: bool) -> None:
        """Takes what was written out of the list, and lets out what may go; the same again after an interrupt."""
        with self._terminal.lock:
            self._terminal.flush(besides=self)
            while written:
                self._take(written)
            self._drain()
            if flush:
                self._flush_below()
                self._unflushed = self._stream.pending
            self._start_timer()

    def _take(self, written: list[bytes] | None) -> None:
        """Moves what may go out to the queue: of what was written, or, with None, all that is held back."""
        before, queue = self._stream, self._queue
        after = copy.copy(before)
        after.hits = []
        try:
            data = after.flush() if written is None else after.feed(written[0])
            if self._terminal.ending or (self._terminal.forked and written and written[0].endswith(b"\n")):
                data += after.flush()
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            after, data = ByteStream(self._terminal.redactor.masker, utf8=self._utf8), WITHHELD.encode()
        out = (self._encode(data),)
        # No call from here on, between which a handler could come: all of it happens, or nothing.
        if self._stream is before:
            self._stream = after
            queue += out
            if written is not None:
                del written[0]
            hits = after.hits
        else:
            hits = []
        self._terminal.redactor.record(hits, self._name)

    def _drain(self) -> None:
        """Writes the queue; what is taken from it is written before any handler runs."""
        with contextlib.suppress(IndexError):
            _exhaust(map(self._write_below, iter(self._queue.popleft, None)))

    def _start_timer(self) -> None:
        if not self._stream.pending:
            return
        self._fed_at = time.monotonic()
        if self._timer is None:
            self._wait(FLUSH_AFTER)

    def _wait(self, seconds: float) -> None:
        timer = _timer(seconds, self._time_is_over)
        try:
            timer.start()
        except RuntimeError:  # no thread starts any more: the interpreter ends
            self.flush()
        else:
            self._timer = timer  # not before it runs: Ctrl-C may have come

    def _time_is_over(self) -> None:
        with self._terminal.lock:
            self._timer = None
            left = self._fed_at + FLUSH_AFTER - time.monotonic()
            if left > 0 and self._stream.pending:
                self._wait(left)
                return
            with contextlib.suppress(OSError, ValueError):  # the stream is closed
                self.flush()


def _timer(seconds: float, call: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    return timer


def _codec(encoding: str | None) -> tuple[Callable[[Any], bytes], Callable[[bytes], Any], bool]:
    """Returns how what is written becomes what is searched, how that is written, and whether it is always UTF-8.

    Args:
        encoding: what the bytes are; None: it is text that is written.
    """
    if encoding is None:
        return to_bytes, to_text, True
    if codecs.lookup(encoding).name.startswith(("utf", "ascii")):
        return _same, _same, False
    return (
        lambda data: to_bytes(memoryview(data).tobytes().decode(encoding, "surrogateescape")),
        lambda data: to_text(data).encode(encoding, "surrogateescape"),
        True,
    )


def _same(data: Any) -> bytes:
    return memoryview(data).tobytes()
