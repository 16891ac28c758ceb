"""The fuzz target, for some seconds; for minutes in the long runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fuzzing import fuzz


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [10, pytest.param(300, marks=[pytest.mark.soak, pytest.mark.timeout(900)])])
def test_fuzzing_finds_nothing(tmp_path: Path, seconds: int) -> None:
    """Inputs that coverage leads to, from nothing, neither leak a value nor change a text."""
    fuzz("tests.guard.engine.fuzz_stream", tmp_path, f"-max_total_time={seconds}")
