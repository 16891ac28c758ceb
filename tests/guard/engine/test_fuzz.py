"""The fuzz target, for some seconds; for minutes in the long runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [10, pytest.param(300, marks=[pytest.mark.soak, pytest.mark.timeout(900)])])
def test_fuzzing_finds_nothing(tmp_path: Path, seconds: int) -> None:
    """Inputs that coverage leads to, from nothing, neither leak a value nor change a text."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.guard.engine.fuzz_stream"),
            *(f"-max_total_time={seconds}", f"-artifact_prefix={tmp_path}/"),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "cov:" in done.stderr
