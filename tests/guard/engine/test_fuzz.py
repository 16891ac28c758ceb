"""The fuzz target, for some seconds; for minutes in the long runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fuzzing import fuzz


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seconds", "seed"), [(10, 1), pytest.param(300, 0, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
def test_fuzzing_finds_nothing(tmp_path: Path, seconds: int, seed: int) -> None:
    """Inputs that coverage leads to, from nothing, neither leak a value nor change a text; the seed 0 is any."""
    fuzz("tests.guard.engine.fuzz_stream", tmp_path, f"-max_total_time={seconds}", f"-seed={seed}")
