"""A redacting pipe under the descriptors that lead to the server's log.

ipykernel copies what is written to descriptors 1 and 2 to the original ones before any hook sees it, writes its own log
there, and hands that copy out as ``sys.stdout.fileno()``. A pipe laid over the copy sees all of it.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Iterable

from .keeper import WITHHELD, Keeper
from .stream import ByteStream
from .streams import HOLD

CHANNEL = "server log"
_CHUNK = 65536


class Pipe:
    """Takes the place of descriptors that lead to one and the same place; what comes out there is masked."""

    def __init__(self, keeper: Keeper, descriptors: Iterable[int]) -> None:
        self._keeper = keeper
        self._descriptors = list(descriptors)
        self._out = os.dup(self._descriptors[0])
        self._in, writer = os.pipe()
        self._hold = HOLD
        self._busy = threading.Event()
        for descriptor in self._descriptors:
            os.dup2(writer, descriptor, inheritable=os.get_inheritable(descriptor))
        self._identity = _identity(writer)
        os.close(writer)
        self._thread = threading.Thread(target=self._run, name="dh-secrets-guard", daemon=True)
        self._thread.start()

    @property
    def in_place(self) -> bool:
        """Whether the descriptors still lead into this pipe."""
        return all(_identity(descriptor) == self._identity for descriptor in self._descriptors)

    def drain(self, *, hold: float | None = None, timeout: float = 2.0) -> None:
        """Waits until what was written has come out; ``hold`` sets how long beginnings of values are held from now."""
        if hold is not None:
            self._hold = hold
        if self._in < 0:
            return
        end = time.monotonic() + timeout
        while (self._busy.is_set() or select.select([self._in], [], [], 0)[0]) and time.monotonic() < end:
            time.sleep(0.002)

    def close(self) -> None:
        """Puts the descriptors back. Child processes that still write into the pipe are read to their end."""
        for descriptor in self._descriptors:
            if _identity(descriptor) == self._identity:
                os.dup2(self._out, descriptor, inheritable=os.get_inheritable(descriptor))
        self._hold = 0.0
        self._thread.join(2.0)

    def after_fork(self) -> None:
        """In a child: the parent alone reads, so that a child that outlives it does not wait for a reader for ever."""
        os.close(self._in)
        self._in = -1

    def _run(self) -> None:
        stream = ByteStream(self._keeper.masker)
        with contextlib.suppress(OSError):  # the place where it comes out is gone: there is nobody left to tell
            while True:
                if not select.select([self._in], [], [], self._hold if stream.pending else None)[0]:
                    self._write(stream)
                    self._busy.clear()
                    continue
                self._busy.set()
                data = os.read(self._in, _CHUNK)
                if not data:
                    break
                if self._keeper.on:
                    self._write(stream, data)
                else:
                    self._write(stream)
                    self._put(data)
                if not stream.pending:
                    self._busy.clear()
            self._write(stream)
        self._busy.clear()
        os.close(self._in)
        os.close(self._out)

    def _write(self, stream: ByteStream, written: bytes | None = None) -> None:
        """Writes what may go out of what was written; with nothing written, all that is held back."""
        try:
            data = stream.release() if written is None else stream.feed(written)
        except Exception:  # noqa: BLE001  # whatever it is, the text must not get past the guard
            data = f"{WITHHELD}\n".encode()
        if stream.hits:
            self._keeper.note(stream.hits, CHANNEL)
            stream.hits.clear()
        self._put(data)

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._out, view) :]


def lay(keeper: Keeper, descriptors: Iterable[int]) -> list[Pipe]:
    """Lays a pipe for each place that the descriptors lead to: two that lead to one place keep their order."""
    places: dict[tuple[int, int], list[int]] = {}
    for descriptor in descriptors:
        places.setdefault(_identity(descriptor), []).append(descriptor)
    return [Pipe(keeper, group) for group in places.values()]


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino
