"""Which files a scan searches: what git tracks or would track, a folder, or what is named."""

from __future__ import annotations

import errno
import io
import os
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.scan import files
from dh_secrets_jupyter.scan.files import documents, find
from dh_secrets_jupyter.scan.findings import NotSearched, Report

from ..support.processes import run
from .conftest import Repository


def found(*paths: str) -> list[str]:
    return sorted(path.as_posix() for path in find(paths, Report()).files)


def test_in_a_repository_they_are_gits(repository: Repository) -> None:
    """What is tracked, and what is new and not ignored; an ignored folder that is named is meant as a whole."""
    repository.write(".gitignore", "built/\n")
    repository.write("kept.py", "")
    repository.commit("one")
    repository.write("new/a.py", "")
    repository.write("built/b.js", "")
    assert found() == [".gitignore", "kept.py", "new/a.py"]
    assert found("new") == ["new/a.py"]
    assert found("built") == ["built/b.js"]
    assert found("built/b.js", "kept.py") == ["built/b.js", "kept.py"]


@pytest.mark.posix
def test_elsewhere_they_are_all_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every folder below; what is git's own, and links, are no files of it."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "deep/er/b", ".git/config"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    Path("link").symlink_to("a")
    assert found() == ["a", "deep/er/b"]
    assert found("link") == ["link"]


def test_what_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is searched. No name is not this folder: it is that of a variable that was not set."""
    monkeypatch.chdir(tmp_path)
    Path("a").touch()
    for name, shown in (str(tmp_path / "nowhere"), r"nowhere"), ("", "''"), ("x" * 300, "x" * 300):
        with pytest.raises(SecretsError, match=f"{shown}: no such file or folder"):
            found("a", name)


def test_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many paths lead to it, a file bears the name that it was found by first."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "deep/b"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    assert found("deep", ".", "./a", str(tmp_path / "a"), "deep/../deep/b") == ["a", "deep/b"]


@pytest.mark.posix
@pytest.mark.parametrize("in_git", [False, True])
def test_a_folder_that_cannot_be_read_is_reported(repository: Repository, in_git: bool) -> None:
    """Here one whose path is longer than the system takes; what stands above it is found."""
    if not in_git:
        (repository.path / ".git").rename(repository.path / "git")
    home = os.open(".", os.O_RDONLY)
    for _ in range(25):
        Path("d" * 200).mkdir()
        Path("a").touch()
        os.chdir("d" * 200)
    Path("a").touch()
    os.fchdir(home)
    os.close(home)
    report = Report()
    assert len(find(["d" * 200], report).files) in (19, 20)
    (unread,) = report.unread
    assert unread.name.startswith(f"{'d' * 200}/{'d' * 200}/")
    assert find(["."], report).files  # and nothing is raised
    assert unread.reason in ("git cannot look into this folder", f"cannot be read ({os.strerror(errno.ENAMETOOLONG)})")


@pytest.mark.posix
def test_pipe(tmp_path: Path) -> None:
    """What has no size is read to its end, as `scan <(command)` hands it on."""
    source, target = os.pipe()
    os.write(target, b"sample")
    os.close(target)
    try:
        opened = [(document.size, document.read(9)) for document in documents([Path(f"/dev/fd/{source}")], Report())]
    finally:
        os.close(source)
    assert opened == [(6, b"sample")]


@pytest.mark.posix
def test_a_large_pipe_is_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of what comes is searched, and no more than a notebook's worth is asked for at once."""
    monkeypatch.setattr(files, "AT_MOST", 4)
    source, target = os.pipe()
    os.write(target, b"0123456789")
    os.close(target)
    try:
        parts = [
            (document.size, [*iter(partial(document.read, 3), b"")])
            for document in documents([Path(f"/dev/fd/{source}")], Report())
        ]
    finally:
        os.close(source)
    assert parts == [(5, [b"012", b"34", b"567", b"89"])]


@pytest.mark.posix
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fifo", "a pipe, not a file"),
        ("socket", "a socket, not a file"),
        ("/dev/zero", "a device, not a file"),
        ("/dev/full", "a device, not a file"),
        ("link", "a device, not a file"),
    ],
)
def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str) -> None:
    """It has no end, or nobody who writes to it: it is not opened, and that is said."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    Path("link").symlink_to("/dev/zero")
    report = Report()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert list(documents(find([name], report).files, report)) == []
    assert report.unread == [NotSearched(name, reason)]


@pytest.mark.posix
def test_what_the_system_makes_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is empty by its size is read; one that then may have no end is not searched, and that is said."""
    monkeypatch.setattr(files, "AT_MOST", 1_000)
    (tmp_path / "empty").touch()
    made_up = tmp_path / "made-up"
    made_up.write_bytes(b"x" * 2_000)
    monkeypatch.setattr(os, "fstat", lambda _: os.stat_result((0o100644, *[0] * 9)))
    report = Report()
    empty = [tmp_path / "empty", Path(os.devnull)]
    assert [document.name for document in documents([*empty, made_up], report)] == [*map(str, empty)]
    assert report.unread == [NotSearched(str(made_up), "may have no end")]


def test_what_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a file has a size and opens, as on a disk that fails."""
    (tmp_path / "a").write_bytes(b"sample")

    class Failing(io.FileIO):
        def readinto(self, _: Any, /) -> int:
            raise OSError(errno.EIO, "")

    monkeypatch.setattr(Path, "open", lambda path, _: io.BufferedReader(Failing(path)))
    report = Report()
    assert [document.read(document.size) for document in documents([tmp_path / "a"], report)] == [b""]
    assert report.unread == [NotSearched(str(tmp_path / "a"), f"cannot be read ({os.strerror(errno.EIO)})")]


@pytest.mark.slow
@pytest.mark.posix
def test_without_the_right_to_read(tmp_path: Path) -> None:
    """A file and a folder below are said, the others are searched; what cannot be looked for at all is an error."""
    for name in ("open.txt", "shut.txt", "shut/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("sample")
    (tmp_path / "shut.txt").chmod(0)
    (tmp_path / "shut").chmod(0)
    said = run(
        """
        import os, sys
        from dh_secrets_jupyter.errors import SecretsError
        from dh_secrets_jupyter.scan.files import documents, find
        from dh_secrets_jupyter.scan.findings import Report

        os.chdir(sys.argv[1])
        report = Report()
        print([document.name for document in documents(find(["."], report).files, report)])
        print(sorted((one.name.removeprefix("./"), one.reason) for one in report.unread))
        try:
            find(["shut/a.txt"], report)
        except SecretsError as error:
            print(error)
        """,
        tmp_path,
        humble=True,
    )
    (tmp_path / "shut").chmod(0o700)
    reason = f"cannot be read ({os.strerror(errno.EACCES)})"
    assert said.splitlines() == [
        "['open.txt']",
        str([("shut", reason), ("shut.txt", reason)]),
        "shut/a.txt: you may not look into its folder. Ask whoever owns it.",
    ]


def test_what_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    """By its name and the system's reason; the others are searched all the same."""
    (tmp_path / "a").write_bytes(b"sample")
    report = Report()
    opened = [
        (document.name, document.size, document.read(9))
        for document in documents([tmp_path / "gone", tmp_path / "a"], report)
    ]
    assert opened == [(str(tmp_path / "a"), 6, b"sample")]
    [unread] = report.unread
    assert unread.name == str(tmp_path / "gone")
    assert unread.reason == f"cannot be read ({os.strerror(errno.ENOENT)})"
