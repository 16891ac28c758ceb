"""Runs fuzz targets, which atheris leads by what they cover."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def fuzz(target: str, folder: Path, *options: str) -> None:
    """Runs a module that is a fuzz target, and fails with the end of what it says where it finds something.

    Args:
        folder: where it leaves an input that fails.
        options: libFuzzer's, such as ``-max_total_time=10``, in seconds.
    """
    done = subprocess.run(
        [sys.executable, "-m", target, *options, f"-artifact_prefix={folder}/"],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "cov:" in done.stderr, "it ran without its coverage being measured"
