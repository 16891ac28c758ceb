"""Private files that end with the kernel: in memory where the machine has room there, and swept after a kill.

Each process that needs one makes a folder of its own, 0700, and holds a lock in it for as long as it lives. The lock is
the operating system's: it ends with the process however that ends, and shows a later one what nobody owns any more,
also where process ids begin anew or are not to be seen (containers).
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from .errors import SecretsError
from .file_lock import try_lock

_PREFIX = "dh-secrets-"
_LOCK = ".lock"
_GRACE = 60.0
"""Seconds that a folder without a lock is left to the process that is just making it."""


class PrivateFiles:
    """The files of this process. Nothing is made before the first; all are removed at the process's end."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: IO[bytes] | None = None
        self._owner = 0

    def write(self, name: str, value: bytes, before: str | None = None) -> str:
        """Writes a file, 0600, and returns its path.

        Args:
            name: the file's name.
            before: the path of an earlier file for the same purpose. Where the name is the same, it is written anew in
                one step, so that whoever was given the path finds the new value there.

        Raises:
            SecretsError: no room, or no folder that can be written.
        """
        try:
            if before and Path(before).name == name and Path(before).is_file():
                path = Path(before)
            else:
                path = Path(tempfile.mkdtemp(dir=self._home())) / name
            descriptor, new = tempfile.mkstemp(dir=path.parent, prefix=".")  # 0600, whatever the umask
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(value)
                Path(new).replace(path)
            except OSError:
                Path(new).unlink(missing_ok=True)
                raise
            return str(path)
        except OSError as error:
            reason = error.strerror
        raise SecretsError(
            name, f"its private file could not be written ({reason})", "Free some space in memory or on the disk"
        )

    def holds(self, path: object, value: bytes) -> bool:
        """Returns whether a file is there and has this value."""
        try:
            return Path(str(path)).read_bytes() == value
        except OSError:
            return False

    def remove(self, paths: Iterable[object]) -> None:
        """Removes files; one that is gone already is as good."""
        for path in map(Path, map(str, paths)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
                path.parent.rmdir()

    def close(self) -> None:
        """Removes all files of this process; a forked child leaves them to their owner."""
        if self._folder is None or self._lock is None or self._owner != os.getpid():
            return
        self._lock.close()  # first: Windows removes no open file
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def _home(self) -> Path:
        if self._folder is None or self._owner != os.getpid() or not self._folder.is_dir():
            folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{_user()}-", dir=_bases()[0]))
            self._lock = (folder / _LOCK).open("wb")
            if not try_lock(self._lock.fileno()):  # a file system without locks: the next load would sweep the folder
                raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
            self._folder, self._owner = folder, os.getpid()
            atexit.register(self.close)
        return self._folder


def sweep() -> None:
    """Removes what this user's processes left behind when they were killed. Never raises."""
    for base in _bases():
        with contextlib.suppress(OSError):
            for folder in base.glob(f"{_PREFIX}{_user()}-*"):
                with contextlib.suppress(OSError):
                    _sweep_folder(folder)


def _sweep_folder(folder: Path) -> None:
    found = folder.lstat()
    # Others can write to the same place: a link or a folder of theirs is not ours to follow or to remove.
    if folder.is_symlink() or not folder.is_dir() or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        return
    try:
        lock = (folder / _LOCK).open("r+b")
    except FileNotFoundError:
        if time.time() - found.st_mtime > _GRACE:
            shutil.rmtree(folder, ignore_errors=True)
        return
    with lock:
        if not try_lock(lock.fileno()):
            return  # its owner lives
    # Nobody takes over a folder that is there, so that none can have come in between.
    shutil.rmtree(folder, ignore_errors=True)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


def _bases() -> list[Path]:
    """Returns the folders where private files may be, the one to use first: in memory, else the temporary folder."""
    return list(_writable()) or [Path(tempfile.gettempdir())]


def _writable() -> Iterator[Path]:
    for name in ("/dev/shm", os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):  # noqa: S108  # what is made there is private
        if name and Path(name).is_dir() and os.access(name, os.W_OK | os.X_OK):
            yield Path(name)
