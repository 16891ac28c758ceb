"""The marker ``unit`` is held to its word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from . import kernels


@pytest.mark.parametrize("command", [["jupyter", "lab"], [sys.executable, "-c", "pass"], ["/opt/bin/etcd"], "chrome"])
def test_a_unit_test_starts_nothing_dear(command: str | list[str]) -> None:
    """A program that others of the markers stand for is refused before it is started."""
    with pytest.raises(AssertionError, match="a test marked unit starts"):
        subprocess.run(command, check=True)


def test_a_unit_test_starts_no_kernel(tmp_path: Path) -> None:
    """However a kernel is started, its own program is seen."""
    with (
        pytest.raises(AssertionError, match=r"a test marked unit starts .*ipykernel_launcher"),
        kernels.start(tmp_path),
    ):
        pass


def test_a_unit_test_starts_git() -> None:
    """What starts and ends within milliseconds is cheap."""
    assert subprocess.run(["git", "--version"], capture_output=True, check=True).stdout.startswith(b"git")
