"""How long a kernel takes for a cell, for benchmarks."""

from __future__ import annotations

import time
from pathlib import Path

from .kernels import Kernel


def time_cell(kernel: Kernel, code: str) -> tuple[float, float]:
    """Runs a cell that has to go well, and returns the seconds that it took: by the clock, and of processor time."""
    clock, processor = time.perf_counter(), _processor(kernel)
    kernel.ok(code, timeout=300)
    return time.perf_counter() - clock, _processor(kernel) - processor


def _processor(kernel: Kernel) -> float:
    """Returns the seconds of processor time that the kernel's process has taken, all threads together."""
    threads = Path(f"/proc/{kernel.pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
