"""Files that several processes share are searched as by one, and nothing is called clean that nobody has searched."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.scan import shares
from dh_secrets_jupyter.scan.findings import NotSearched, Report

from ..support.waiting import wait_until

pytestmark = pytest.mark.posix
FILES = [Path(f"{number}.txt") for number in range(7)]


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is worth a process, and there are processors enough."""
    monkeypatch.setattr(shares, "_EACH", 1)
    monkeypatch.setattr(shares, "_processors", lambda: 3)


def _search(paths: Sequence[Path], processes: int) -> Report:
    return Report(
        searched=len(paths), unread=[NotSearched(str(path), f"{os.getpid()} of {processes}") for path in paths]
    )


def test_each_file_is_searched_once() -> None:
    """By one of as many processes as there are processors."""
    report = shares.divide(FILES, _search, _search)
    assert report.searched == len(FILES)
    assert sorted(one.name for one in report.unread) == [str(path) for path in FILES]
    reasons = {one.reason for one in report.unread}
    assert len(reasons) == 3
    assert all(reason.endswith(" of 3") for reason in reasons)
    assert shares.divide([], _search, _search).searched == 0


@pytest.mark.parametrize("number", ["SIGKILL", "SIGTERM"])
def test_a_process_that_ends_early(number: str) -> None:
    """What it should have searched is not called clean; and no more is one that fails."""

    def die(paths: Sequence[Path], processes: int) -> Report:
        os.kill(os.getpid(), signal.Signals[number])
        return _search(paths, processes)

    def fail(paths: Sequence[Path], processes: int) -> Report:
        raise ValueError(str(paths))

    for work in (die, fail):
        with pytest.raises(SecretsError, match="has ended early"):
            shares.divide(FILES, _search, work)


def test_an_interrupt_ends_all(tmp_path: Path) -> None:
    """No process goes on where the first one does not."""

    def wait(paths: Sequence[Path], processes: int) -> Report:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(600)
        return Report()

    def interrupted(paths: Sequence[Path], processes: int) -> Report:
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shares.divide(FILES, interrupted, wait)
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name), 0)
