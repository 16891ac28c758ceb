"""A store that cannot be used is one clear line, and is made no worse."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.providers.local import LocalProvider, keys
from dh_secrets_jupyter.providers.local.store import Connection
from dh_secrets_jupyter.testing import just, put

from ...support.processes import run
from .stores import content, fill, refusal

UNKNOWN = "had a disk error, and the change may or may not have been made"


def damage_header(file: Path) -> None:
    file.write_bytes(b"not a database " * 1000)


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def lose_the_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE secret")


def lose_the_key(file: Path) -> None:
    keys.file_of(file).unlink()


def change_the_key(file: Path) -> None:
    keys.file_of(file).write_bytes(bytes(keys.KEY_BYTES))


def cut_the_key(file: Path) -> None:
    os.truncate(keys.file_of(file), 10)


def come_from_the_future(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 2")


def be_something_else(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE something (x)")


def be_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


FAULTS: list[tuple[Callable[[Path], None], str]] = [
    (damage_header, "is damaged"),
    (cut_off, "is damaged"),
    (lose_the_table, "is damaged"),
    (lose_the_key, "Put the key file back"),
    (change_the_key, "was encrypted with a different key"),
    (cut_the_key, "Put the key file back"),
    (come_from_the_future, "Upgrade dh_secrets_jupyter"),
    (be_something_else, "is the database of another program"),
    (be_a_folder, "cannot be"),
]


class TestFaults:
    """Each is one clear line, and makes nothing worse."""

    @pytest.mark.posix
    @pytest.mark.parametrize(("fault", "line"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
    def test_an_unusable_store(self, file: Path, fault: Callable[[Path], None], line: str) -> None:
        """Reading, writing and watching it say what is wrong and what to do, and change not a byte of it."""
        fill()
        provider = LocalProvider()
        provider.read("demo")
        fault(file)
        before = content(file.parent)
        for made in (provider, LocalProvider()):
            assert line in refusal(lambda made=made: made.read("demo"))  # type: ignore[misc]  # mypy: defaults of lambdas
            assert line in refusal(lambda made=made: made.write("demo", just(put("B"))))  # type: ignore[misc]  # as above
            assert line in refusal(lambda made=made: next(made.watch("demo", threading.Event())))  # type: ignore[misc]  # as above
            assert str(file) in made.place("demo")
        assert content(file.parent) == before

    @pytest.mark.posix
    def test_a_file_in_place_of_the_folder(self, file: Path) -> None:
        """Where the folder cannot be made, nothing is there to read, and a write says why."""
        file.parent.write_text("")
        assert dict(LocalProvider().read("demo")) == {}
        assert "cannot be created or written (Not a directory)" in refusal(fill)

    @pytest.mark.slow
    @pytest.mark.posix
    @pytest.mark.parametrize("way", ["permissions", "mount"])
    def test_a_read_only_disk(self, file: Path, way: str) -> None:
        """It can be read, says that it is not writable, and refuses a write without a change; nor is a store begun."""
        fill()
        before = content(file.parent)
        code = """
        import os, subprocess, sys
        from pathlib import Path
        from dh_secrets_jupyter import ProviderUnavailableError
        from dh_secrets_jupyter.providers.local import LocalProvider
        from dh_secrets_jupyter.testing import just, put
        way, file = sys.argv[1], Path(sys.argv[2])
        if way == "mount":
            subprocess.run(["mount", "--bind", file.parent, file.parent], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", file.parent], check=True)
        for path in (file, file.with_name("other.db")):
            os.environ["DH_SECRETS_LOCAL_PATH"] = str(path)
            provider = LocalProvider()
            print(*provider.read("demo"), provider.writable("demo"))
            try:
                provider.write("demo", just(put("B")))
            except ProviderUnavailableError as error:
                print(error.problem.replace(str(path), "PATH"), error.__context__)
        """
        prefix = mounts() if way == "mount" else ()
        if not prefix:  # for permissions, and where this user may have no mounts of his own
            for path in (*file.parent.iterdir(), file.parent):
                path.chmod(0o500 if path.is_dir() else 0o400)
            way = "permissions"
        try:
            said = run(code, way, file, prefix=prefix, humble=not prefix).splitlines()
        finally:
            file.parent.chmod(0o700)
        assert said[:2] == ["A BIG False", "the file PATH cannot be written None"]
        assert said[2] == "False"
        assert said[3].startswith("the file PATH cannot be created or written (")
        assert content(file.parent) == before

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("folder", "key", "expected"),
        [
            (0o700, 0o600, True),
            (0o000, 0o600, False),
            (0o600, 0o600, False),
            (0o500, 0o600, False),
            (0o700, 0o400, False),
        ],
    )
    def test_whether_it_can_be_written(self, file: Path, folder: int, key: int, expected: bool) -> None:
        """It is said rightly for a store that is there, and for one that would be made, also where nothing is seen."""
        fill()
        code = """
        import os, sys
        from dh_secrets_jupyter.providers.local import LocalProvider
        for path in sys.argv[1:]:
            os.environ["DH_SECRETS_LOCAL_PATH"] = path
            print(LocalProvider().writable("demo"))
        """
        file.chmod(key)
        file.parent.chmod(folder)
        try:
            said = run(code, file, file.with_name("new.db"), file.parent / "new" / "new.db", humble=True).split()
        finally:
            file.parent.chmod(0o700)
        assert said == [str(expected), *[str(folder == 0o700)] * 2]

    @pytest.mark.slow
    @pytest.mark.posix
    def test_a_folder_out_of_sight(self, file: Path) -> None:
        """A store that this user may not see is not taken for an empty one."""
        fill()
        code = """
        from dh_secrets_jupyter import ProviderUnavailableError
        from dh_secrets_jupyter.providers.local import LocalProvider
        try:
            print(LocalProvider().read("demo"))
        except ProviderUnavailableError as error:
            print(error.problem, LocalProvider().place("demo"))
        """
        file.parent.chmod(0o000)
        try:
            said = run(code, humble=True)
        finally:
            file.parent.chmod(0o700)
        assert said == f"the file {file} cannot be created or written (Permission denied) {file}\n"

    def test_a_fault_after_the_commit(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the disk fails in the last step of a commit, the change is made: nothing says that it is not."""
        fill()
        provider = LocalProvider()
        rows = Connection.rows

        def fail(connection: Connection, statement: str, *values: str | bytes) -> list[Any]:
            found = rows(connection, statement, *values)
            if statement == "COMMIT":
                error = sqlite3.OperationalError()
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_DIR_FSYNC
                raise error
            return found

        with monkeypatch.context() as patch:
            patch.setattr(Connection, "rows", fail)
            assert UNKNOWN in refusal(lambda: provider.write("demo", just(put("LATE", b"sample-value"))))
        assert provider.read("demo")["LATE"].value == b"sample-value"

    @pytest.mark.slow
    @pytest.mark.posix
    def test_a_full_disk(self, file: Path, tmp_path: Path) -> None:
        """What does not fit is refused as a whole, and what was there stays and can be changed."""
        code = """
        import resource, subprocess, sys, os
        from pathlib import Path
        from dh_secrets_jupyter import ProviderUnavailableError
        from dh_secrets_jupyter.providers.local import LocalProvider
        from dh_secrets_jupyter.testing import just, put
        way, file = sys.argv[1], Path(sys.argv[2])
        file.parent.mkdir()
        if way == "mount":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "none", file.parent], check=True)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        provider = LocalProvider()
        provider.write("demo", just(put("A", b"kept")))
        for attempt in range(2):
            try:
                provider.write("demo", just(put("A", b"new"), put("B", bytes(500_000))))
            except ProviderUnavailableError as error:
                print(error.problem.replace(str(file), "PATH"), error.__context__)
        print({name: record.value for name, record in LocalProvider().read("demo").items()})
        provider.write("demo", just(put("A", b"newer")))
        print({name: record.value for name, record in LocalProvider().read("demo").items()})
        """
        prefix = mounts()
        said = run(code, "mount" if prefix else "limit", file, prefix=prefix).splitlines()
        full = "was not changed, because the disk is full" if prefix else UNKNOWN
        assert said == [f"the file PATH {full} None"] * 2 + ["{'A': b'kept'}", "{'A': b'newer'}"]


def mounts() -> tuple[str, ...]:
    """Returns the command that gives a process mounts of its own, or nothing where this user may not have them."""
    for prefix in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
        try:
            run(
                "import subprocess; subprocess.run(['mount', '-t', 'tmpfs', 'none', '/mnt'], check=True)", prefix=prefix
            )
        except (OSError, AssertionError):
            continue
        return prefix
    return ()
