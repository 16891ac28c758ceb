"""A lock on a file."""

from __future__ import annotations

from pathlib import Path

from dh_secrets_jupyter.file_lock import try_lock


def test_one_at_a_time(tmp_path: Path) -> None:
    """Whoever has opened the file has it alone, until the file is closed."""
    path = tmp_path / "a"
    path.touch()
    with path.open("r+b") as file:
        with path.open("r+b") as other:
            assert try_lock(other.fileno())
            assert not try_lock(file.fileno())
        assert try_lock(file.fileno())
