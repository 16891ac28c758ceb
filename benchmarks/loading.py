"""What `%load_ext dh_secrets_jupyter` takes in a fresh kernel, and what the first cells after it do.

``python -m benchmarks.loading`` starts nine kernels (``ROUNDS``) and prints medians: of the load, which has 60 ms, of a
first cell that prints, and of the first two `%secret get`. Last, of as many kernels with fifty credentials in their
environment, that of the load, in which each of these has 5 ms more.

``python -m benchmarks.loading CHECKOUT`` does all of it in turns with another checkout of this repository, by its
folder, and prints its figures in front: a machine that is busy or slow is so for both. No load can be compared with
one in the same kernel, since a second one finds everything imported.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.support import kernels
from tests.support.timing import time_cell

LOAD = """
import sys, time
clock, processor = time.perf_counter(), time.process_time()
get_ipython().run_line_magic("load_ext", "dh_secrets_jupyter")
print((time.perf_counter() - clock) * 1e3, (time.process_time() - processor) * 1e3, "kubernetes" in sys.modules)
"""
CELLS = {
    "a first cell that prints": "print('hello')",
    "the first %secret get": "%secret get API_KEY",
    "the second": "%secret get API_KEY as OTHER",
}
CREDENTIALS = {f"SERVICE_{number}_TOKEN": f"invented-{number:04}-Kq7xW2pZm4vB8zK1w" for number in range(50)}

Times = tuple[float, float]
"""Milliseconds by the clock, and of the processor."""


def _load(kernel: kernels.Kernel) -> Times:
    clock, processor, kubernetes = kernel.ok(LOAD).stdout.splitlines()[-1].split()
    if kubernetes != "False":
        raise RuntimeError("the load has imported the Kubernetes client")
    return float(clock), float(processor)


def _cells(kernel: kernels.Kernel) -> dict[str, Times]:
    """Returns what the load takes, and the cells after it."""
    times = {"%load_ext": _load(kernel)}
    for what, code in CELLS.items():
        clock, processor = time_cell(kernel, code)
        times[what] = clock * 1e3, processor * 1e3
    return times


def _print(what: str, sides: list[list[Times]]) -> None:
    """Prints the medians of one row, the other checkout's in front where there is one."""
    shown = []
    for side in sides:
        clocks, processors = zip(*side, strict=True)
        shown.append(f"{statistics.median(clocks):7.1f} ms, {statistics.median(processors):6.1f} ms of processor")
    print(f"{what:26} {'   now '.join(shown)}")


def main() -> None:
    """Prints the figures."""
    rounds = int(os.environ.get("ROUNDS", "9"))
    here = Path(__file__).parents[1]
    checkouts = [*(Path(argument).resolve() for argument in sys.argv[1:2]), here]
    rows: list[dict[str, list[Times]]] = [{} for _ in checkouts]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with kernels.start(folder) as kernel:
            kernel.ok("%load_ext dh_secrets_jupyter\n%secret set API_KEY", answers=["invented-Kq7xW2pZm4vB8zK1w"])
        for _ in range(rounds):
            for checkout, row in zip(checkouts, rows, strict=True):
                path = {"PYTHONPATH": str(checkout)}
                with kernels.start(folder, env=path) as kernel:
                    for what, times in _cells(kernel).items():
                        row.setdefault(what, []).append(times)
                with kernels.start(folder, env={**path, **CREDENTIALS}) as kernel:
                    row.setdefault("with 50 credentials", []).append(_load(kernel))
    for what in rows[0]:
        _print(what, [row[what] for row in rows])


if __name__ == "__main__":
    main()
