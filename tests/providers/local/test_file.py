"""Where the file is, who can read it, and what is in it."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ConflictError
from dh_secrets_jupyter.providers.base import Remove
from dh_secrets_jupyter.providers.local import LocalProvider, store
from dh_secrets_jupyter.testing import just, put

from ...support.processes import run_forked
from ...support.waiting import PATIENCE
from .stores import content, fill, refusal


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
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", "~nobody-here/here.db")  # as a shell has it, too
        assert not LocalProvider().read("demo")

    @pytest.mark.posix
    def test_a_path_with_signs_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Blanks, ``?``, ``#``, ``%`` and letters beyond ASCII are part of the path."""
        path = tmp_path / "a b?mode=memory#%41ü" / "x y.db"
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(path))
        fill()
        assert path.is_file()
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    @pytest.mark.posix
    def test_only_this_user_can_read(self, file: Path) -> None:
        """Whatever the umask: folders that we make are 0700, file and key 0600."""
        before = os.umask(0)
        try:
            fill()
        finally:
            os.umask(before)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (file.parent, *file.parent.iterdir())}
        assert modes == {"data": 0o700, "secrets.db": 0o600, "secrets.db.key": 0o600}

    @pytest.mark.posix
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
        error = LocalProvider().read(project)[name].error
        assert error
        assert str(error).startswith(f"{name}: what is stored of it in project {project} is damaged")

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

    @pytest.mark.posix
    def test_a_fork_while_a_file_is_made(self, file: Path) -> None:
        """A child that was forked at that moment does not wait for a thread that it does not have."""

        def fill_in_time() -> None:
            signal.alarm(int(PATIENCE))
            fill()

        with store._creating:
            assert run_forked(fill_in_time) == 0
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}

    def test_a_busy_file(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who waits in vain for others gets a line; nothing is half-written."""
        fill()
        monkeypatch.setattr(store, "_LOCK_TIMEOUT", 0.2)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert "busy" in refusal(lambda: LocalProvider().write("demo", just(put("B"))), ConflictError)
            assert "busy" in refusal(lambda: LocalProvider().read("demo"))
        assert set(LocalProvider().read("demo")) == {"A", "BIG"}
