"""Reads objects from ``git cat-file`` as they stream, one at a time; git may have a head start.

While the values are fetched and learned, a thread takes what git has read meanwhile: a pipe alone holds 1 MiB, and of a
small history that would leave git waiting for most of a scan.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from pathlib import Path
from threading import Thread
from typing import IO, Any

from ..errors import SecretsError
from .document import Document

_AHEAD = 1 << 20
"""Bytes that git may be ahead of us; in the usual 64 KiB the two would mostly wait for each other."""
HEAD_START = 32 << 20
"""Bytes that git may be ahead of us before anybody reads them."""


class CatFile:
    """A ``git cat-file --batch`` that runs.

    Attributes:
        is_wanted: whether anybody has begun to read what it reads.
    """

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.is_wanted = False
        self._stdin = stdin
        self._stdout = stdout

    def ask(self, blob: str) -> None:
        """Asks for an object, by its id."""
        self._stdin.write(f"{blob}\n".encode())

    def blobs(self, name: str | None = None) -> Iterator[Document]:
        """Yields the blobs that come: one by that name, or all by their ids until git ends."""
        self.is_wanted = True
        while header := self._stdout.readline():
            blob, kind, *rest = header.split()
            if kind == b"missing":  # as in a partial clone
                raise failed("cat-file")
            size = int(rest[0])
            if kind == b"blob":
                content = _Content(self._stdout, size)
                yield Document(name or blob.decode(), size, content.read)
                size = content.left
            self._stdout.read(size + 1)  # what nobody wanted, and a line feed
            if name is not None:
                return


@dataclass
class _Content:
    """What is left of an object."""

    stream: IO[bytes]
    left: int

    def read(self, size: int) -> bytes:
        data = self.stream.read(min(size, self.left))
        self.left -= len(data)
        return data


class ReadAhead(RawIOBase):
    """A pipe that a thread reads from now on, up to :data:`HEAD_START`, until it is read here for the first time."""

    def __init__(self, pipe: FileIO) -> None:
        self._pipe = pipe
        self._parts: list[bytes] = []
        self._begins = BytesIO()
        self._is_wanted = False
        self._thread: Thread | None = Thread(target=self._read_ahead, name="dh-secrets-read-ahead", daemon=True)
        self._thread.start()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Reads what the thread has read, and then the pipe itself."""
        self._end_thread()
        return self._begins.readinto(buffer) or self._pipe.readinto(buffer) or 0

    def close(self) -> None:
        """Ends the thread, which waits for the pipe's next bytes at most."""
        self._end_thread()
        super().close()

    def _read_ahead(self) -> None:
        left = HEAD_START
        while not self._is_wanted and left > 0 and (part := self._pipe.read(_AHEAD)):
            self._parts.append(part)
            left -= len(part)

    def _end_thread(self) -> None:
        if self._thread:
            self._is_wanted = True
            self._thread.join()
            self._thread = None
            self._begins = BytesIO(b"".join(self._parts))
            self._parts.clear()


@contextmanager
def cat_file(folder: Path, *options: str, ahead: bool = False) -> Iterator[CatFile]:
    """Runs ``git cat-file``.

    Args:
        ahead: it is asked for nothing, and may have a head start.

    Raises:
        SecretsError: it could not read everything that was wanted.
    """
    command = ["git", "-C", str(folder), "cat-file", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        _widen(process.stdout)
        pipe = FileIO(process.stdout.fileno(), closefd=False)
        if ahead:
            process.stdin.close()
        with closing(BufferedReader(ReadAhead(pipe) if ahead else pipe, _AHEAD)) as stdout:
            git = CatFile(process.stdin, stdout)
            yield git
    if process.returncode and git.is_wanted:  # what it could not read was not searched
        raise failed("cat-file")


def failed(command: str) -> SecretsError:
    """Returns the error of a git that could not do what it was asked for."""
    return SecretsError("git", f"git {command} failed", "Run git fsck to see whether the repository is whole")


def _widen(pipe: IO[bytes]) -> None:
    """Has a pipe hold more, where the system knows such a thing and lets us."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AHEAD)
