"""Which files a scan searches: what git tracks or would track, a folder, or what is named."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.scan.files import documents, find
from dh_secrets_jupyter.scan.findings import Report

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
