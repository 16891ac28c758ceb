"""The file of the local provider: an SQLite database that many processes may use at once.

A rollback journal rather than a write-ahead log: it works on network file systems and leaves one file. Every
operation has a connection of its own, so nothing is shared between threads or across a fork.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...errors import ConflictError, ProviderUnavailableError, SecretsError
from . import keys

_APPLICATION = 0x44485331
"""Marks the file as ours ("DHS1") in SQLite's own header field for that."""
_VERSION = 1
_LOCK_TIMEOUT = 15.0
"""Seconds to wait for other writers; with the keyring's time within a provider's 30 s."""
_TICK_NS = 2_000_000_000
"""Nanoseconds after which two changes of a file have different times, on every file system."""
_NONCE_BYTES = 12
_CHECK = b"check"
_DAMAGED = ("is damaged", "Restore a backup of it, or move it away to start with an empty store")
_SCHEMA = """
CREATE TABLE store (key TEXT NOT NULL, proof BLOB NOT NULL);
CREATE TABLE secret (project TEXT, name TEXT, sealed BLOB NOT NULL, PRIMARY KEY (project, name)) WITHOUT ROWID;
"""

T = TypeVar("T")

_creating = threading.Lock()


def _after_fork() -> None:
    global _creating
    _creating = threading.Lock()  # the parent's may be held by a thread that the child does not have


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


class Cipher:
    """Seals and opens with the store's key; what is sealed is bound to where it belongs."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, content: bytes, belongs: bytes) -> bytes:
        """Returns the content encrypted."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, content, belongs)

    def open(self, sealed: bytes, belongs: bytes) -> bytes | None:
        """Returns the content, or None where it was sealed by another key, for another place, or was changed."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], belongs)
        except (InvalidTag, ValueError):
            return None


class Connection(sqlite3.Connection):
    """A connection to the file."""

    def rows(self, statement: str, *values: str | bytes) -> list[Any]:
        """Runs a statement and returns all of its rows; raises :class:`sqlite3.Error`.

        All at once: a query cut short by an error keeps its lock for as long as anyone keeps the traceback.
        """
        try:
            return self.execute(statement, values).fetchall()
        except (UnicodeDecodeError, MemoryError):  # of a damaged file: SQLite's message, or a size that was made up
            pass
        raise sqlite3.DatabaseError


Work = Callable[[Connection, Cipher], T]


class Store:
    """One file. A store is made by its first write; before that it reads as empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ciphers: dict[bytes, Cipher] = {}
        self._sound: tuple[int, ...] | None = None

    def read(self, work: Work[T], empty: T) -> T:
        """Runs ``work`` on the database as it is at one moment, or returns ``empty`` where there is none yet."""

        def step() -> T:
            if not keys.exists(self.path):
                return empty
            with closing(self.connect()) as connection:
                connection.rows("BEGIN")
                if not self._ready(connection):
                    return empty
                self._check_once(connection)
                return work(connection, self._cipher(connection))

        return self._explained(step)

    def write(self, work: Work[T]) -> T:
        """Runs ``work`` while no other may write; all that it changes is kept, or nothing where it raises."""

        def step() -> T:
            self._create_file()
            with closing(self.connect()) as connection:  # closing takes back what was not committed
                _begin(connection)
                if not self._ready(connection):
                    self._initialize(connection)
                self._check(connection, "integrity_check")
                result = work(connection, self._cipher(connection, writing=True))
                connection.rows("COMMIT")
                return result

        return self._explained(step, writing=True)

    def connect(self) -> Connection:
        """Opens the file, for reading alone where it cannot be written; never makes one."""
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            timeout=_LOCK_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        # EXTRA: a write that was acknowledged survives a power cut, too.
        for setting in ("synchronous = EXTRA", "secure_delete = ON", "trusted_schema = OFF"):
            connection.rows(f"PRAGMA {setting}")
        return connection

    def key_place(self) -> str | None:
        """Says where the key is, or returns None where there is no usable store."""
        try:
            if not keys.exists(self.path):
                return None
            with closing(self.connect()) as connection:
                return keys.describe(self.path, self._header(connection)[0]) if self._ready(connection) else None
        except (sqlite3.Error, OSError, SecretsError):
            return None

    def _ready(self, connection: Connection) -> bool:
        """Whether the file holds a store; False for one that is still empty. Raises for anything else."""
        ((application,),) = connection.rows("PRAGMA application_id")
        ((version,),) = connection.rows("PRAGMA user_version")
        if application == _APPLICATION and version == _VERSION:
            return True
        if application == _APPLICATION:
            raise self._unusable("was written by a newer version of dh_secrets_jupyter", "Upgrade dh_secrets_jupyter")
        if connection.rows("SELECT 1 FROM sqlite_master"):
            raise self._unusable("is the database of another program", "Choose another file with DH_SECRETS_LOCAL_PATH")
        return False

    def _check_once(self, connection: Connection) -> None:
        """Checks the file as :meth:`_check` does, unless it was found sound since it was changed last.

        One that was changed a moment ago may be changed again within the same tick of its clock.
        """
        status = self.path.stat()
        stamp = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        if stamp != self._sound:
            self._check(connection, "quick_check")
            is_settled = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _TICK_NS
            self._sound = stamp if is_settled else None

    def _check(self, connection: Connection, check: str) -> None:
        """Raises where the tree of the file is damaged: rows could be missing unseen, or be lost in a write.

        What is wrong in a row alone is not meant: that costs one secret.
        """
        found = connection.rows(f"PRAGMA {check}")
        if any(text != "ok" and " value in secret." not in text for (text,) in found):
            raise self._unusable(*_DAMAGED)

    def _initialize(self, connection: Connection) -> None:
        where, key = keys.create(self.path)
        for statement in _SCHEMA.strip().splitlines():
            connection.rows(statement)
        connection.rows("INSERT INTO store VALUES (?, ?)", where, Cipher(key).seal(b"", _CHECK))
        connection.rows(f"PRAGMA application_id = {_APPLICATION}")
        connection.rows(f"PRAGMA user_version = {_VERSION}")

    def _header(self, connection: Connection) -> tuple[str, bytes]:
        rows = connection.rows("SELECT CAST(key AS BLOB), CAST(proof AS BLOB) FROM store")
        where, proof = rows[0] if rows else (None, None)
        if where is None or proof is None or not keys.is_place(text := where.decode(errors="replace")):
            raise self._unusable(*_DAMAGED)
        return text, proof

    def _cipher(self, connection: Connection, *, writing: bool = False) -> Cipher:
        """Returns the store's cipher. A key file is read each time, and a keyring before each write, so that the key's
        loss shows before more is written that nobody could read.
        """
        where, proof = self._header(connection)
        cipher = (None if writing else self._ciphers.get(proof)) or Cipher(keys.load(self.path, where))
        if cipher.open(proof, _CHECK) is None:
            raise self._unusable("was encrypted with a different key", "Restore the key that it was created with")
        if where != keys.IN_FILE:
            self._ciphers[proof] = cipher
        return cipher

    def _create_file(self) -> None:
        """Makes the file, and only folders that are missing, for this user alone."""
        _create_folder(self.path.parent)
        # Closing a descriptor of the file takes away the locks that another thread's connection holds on it
        # (https://www.sqlite.org/howtocorrupt.html, 2.2): nobody connects to write while this one is open.
        with _creating:
            if not keys.exists(self.path):
                with contextlib.suppress(FileExistsError):  # another process came first
                    os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _explained(self, step: Callable[[], T], *, writing: bool = False) -> T:
        """Runs a step; what the database or the system refuses becomes one line."""
        try:
            return step()
        except sqlite3.Error as error:
            failure = self._explain_database(error, writing)
        except OSError as error:
            failure = self._explain_system(error)
        raise failure

    def _explain_database(self, error: sqlite3.Error, writing: bool) -> SecretsError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_BUSY:
            kind = ConflictError if writing else ProviderUnavailableError
            return kind(
                "local", f"other processes kept the file {self.path} locked for {_LOCK_TIMEOUT:.0f} s", "Try again"
            )
        if code == sqlite3.SQLITE_FULL:
            return self._unusable("was not changed, because the disk is full", "Free some space")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
            return self._unusable("cannot be written", "Check the permissions of the file, its folder and the disk")
        if code == sqlite3.SQLITE_CANTOPEN:
            use = "written" if writing else "opened"
            return self._unusable(f"cannot be {use}", "Check the permissions of the file and its folder")
        if code == sqlite3.SQLITE_IOERR and writing:  # the fault may come after the commit, as its last sync does
            problem = "had a disk error, and the change may or may not have been made"
            return self._unusable(problem, "Check the disk, and look at what is stored before you repeat the change")
        if code == sqlite3.SQLITE_IOERR:
            return self._unusable("had a disk error", "Check the disk and try again")
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            return self._unusable(*_DAMAGED)
        return self._unusable(f"cannot be used (SQLite error {code})", "Check the disk and the file")

    def _explain_system(self, error: OSError) -> SecretsError:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
            return self._unusable("cannot be created, because the disk is full", "Free some space")
        return self._unusable(
            f"cannot be created or written ({os.strerror(error.errno or 0)})",
            "Make its folder writable, or choose another file with DH_SECRETS_LOCAL_PATH",
        )

    def _unusable(self, problem: str, hint: str) -> ProviderUnavailableError:
        return ProviderUnavailableError("local", f"the file {self.path} {problem}", hint)


def _begin(connection: Connection) -> None:
    """Begins to write as soon as nobody else does; raises :class:`sqlite3.OperationalError` where that takes too long.

    SQLite's own wait asks less and less often: in a crowd those who came last would be first, and one starves. Here
    they ask more and more often.
    """
    began = time.monotonic()
    connection.rows("PRAGMA busy_timeout = 0")
    while True:
        try:
            connection.rows("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            waited = time.monotonic() - began
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited > _LOCK_TIMEOUT:
                raise
        time.sleep(random.uniform(0.5, 1) * max(0.002, 0.05 * (1 - waited / 3)))
    connection.rows(f"PRAGMA busy_timeout = {_LOCK_TIMEOUT * 1000:.0f}")


def _create_folder(folder: Path) -> None:
    if not folder.exists():
        _create_folder(folder.parent)
        folder.mkdir(0o700, exist_ok=True)
