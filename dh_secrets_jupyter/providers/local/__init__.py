"""Secrets in one encrypted file on this machine: for a laptop, a demo or a test. It needs no set-up.

Names of projects and secrets are stored as they are, to be found by; values and metadata are sealed together with
AES-256-GCM, bound to project and name. :mod:`.store` is the file, :mod:`.keys` knows where its key lies.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from ...errors import ProviderUnavailableError
from ...models import Metadata
from ..base import Plan, Put, Record, Records, check_total
from .keys import exists
from .store import Cipher, Store

PATH_VARIABLE = "DH_SECRETS_LOCAL_PATH"
_GLANCE = 0.4
"""Seconds between two looks of :meth:`LocalProvider.watch`."""


class LocalProvider:
    """Keeps all projects of a user in ``DH_SECRETS_LOCAL_PATH``, else in the user's data folder."""

    name = "local"

    def __init__(self) -> None:
        self._store = Store(_default_path())

    def place(self, project: str) -> str:
        """Names the file, and where its key is once there is one."""
        path, key = self._store.path, self._store.key_place()
        return f"{path}, {key}" if key else str(path)

    def read(self, project: str) -> Records:
        """See :meth:`.base.Provider.read`; a file is not made by it."""
        return self._store.read(lambda connection, cipher: _load(connection, cipher, project), {})

    def write(self, project: str, plan: Plan) -> Records:
        """See :meth:`.base.Provider.write`; the plan is asked once, while nobody else can write."""

        def work(connection: sqlite3.Connection, cipher: Cipher) -> Records:
            before = _load(connection, cipher, project)
            changes = plan(dict(before))
            after = dict(before)
            for change in changes:
                if isinstance(change, Put):
                    after[change.name] = Record(change.value, Metadata.from_json(change.metadata.to_json()))
                else:
                    del after[change.name]
            check_total(project, {name: record.value for name, record in after.items()})
            for name in {change.name for change in changes}:
                connection.execute("DELETE FROM secret WHERE project = ? AND name = ?", (project, name))
                if name in after:
                    sealed = _seal(cipher, project, name, after[name])
                    connection.execute("INSERT INTO secret VALUES (?, ?, ?)", (project, name, sealed))
            return after

        return self._store.write(work)

    def projects(self) -> Sequence[str]:
        """Returns all projects of the file that have secrets."""

        def work(connection: sqlite3.Connection, cipher: Cipher) -> list[str]:
            return [project for (project,) in connection.execute("SELECT DISTINCT project FROM secret ORDER BY 1")]

        return self._store.read(work, [])

    def writable(self, project: str) -> bool:
        """Whether the file and its folder can be written, or made."""
        path = self._store.path
        folder = next((parent for parent in path.parents if parent.exists()), path.parent)
        return os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        """See :meth:`.base.Provider.watch`; it looks whether the file has changed every 0.4 s."""
        records: Records | None = None
        with closing(_Follower(self._store)) as follower:
            while not stop.is_set():
                if follower.changed() and (found := self.read(project)) != records:
                    records = found
                    yield records
                stop.wait(_GLANCE)


class _Follower:
    """Notices that the file was changed, replaced, made or removed, without reading its content."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._seen: tuple[tuple[int, int] | None, int] | None = None

    def changed(self) -> bool:
        """Whether it is another than at the last call; True at the first."""
        try:
            seen = self._look()
        except (sqlite3.Error, OSError):
            self.close()
            return True  # reading tells what is wrong, or that it has passed
        changed, self._seen = seen != self._seen, seen
        return changed

    def _look(self) -> tuple[tuple[int, int] | None, int]:
        path = self._store.path
        status = path.stat() if exists(path) else None
        file = (status.st_dev, status.st_ino) if status else None
        if file != self._file:
            self.close()
            self._file = file
        if file is None:
            return None, 0
        # SQLite counts, for one connection, the commits of all others, in any process.
        self._connection = self._connection or self._store.connect()
        return file, self._connection.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _default_path() -> Path:
    if chosen := os.environ.get(PATH_VARIABLE):
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("dh-secrets-jupyter", appauthor=False) / "secrets.db"


def _load(connection: sqlite3.Connection, cipher: Cipher, project: str) -> Records:
    rows = connection.execute("SELECT name, sealed FROM secret WHERE project = ? ORDER BY name", (project,))
    # All at once: a query cut short by an error keeps its lock for as long as anyone keeps the traceback.
    return {name: _unseal(cipher, project, name, sealed) for name, sealed in rows.fetchall()}


def _seal(cipher: Cipher, project: str, name: str, record: Record) -> bytes:
    # JSON has no line break of its own, so the first one ends it.
    content = record.metadata.to_json().encode() + b"\n" + record.value
    return cipher.seal(content, _belongs(project, name))


def _unseal(cipher: Cipher, project: str, name: str, sealed: bytes) -> Record:
    content = cipher.open(sealed, _belongs(project, name))
    if content is None:
        raise ProviderUnavailableError(
            name, f"what the project {project} has stored of it is damaged", "Put back a copy of the file"
        )
    metadata, _, value = content.partition(b"\n")
    return Record(value, Metadata.from_json(metadata.decode()))


def _belongs(project: str, name: str) -> bytes:
    return f"{project}/{name}".encode()  # a name has no slash
