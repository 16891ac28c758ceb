"""Secrets in one encrypted file on this machine: for a laptop, a demo or a test. It needs no set-up.

Names of projects and secrets are stored as they are, to be found by; values and metadata are sealed together with
AES-256-GCM, bound to project and name. :mod:`.store` is the file, :mod:`.keys` knows where its key lies.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ...errors import ProviderUnavailableError
from ...models import Metadata, is_project
from ..base import LazyRecords, Plan, Put, Record, Records, check_total
from .keys import exists
from .store import Cipher, Connection, Store

PATH_VARIABLE = "DH_SECRETS_LOCAL_PATH"
_POLL_INTERVAL = 0.4
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

    def warning(self, project: str) -> str:
        """Returns nothing: where the key is, the place says."""
        return ""

    def read(self, project: str) -> Records:
        """See :meth:`.base.Provider.read`; a file is not made by it."""
        return self._store.read(lambda connection, cipher: _records(project, _load(connection, cipher, project)), {})

    def write(self, project: str, plan: Plan) -> Records:
        """See :meth:`.base.Provider.write`; the plan is asked once, while nobody else can write.

        What is stored of a damaged secret is not written over: it may say what this secret must not be used for.
        """

        def work(connection: Connection, cipher: Cipher) -> Records:
            before = _load(connection, cipher, project)
            changes = plan(_records(project, before))
            after = dict(before)
            for change in changes:
                old = after.pop(change.name, None)
                if isinstance(change, Put):
                    if old and (error := old.record(project, change.name).error):
                        raise error
                    after[change.name] = _Row.of(project, change)
            check_total(project, (len(row.value) for row in after.values()))
            for name in {change.name for change in changes}:
                if name in before:
                    connection.rows(f"DELETE FROM secret WHERE ({_PLACE}) = (?, ?)", *before[name].place)
                if name in after:
                    sealed = cipher.seal(after[name].content or b"", _belongs(project, name))
                    connection.rows("INSERT INTO secret VALUES (?, ?, ?)", project, name, sealed)
            return _records(project, after)

        return self._store.write(work)

    def projects(self) -> Sequence[str]:
        """Returns all projects of the file that have secrets."""

        def work(connection: Connection, cipher: Cipher) -> list[str]:
            rows = connection.rows("SELECT DISTINCT CAST(project AS BLOB) FROM secret ORDER BY 1")
            return [name for (project,) in rows if is_project(name := (project or b"").decode("latin-1"))]

        return self._store.read(work, [])

    def writable(self, project: str) -> bool:
        """Whether the file and its folder can be written, or made."""
        path = self._store.path
        try:
            if exists(path) and not os.access(path, os.R_OK | os.W_OK):
                return False
            folder = next(parent for parent in path.parents if exists(parent))
            return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
        except OSError:  # out of sight
            return False

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        """See :meth:`.base.Provider.watch`; it looks whether the file has changed every 0.4 s."""
        records: Records | None = None
        with closing(_Follower(self._store)) as follower:
            while not stop.is_set():
                if follower.changed() and (found := self.read(project)) != records:
                    records = found
                    yield records
                stop.wait(_POLL_INTERVAL)


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
            return True  # reading shows what is wrong, or that it is over
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
        return Path(os.path.expanduser(chosen)).absolute()
    import platformdirs

    return platformdirs.user_data_path("dh-secrets-jupyter", appauthor=False) / "secrets.db"


@dataclass(frozen=True)
class _Row:
    """One row of the table.

    Attributes:
        content: metadata as JSON, which has no line break of its own, a line break, and the value; None where what was
            sealed cannot be opened.
        place: project and name as the row has them, also where they are damaged.
    """

    content: bytes | None = field(repr=False)
    place: tuple[bytes, bytes]

    @classmethod
    def of(cls, project: str, put: Put) -> Self:
        """Returns the row of a new record."""
        return cls(put.metadata.to_json().encode() + b"\n" + put.value, (project.encode(), put.name.encode()))

    @property
    def value(self) -> bytes:
        return (self.content or b"").partition(b"\n")[2]

    def record(self, project: str, name: str) -> Record:
        """Reads it."""
        with contextlib.suppress(ValueError):
            return Record(self.value, Metadata.from_json((self.content or b"").partition(b"\n")[0].decode()))
        hint = "Restore a backup of the file, or delete this secret"
        error = ProviderUnavailableError(name, f"what is stored of it in project {project} is damaged", hint)
        return Record(b"", Metadata(description=f"(damaged. {hint})"), error)


_PLACE = "CAST(coalesce(project, '') AS BLOB), CAST(coalesce(name, 'NULL') AS BLOB)"


def _load(connection: Connection, cipher: Cipher, project: str) -> dict[str, _Row]:
    """Reads a project's secrets. All rows are looked at, by no index: of a damaged file, too, none is passed over.

    One that was sealed for this project is its own, whatever its row says now. One that names no possible project may
    be anybody's, and is shown as damaged in each.
    """
    found: list[tuple[str, _Row]] = []
    for stated, raw, sealed in connection.rows(f"SELECT {_PLACE}, CAST(sealed AS BLOB) FROM secret"):
        name = raw.decode("latin-1")  # ASCII, or damaged
        content = cipher.open(sealed or b"", _belongs(project, name))
        if content is not None or stated == project.encode() or not is_project(stated.decode("latin-1")):
            found.append((name, _Row(content, (stated, raw))))
    rows: dict[str, _Row] = {}
    for name, row in sorted(found, key=lambda each: each[1].content is None):
        while name in rows:
            name += "~"  # a damaged name that is now another secret's
        rows[name] = row
    return rows


def _records(project: str, rows: Mapping[str, _Row]) -> Records:
    return LazyRecords(rows, lambda name, row: row.record(project, name))


def _belongs(project: str, name: str) -> bytes:
    return f"{project}/{name}".encode()  # a name has no slash
