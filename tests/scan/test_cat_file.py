"""What git reads while nobody waits for it yet."""

from __future__ import annotations

import io
import os
import shutil
import threading
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.scan import cat_file, git
from dh_secrets_jupyter.scan.cat_file import ReadAhead
from dh_secrets_jupyter.scan.commands import ScanOptions, run_scan

from ..support.waiting import wait_until
from .conftest import Repository


def _wait_for_the_thread() -> None:
    wait_until(lambda: all(thread.name != "dh-secrets-read-ahead" for thread in threading.enumerate()))


@pytest.mark.parametrize(("head_start", "ahead"), [(1 << 20, 13), (7, 10)], ids=["whole", "in part"])
def test_all_bytes_in_their_order(monkeypatch: pytest.MonkeyPatch, head_start: int, ahead: int) -> None:
    """What the thread has read, no more than it may, and what the pipe still holds then."""
    monkeypatch.setattr(cat_file, "HEAD_START", head_start)
    monkeypatch.setattr(cat_file, "_AHEAD", 5)
    source, target = os.pipe()
    with io.FileIO(source) as pipe, io.BufferedReader(ReadAhead(pipe)) as reader:
        os.write(target, b"0123456789abc")
        os.close(target)
        _wait_for_the_thread()
        assert reader.read(4) == b"0123"
        assert pipe.read() == b"0123456789abc"[ahead:]
        assert reader.read() == b"0123456789abc"[4:ahead]


def test_history_is_read_before_it_is_asked_for(repository: Repository) -> None:
    """All of a small one, so that nothing of it has to be there any more."""
    texts = {f"text {number}\n" for number in range(9)}
    for text in texts:
        repository.write("a.txt", text)
        repository.commit(text)
    with git.history(Path()) as documents:
        _wait_for_the_thread()
        shutil.rmtree(repository.path / ".git")
        assert {document.read(document.size).decode() for document in documents} == texts


@pytest.mark.parametrize("allow_empty", [False, True])
def test_history_that_nobody_wants_in_the_end(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, allow_empty: bool
) -> None:
    """Where there is nothing to look for git is ended, and that is no failure of its own."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "none.db"))
    monkeypatch.setattr(cat_file, "HEAD_START", 1)
    (repository.path / "large").write_bytes(os.urandom(3 << 20))
    repository.commit("large")
    empty = Project("empty", LocalProvider(), user="jo")
    out, err = io.StringIO(), io.StringIO()
    with git.history(Path()) as begun:
        options = ScanOptions(history=begun, allow_empty=allow_empty)
        if allow_empty:
            assert run_scan(lambda: empty, options, out, err) == 0
        else:
            with pytest.raises(SecretsError, match="empty: there is no value to look for"):
                run_scan(lambda: empty, options, out, err)
    _wait_for_the_thread()
