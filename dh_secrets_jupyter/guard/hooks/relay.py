"""The process beside a kernel that masks what goes to the server's log, and is there when the kernel is not.

It reads what the kernel and its children write into the pipes of :mod:`.log_pipe`, and writes it, masked, to where it
was to go. So the last words of a kernel that was killed still arrive, and a child that outlives the kernel writes on.
The process ends when nobody holds a pipe any more. What it has to know comes over a socket from the kernel, which sends
a value before it hands it out: when something is read from a pipe, what was sent before it was written is there.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import signal
import socket
import struct
import time
from collections import Counter
from typing import Any

from ..engine import ByteStream, Claim, Masker
from ..redactor import WITHHELD
from .hold_back import FLUSH_AFTER

_LENGTH = struct.Struct("!I")
_CHUNK = 65536


def send(connection: socket.socket, message: tuple[Any, ...]) -> None:
    """Sends a message of plain values. Raises OSError where nobody is there any more."""
    data = marshal.dumps(message)
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket) -> tuple[Any, ...] | None:
    """Waits for a message and returns it; None where none will come any more."""
    with contextlib.suppress(OSError):
        if len(head := connection.recv(_LENGTH.size, socket.MSG_WAITALL)) == _LENGTH.size:
            (size,) = _LENGTH.unpack(head)
            if len(data := connection.recv(size, socket.MSG_WAITALL)) == size:
                message: tuple[Any, ...] = marshal.loads(data)
                return message
    return None


class _Pipe:
    """One pipe: its source, its target, and where the kernel catches output that it has yet to pass on.

    Attributes:
        flush_at: when what is held back has to go out, by the monotonic clock; None while nothing is.
    """

    def __init__(self, masker: Masker, source: int, target: int, caught: list[int]) -> None:
        self.source = source
        self.caught = caught
        self._target = target
        self._masker = masker
        self._stream = ByteStream(masker)
        self.flush_at: float | None = None

    def take(self, data: bytes, *, masked: bool) -> Counter[tuple[str, str]]:
        """Writes what may go out of what was read; returns what was masked."""
        if not masked:
            hits = self.flush()
            self._put(data)
            return hits
        return self._write(data)

    def flush(self) -> Counter[tuple[str, str]]:
        """Writes what is held back."""
        return self._write(None)

    def _write(self, data: bytes | None) -> Counter[tuple[str, str]]:
        try:
            out = self._stream.flush() if data is None else self._stream.feed(data)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            out, self._stream = f"{WITHHELD}\n".encode(), ByteStream(self._masker)
        hits = Counter((hit.name, hit.encoding) for hit in self._stream.hits)
        self._stream.hits.clear()
        self.flush_at = time.monotonic() + FLUSH_AFTER if self._stream.pending else None
        self._put(out)
        return hits

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        with contextlib.suppress(OSError):  # the target is gone: there is nobody left to write to
            while view:
                view = view[os.write(self._target, view) :]


class Relay:
    """Serves pipes until the last of them is closed."""

    def __init__(self, control: int, pipes: list[tuple[int, int, list[int]]]) -> None:
        self._masker = Masker()
        self._is_on = True
        self._control: socket.socket | None = socket.socket(fileno=control)
        self._pipes = [_Pipe(self._masker, *pipe) for pipe in pipes]
        self._read_last: tuple[_Pipe, bytes] | None = None

    def run(self) -> None:
        """Reads, masks and writes; returns when nothing can come any more."""
        while self._pipes:
            flush_at = min((pipe.flush_at for pipe in self._pipes if pipe.flush_at is not None), default=None)
            control = [self._control] if self._control else []
            sources: list[Any] = [*control, *(pipe.source for pipe in self._pipes)]
            ready = select.select(sources, [], [], None if flush_at is None else max(flush_at - time.monotonic(), 0))[0]
            for pipe in list(self._pipes):
                if pipe.source in ready:
                    self._read(pipe)
                elif pipe.flush_at is not None and pipe.flush_at <= time.monotonic():
                    self._report(pipe.flush())
            self._listen()

    def _read(self, pipe: _Pipe) -> None:
        data = os.read(pipe.source, _CHUNK)
        self._read_last = pipe, data
        self._listen()  # what was sent before this was written
        self._take_read_last()
        if not data:
            self._report(pipe.flush())
            self._pipes.remove(pipe)

    def _take_read_last(self) -> None:
        """Writes what was read, unless a "drain" among the messages that came before it has done so."""
        if self._read_last:
            (pipe, data), self._read_last = self._read_last, None
            self._report(pipe.take(data, masked=self._is_on))

    def _listen(self) -> None:
        """Takes the messages that are there."""
        while self._control is not None and select.select([self._control], [], [], 0)[0]:
            match receive(self._control):
                case ("learn", name, value, claim):
                    self._masker.add(name, value, Claim(claim))
                case ("switch", names, on):
                    self._masker.switch(*names, on=on)
                case ("on", on):
                    self._is_on = on
                case ("drain",):
                    self._drain()
                    with contextlib.suppress(OSError):
                        send(self._control, ("drained",))
                case _:
                    self._control = None
                    self._take_over()

    def _drain(self) -> None:
        self._take_read_last()
        for pipe in self._pipes:
            while select.select([pipe.source], [], [], 0)[0] and (data := os.read(pipe.source, _CHUNK)):
                self._report(pipe.take(data, masked=self._is_on))
            self._report(pipe.flush())

    def _take_over(self) -> None:
        """The kernel is gone: what it had caught of its own output and not passed on comes behind what it had."""
        self._drain()
        for pipe in self._pipes:
            for caught in pipe.caught:
                while select.select([caught], [], [], 0)[0] and (data := os.read(caught, _CHUNK)):
                    pipe.take(data, masked=self._is_on)
                os.close(caught)
            pipe.flush()

    def _report(self, hits: Counter[tuple[str, str]]) -> None:
        if hits and self._control is not None:
            with contextlib.suppress(OSError):
                send(self._control, ("masked", [(*hit, count) for hit, count in hits.items()]))


def main(control: int, pipes: list[tuple[int, int, list[int]]]) -> None:
    """Serves the pipes in a process of its own; the arguments are descriptors."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    Relay(control, pipes).run()
