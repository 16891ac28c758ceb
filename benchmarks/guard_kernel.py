"""What the guard costs in a kernel: a cell of 100,000 prints, a `pass` cell, and loading the extension.

Two kernels, one guarded with ten values, take turns at each cell; the figures are the least of the rounds, of the
processor time that the kernel's process took (another program on the machine does not count) and of the clock.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from tests import kernels

VALUES = 10
GUARD = f"""
import secrets
from dh_secrets_jupyter import guard
from dh_secrets_jupyter.models import SecretValue
guard.load(get_ipython())
for i in range({VALUES}): guard.learn(f"N{{i}}", SecretValue(secrets.token_urlsafe(24 + i), f"N{{i}}"))
"""
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


def _took(kernel: kernels.Kernel, code: str, times: int) -> tuple[float, float]:
    clock, processor = time.perf_counter(), _processor(kernel)
    for _ in range(times):
        kernel.ok(code, timeout=300)
    kernel.messages.clear()
    return (time.perf_counter() - clock) / times, (_processor(kernel) - processor) / times


def _compare(plain: kernels.Kernel, guarded: kernels.Kernel, code: str, times: int, rounds: int) -> list[float]:
    """Returns clock and processor seconds without the guard, then with it: the least of the rounds."""
    least = [float("inf")] * 4
    for round_ in range(rounds):
        order = [(plain, 0), (guarded, 2)]
        for kernel, at in order if round_ % 2 else reversed(order):
            clock, processor = _took(kernel, code, times)
            least[at : at + 2] = min(least[at], clock), min(least[at + 1], processor)
    return least


def main() -> None:
    """Prints the figures."""
    rounds = int(os.environ.get("ROUNDS", "9"))
    with tempfile.TemporaryDirectory() as folder:
        with kernels.start(Path(folder) / "a") as plain, kernels.start(Path(folder) / "b") as guarded:
            guarded.ok(GUARD)
            clock, cpu, guarded_clock, guarded_cpu = _compare(plain, guarded, PRINTS, 1, rounds)
            print(f"100,000 prints: {clock:.2f} s ({cpu:.2f} s of processor) without the guard")
            print(
                f"  with it: {guarded_clock / clock - 1:+.1%} by the clock, {guarded_cpu / cpu - 1:+.1%} of processor"
            )
            clock, cpu, guarded_clock, guarded_cpu = _compare(plain, guarded, "pass", 100, rounds)
            print(f"`pass`: {clock * 1e3:.2f} ms ({cpu * 1e3:.2f} ms of processor) without the guard")
            print(
                f"  with it: {(guarded_clock - clock) * 1e3:+.3f} ms, {(guarded_cpu - cpu) * 1e3:+.3f} ms of processor"
            )
        loads = []
        for number in range(5):
            with kernels.start(Path(folder) / f"load{number}") as kernel:
                clock_text, cpu_text, kubernetes = kernel.ok(LOAD).stdout.splitlines()[-1].split()
                loads.append((float(clock_text), float(cpu_text), kubernetes))
        clock, cpu, kubernetes = min(loads)
        print(f"%load_ext: {clock:.0f} ms, {cpu:.0f} ms of processor; Kubernetes client imported: {kubernetes}")


if __name__ == "__main__":
    main()
