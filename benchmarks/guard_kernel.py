"""What the guard costs in a kernel: a `pass` cell, a cell of 100,000 prints, and loading the extension.

One and the same kernel runs each cell without and with the guard (ten values), in turns, since two kernels differ by
more than what is measured. The figures are medians, of the clock and of the processor time that the kernel's process
took (what another program on the machine takes does not count), with the standard error of their difference.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.support import kernels

VALUES = 10
GUARD = f"""
import secrets
from dh_secrets_jupyter import guard
from dh_secrets_jupyter.models import SecretValue
guard.load(get_ipython())
for i in range({VALUES}): guard.learn(f"N{{i}}", SecretValue(secrets.token_urlsafe(24 + i), f"N{{i}}"))
"""
# IPython keeps all outputs: what earlier cells left would slow the later ones down.
SIDES = [f"guard.{call}(get_ipython()); get_ipython().history_manager.outputs.clear();" for call in ("unload", "load")]
PRINTS = "for i in range(100_000): print('line', i, 'of an ordinary cell with ordinary output')"
LOAD = """
import sys, time
clock, processor = time.perf_counter(), time.process_time()
get_ipython().run_line_magic("load_ext", "dh_secrets_jupyter")
print((time.perf_counter() - clock) * 1e3, (time.process_time() - processor) * 1e3, "kubernetes" in sys.modules)
"""


def _processor(kernel: kernels.Kernel) -> float:
    """Seconds of processor time that the kernel's process has taken, all threads together."""
    threads = Path(f"/proc/{kernel.pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _took(kernel: kernels.Kernel, code: str) -> tuple[float, float]:
    clock, processor = time.perf_counter(), _processor(kernel)
    kernel.ok(code, timeout=300)
    return time.perf_counter() - clock, _processor(kernel) - processor


def _compare(kernel: kernels.Kernel, code: str, times: int, rounds: int) -> None:
    """Prints how long a cell takes without and with the guard: so many times in a row, in so many rounds."""
    seen: list[list[tuple[float, float]]] = [[], []]
    for round_ in range(rounds):
        for side in (0, 1) if round_ % 2 else (1, 0):
            kernel.ok(SIDES[side])
            kernel.ok("pass")
            seen[side] += [_took(kernel, code) for _ in range(times)]
            kernel.messages.clear()
    for what, at in (("by the clock", 0), ("of processor", 1)):
        plain, guarded = ([took[at] * 1e3 for took in side] for side in seen)
        quick, middle, _ = statistics.quantiles(plain)
        quick_guarded, middle_guarded, _ = statistics.quantiles(guarded)
        more = middle_guarded - middle
        # Of a median; 1.25 times that of a mean.
        error = 1.25 * ((statistics.variance(plain) + statistics.variance(guarded)) / len(plain)) ** 0.5
        print(
            f"  {middle:.2f} ms {what} without the guard; with it {more:+.3f} ms (± {error:.3f}),"
            f" {more / middle:+.1%} (± {error / middle:.1%}); of the fastest quarter {quick_guarded / quick - 1:+.1%}"
        )


def main() -> None:
    """Prints the figures."""
    rounds = int(os.environ.get("ROUNDS", "20"))
    with tempfile.TemporaryDirectory() as folder:
        with kernels.start(Path(folder) / "kernel") as kernel:
            kernel.ok(GUARD)
            print("a `pass` cell:")
            _compare(kernel, "pass", 10, 15 * rounds)
            print("a cell of 100,000 prints:")
            _compare(kernel, PRINTS, 1, rounds)
        loads = []
        for number in range(5):
            with kernels.start(Path(folder) / f"load{number}") as kernel:
                clock_text, cpu_text, kubernetes = kernel.ok(LOAD).stdout.splitlines()[-1].split()
                loads.append((float(clock_text), float(cpu_text), kubernetes))
        clock, cpu, kubernetes = sorted(loads)[2]
        print(f"%load_ext: {clock:.0f} ms, {cpu:.0f} ms of processor; Kubernetes client imported: {kubernetes}")


if __name__ == "__main__":
    main()
