"""The fuzz target, for a minute."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    """Inputs that coverage leads to, from nothing, neither leak a value nor change a text."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.guard.engine.fuzz_stream", "-max_total_time=60", f"-artifact_prefix={tmp_path}/"],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=200,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "cov:" in done.stderr
