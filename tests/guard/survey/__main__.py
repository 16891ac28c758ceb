"""Runs the survey without and with the guard, prints the matrix and keeps it in the docs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .matrix import PAGE, page
from .run import UNGUARDED, started, walk
from .ways import ways

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        with started(Path(folder) / "unguarded", UNGUARDED) as kernel:
            unguarded = walk(kernel, ways())
        with started(Path(folder) / "guarded") as kernel:
            guarded = walk(kernel, ways())
    PAGE.write_text(page(unguarded, guarded))
    print(PAGE.read_text())
