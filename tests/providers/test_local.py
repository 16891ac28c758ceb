"""The local provider: the contract, and what its file and its key promise."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import keyring
import pytest

from dh_secrets_jupyter.errors import ConflictError, ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.base import Remove
from dh_secrets_jupyter.providers.local import LocalProvider, keys, store
from dh_secrets_jupyter.testing import Connect, ProviderContract, just, put, values

from ..processes import run
from . import keyrings

VALUE = b"invented-local-value"
UseKeyring = Callable[[type[keyrings.InAFile]], Path]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that does not exist yet, nor its folder."""
    path = tmp_path / "data" / "secrets.db"
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(path))
    return path


@pytest.fixture
def use_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UseKeyring]:
    """Makes a class this process's keyring; returns the file where it keeps its entries."""
    entries, before = tmp_path / "keyring.json", keyring.get_keyring()
    monkeypatch.setenv("TEST_KEYRING", str(entries))
    monkeypatch.setattr(keys, "_PATIENCE", 1.0)

    def use(kind: type[keyrings.InAFile]) -> Path:
        keyring.set_keyring(kind())
        return entries

    yield use
    keyring.set_keyring(before)


def fill(project: str = "demo") -> None:
    """Writes a first secret of 8 kB, so that the file has some pages, and a small one."""
    LocalProvider().write(project, just(put("BIG", VALUE * 400), put("A", VALUE, Metadata(description="telling"))))


def content(folder: Path) -> dict[str, bytes]:
    """Returns all files below a folder, and what is in them."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(action: Callable[[], object], kind: type[SecretsError] = ProviderUnavailableError) -> str:
    """Returns the one line that an action fails with, which holds no value, and leads to nothing that does."""
    with pytest.raises(kind) as caught:
        action()
    error = caught.value
    assert type(error) is kind
    assert (error.__cause__, error.__context__) == (None, None)
    assert str(error).isprintable()
    assert "invented" not in f"{error}{error!r}{error.args!r}"
    return str(error)


class TestContract(ProviderContract):
    """The local provider keeps the contract."""

    @pytest.fixture
    def connect(self, file: Path) -> Connect:
        """Providers of one file that does not exist yet."""
        return LocalProvider


class TestFile:
    """Where the file is, who can read it, and what is in it."""

    def test_the_users_data_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a setting it lies in the folder for data of this user."""
        monkeypatch.delenv("DH_SECRETS_LOCAL_PATH", raising=False)
        for variable in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "USERPROFILE"):
            monkeypatch.setenv(variable, str(tmp_path))
        fill()
        (found,) = tmp_path.rglob("secrets.db")
        assert found.parent.name == "dh-secrets-jupyter"
        assert LocalProvider().place("demo").startswith(str(found))

    def test_a_path_stays_when_the_folder_changes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A relative path is meant from where the provider was made; ``~`` is the home folder."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", "here.db")
        provider = LocalProvider()
        monkeypatch.chdir("/")
        provider.write("demo", just(put("A")))
        assert (tmp_path / "here.db").exists()
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(Path("~", "here.db")))
        assert set(LocalProvider().read("demo")) == {"A"}

    def test_a_path_with_signs_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Blanks, ``?``, ``#``, ``%`` and letters beyond ASCII are part of the path."""
        path = tmp_path / "a b?mode=memory#%41ü" / "x y.db"
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(path))
        fill()
        assert path.is_file()
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    def test_only_this_user_can_read(self, file: Path) -> None:
        """Whatever the umask: folders that we make are 0700, file and key 0600."""
        before = os.umask(0)
        try:
            fill()
        finally:
            os.umask(before)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (file.parent, *file.parent.iterdir())}
        assert modes == {"data": 0o700, "secrets.db": 0o600, "secrets.db.key": 0o600}

    def test_a_folder_of_others_stays_as_it_is(self, file: Path) -> None:
        """The mode of a folder that was there is not ours to change."""
        file.parent.mkdir()
        file.parent.chmod(0o755)
        fill()
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o755
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_looking_makes_nothing(self, file: Path) -> None:
        """Reading, listing and watching a store that is not there make no file and no folder."""
        provider, stop = LocalProvider(), threading.Event()
        assert dict(provider.read("demo")) == {}
        assert provider.projects() == []
        assert provider.place("demo") == str(file)
        assert provider.writable("demo")
        assert dict(next(provider.watch("demo", stop))) == {}
        assert list(file.parent.parent.iterdir()) == []

    def test_nothing_is_left_in_clear(self, file: Path) -> None:
        """Neither values nor metadata can be found in the file or beside it."""
        fill()
        for found in content(file.parent).values():
            assert b"invented" not in found
            assert b"telling" not in found

    def test_what_is_deleted_is_overwritten(self, file: Path) -> None:
        """A deleted or replaced secret's ciphertext is gone from the file, too."""

        def sealed() -> bytes:
            with closing(sqlite3.connect(file)) as connection:
                return bytes(connection.execute("SELECT sealed FROM secret WHERE name = 'A'").fetchone()[0])

        fill()
        replaced = sealed()
        LocalProvider().write("demo", just(put("A", b"new")))
        deleted = sealed()
        LocalProvider().write("demo", just(Remove("A")))
        left = file.read_bytes()
        assert replaced not in left
        assert deleted not in left

    @pytest.mark.parametrize("column", ["project", "name"])
    def test_a_secret_is_bound_to_its_place(self, file: Path, column: str) -> None:
        """What was sealed for one project and name cannot be put in place of another."""
        fill()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("DELETE FROM secret WHERE name = 'BIG'")
            connection.execute(f"UPDATE secret SET {column} = 'other'")
            connection.commit()
        project, name = ("other", "A") if column == "project" else ("demo", "other")
        assert refusal(lambda: LocalProvider().read(project)).startswith(f"{name}: ")

    def test_a_watch_follows_the_file(self, file: Path) -> None:
        """A file that is removed, put back or replaced while it is watched is a change, too."""
        stop = threading.Event()
        watch = LocalProvider().watch("demo", stop)
        assert dict(next(watch)) == {}
        fill()
        assert set(next(watch)) == {"A", "BIG"}
        away = file.rename(file.with_name("away.db"))
        assert dict(next(watch)) == {}
        copy = away.with_name("copy.db")
        copy.write_bytes(away.read_bytes())
        away.rename(file)
        assert set(next(watch)) == {"A", "BIG"}
        LocalProvider().write("demo", just(Remove("A")))
        assert set(next(watch)) == {"BIG"}
        copy.replace(file)
        assert set(next(watch)) == {"A", "BIG"}
        stop.set()

    def test_a_fork_while_a_file_is_made(self, file: Path) -> None:
        """A child that was forked at that moment does not wait for a thread that it does not have."""
        with store._creating:
            child = os.fork()
            if child == 0:
                signal.alarm(20)
                status = 1
                try:
                    fill()
                    status = 0
                finally:
                    os._exit(status)
            assert os.waitpid(child, 0) == (child, 0)
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    def test_a_busy_file(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who waits in vain for others gets a line; nothing is half-written."""
        fill()
        monkeypatch.setattr(store, "_PATIENCE", 0.2)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert "busy" in refusal(lambda: LocalProvider().write("demo", just(put("B"))), ConflictError)
            assert "busy" in refusal(lambda: LocalProvider().read("demo"))
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}


class TestKey:
    """Where the key lies, and what happens without it."""

    def test_a_file_where_no_keyring_answers(self, file: Path) -> None:
        """Without a keyring the key is a file beside the store, and the place says so."""
        fill()
        assert LocalProvider().place("demo") == f"{file}, its key in secrets.db.key beside it"

    def test_the_keyring_where_one_answers(self, file: Path, use_keyring: UseKeyring) -> None:
        """With a keyring the key is there alone, and the place says so; another process reads with it."""
        entries = use_keyring(keyrings.InAFile)
        fill()
        assert [path.name for path in file.parent.iterdir()] == ["secrets.db"]
        assert LocalProvider().place("demo") == f"{file}, its key in the system's keyring"
        code = "from dh_secrets_jupyter.providers.local import LocalProvider as P; print(*P().read('demo'))"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHON_KEYRING_BACKEND", "tests.providers.keyrings.InAFile")
            assert run(code).split() == ["A", "BIG"]
        moved = file.rename(file.with_name("moved.db"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DH_SECRETS_LOCAL_PATH", str(moved))
            assert set(LocalProvider().read("demo")) == {"A", "BIG"}
        assert entries.exists()

    @pytest.mark.parametrize(
        "kind",
        [keyrings.Forgetful, keyrings.Failing, keyrings.Hanging, keyrings.PlainText],
        ids=lambda kind: kind.__name__,
    )
    def test_a_keyring_that_does_not_keep_it(
        self, file: Path, use_keyring: UseKeyring, kind: type[keyrings.InAFile]
    ) -> None:
        """One that forgets, fails, hangs, or says that it keeps plain text is passed over."""
        entries = use_keyring(kind)
        fill()
        assert values(LocalProvider().read("demo"))["A"] == VALUE
        assert "secrets.db.key" in LocalProvider().place("demo")
        assert not entries.exists()

    @pytest.mark.parametrize("kind", [keyrings.Failing, keyrings.Hanging], ids=lambda kind: kind.__name__)
    def test_a_keyring_that_answers_no_more(
        self, file: Path, use_keyring: UseKeyring, kind: type[keyrings.InAFile]
    ) -> None:
        """A store whose key is in a keyring that is locked now says so, and goes on when it answers again."""
        use_keyring(keyrings.InAFile)
        fill()
        use_keyring(kind)
        assert "Unlock the keyring" in refusal(lambda: LocalProvider().read("demo"))
        assert "Unlock the keyring" in refusal(lambda: LocalProvider().write("demo", just(put("B"))))
        use_keyring(keyrings.InAFile)
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    def test_the_keyring_is_asked_once(self, file: Path, use_keyring: UseKeyring) -> None:
        """A provider keeps what the keyring gave it, and tries it on a file that was exchanged."""
        entries = use_keyring(keyrings.InAFile)
        fill()
        provider = LocalProvider()
        provider.read("demo")
        entries.write_text("{}")
        assert set(provider.read("demo")) == {"A", "BIG"}
        file.unlink()
        fill("other")
        assert set(provider.read("other")) == {"A", "BIG"}

    @pytest.mark.parametrize("kind", [keyrings.InAFile, keyrings.Forgetful], ids=["keyring", "file"])
    def test_a_key_without_a_store_is_kept(
        self, file: Path, use_keyring: UseKeyring, kind: type[keyrings.InAFile]
    ) -> None:
        """A new store beside a key that is there takes that key: the old store may come back."""
        use_keyring(kind)
        fill()
        away = file.rename(file.with_name("away.db"))
        fill("other")
        away.replace(file)
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    def test_the_keyring_is_imported_when_it_is_needed(self, file: Path) -> None:
        """A store with a key file never asks for the keyring's library."""
        fill()
        code = """
        import sys
        from dh_secrets_jupyter.providers.local import LocalProvider
        from dh_secrets_jupyter.testing import just, put
        LocalProvider().write("demo", just(put("B")))
        print("keyring" in sys.modules)
        """
        assert run(code) == "False\n"


def damage_header(file: Path) -> None:
    file.write_bytes(b"not a database " * 1000)


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def flip_a_value(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        sealed = bytearray(connection.execute("SELECT sealed FROM secret WHERE name = 'A'").fetchone()[0])
        sealed[-1] ^= 1
        connection.execute("UPDATE secret SET sealed = ? WHERE name = 'A'", (bytes(sealed),))
        connection.commit()


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
    (flip_a_value, "A: what the project demo has stored of it is damaged"),
    (lose_the_table, "is damaged"),
    (lose_the_key, "Put the key file back"),
    (change_the_key, "has another key"),
    (cut_the_key, "Put the key file back"),
    (come_from_the_future, "Update dh_secrets_jupyter"),
    (be_something_else, "is a database of something else"),
    (be_a_folder, "cannot be"),
]


class TestFaults:
    """Each is one clear line, and makes nothing worse."""

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

    def test_a_file_in_place_of_the_folder(self, file: Path) -> None:
        """Where the folder cannot be made, nothing is there to read, and a write says why."""
        file.parent.write_text("")
        assert dict(LocalProvider().read("demo")) == {}
        assert "cannot be made or written (Not a directory)" in refusal(fill)

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
        assert said[3].startswith("the file PATH cannot be made or written (")
        assert content(file.parent) == before

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
        assert said == f"the file {file} cannot be made or written (Permission denied) {file}\n"

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
        full = "was not changed, because the disk is full" if prefix else "met a fault of the disk"
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
