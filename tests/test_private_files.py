"""Private files: who can read them, and when they are gone."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter import private_files
from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.private_files import PrivateFiles, sweep

from .support.waiting import PATIENCE

WRITER = """
import os, sys
from dh_secrets_jupyter.private_files import PrivateFiles
os.umask(0)
private = PrivateFiles()
print(private.write("key.pem", b"obviously-invented"), flush=True)
{then}
"""


@pytest.fixture
def private() -> Iterator[PrivateFiles]:
    made = PrivateFiles()
    yield made
    made.close()


def writer(then: str) -> tuple[subprocess.Popen[str], Path]:
    """Starts a process that writes a file and then does something; returns it and the file's path."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER.format(then=then)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def killed() -> Path:
    """Returns the file that a process left behind when it was killed."""
    process, path = writer("sys.stdin.read()")
    assert path.is_file()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return path  # which any other process of this user may have removed by now


@pytest.mark.posix
def test_only_the_user_can_read_it(private: PrivateFiles) -> None:
    """A file is 0600 in folders that are 0700, in memory where the machine has a place there."""
    path = Path(private.write("key.pem", b"a\r\nb"))
    assert path.name == "key.pem"
    assert path.read_bytes() == b"a\r\nb"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in path.parents[:2]] == [0o700, 0o700]
    if os.access("/dev/shm", os.W_OK):
        assert path.is_relative_to("/dev/shm")


@pytest.mark.slow
@pytest.mark.posix
def test_an_open_umask_changes_nothing() -> None:
    """Where a process lets everybody read what it writes, these files stay private."""
    process, path = writer("sys.stdin.read()")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    process.communicate("", timeout=PATIENCE)


def test_a_path_that_was_handed_out_gets_the_new_value(private: PrivateFiles) -> None:
    """The same secret for the same purpose keeps its path; another secret gets a path of its own."""
    first = private.write("A", b"one")
    assert private.write("A", b"two", before=first) == first
    assert Path(first).read_bytes() == b"two"
    assert private.write("B", b"three", before=first) != first


@pytest.mark.slow
def test_gone_when_the_process_ends() -> None:
    """A process that ends, also by an exception, leaves neither file nor folder."""
    process, path = writer("raise SystemExit(3)")
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert not path.parents[1].exists()


@pytest.mark.slow
@pytest.mark.posix
def test_a_forked_child_leaves_them_to_their_owner() -> None:
    """A child that ends by itself takes none of its parent's files along."""
    process, path = writer(
        "pid = os.fork()\nif not pid: sys.exit()\nos.waitpid(pid, 0); print('waited', flush=True); sys.stdin.read()"
    )
    assert process.stdout
    assert process.stdout.readline() == "waited\n"
    assert path.is_file()
    process.communicate("", timeout=PATIENCE)
    assert not path.exists()


@pytest.mark.slow
@pytest.mark.posix
def test_swept_after_a_kill() -> None:
    """What a killed process left is removed by the next sweep; what a living one has stays."""
    left = killed()
    living, kept = writer("sys.stdin.read()")
    sweep()
    assert not left.parents[1].exists()
    assert kept.read_bytes() == b"obviously-invented"
    living.communicate("", timeout=PATIENCE)


@pytest.mark.posix
def test_a_folder_in_the_making_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without a lock may belong to a process that is just making it: it goes only when it is old."""
    monkeypatch.setattr(private_files, "_bases", lambda: [tmp_path])
    folder = tmp_path / f"dh-secrets-{os.getuid()}-new"
    folder.mkdir()
    sweep()
    assert folder.is_dir()
    os.utime(folder, (0, 0))
    sweep()
    assert not folder.exists()


@pytest.mark.posix
def test_no_link_is_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A link of somebody else's under our name leads nowhere."""
    monkeypatch.setattr(private_files, "_bases", lambda: [tmp_path / "base"])
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    os.utime(precious, (0, 0))
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / f"dh-secrets-{os.getuid()}-link").symlink_to(precious)
    sweep()
    assert (precious / "file").exists()


@pytest.mark.posix
def test_folders_of_others_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder under our name that belongs to another user is not removed."""
    monkeypatch.setattr(private_files, "_bases", lambda: [tmp_path])
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    folder = tmp_path / "dh-secrets-12345-other"
    folder.mkdir()
    os.utime(folder, (0, 0))
    sweep()
    assert folder.is_dir()


def test_no_place_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nothing can be written, it is said without a value."""
    monkeypatch.setattr(private_files, "_bases", lambda: [tmp_path / "gone"])
    with pytest.raises(
        SecretsError, match=r"^A: its private file could not be written \(No such file or directory\)\."
    ) as e:
        PrivateFiles().write("A", b"obviously-invented")
    assert e.value.__context__ is None
