"""What the guard costs in a kernel: a `pass` cell, a cell of 100,000 prints, and alike values.

One and the same kernel runs each cell without and with the guard (ten values), in turns, since two kernels differ by
more than what is measured. Each round compares the two, one right after the other: a machine that changes its speed is
the same for both. The figures are medians of all rounds, of the clock and of the processor time that the kernel's
process took (what another program on the machine takes does not count), with the standard error of their ratio.

Of values that are alike, or repeat themselves, one kernel of each family runs three cells before it knows any, and the
same with 10, 50 and 200 values, or one of that size: each prints or shows an output that holds what the values have in
common, and each is followed by a cell that says hello. No cell may take more than 3 times its bare time and 0.5 s.

``ROUNDS=0`` leaves the first part out. Families that are named as arguments are the only ones.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.guard.engine.alike import FAMILIES
from tests.support import kernels
from tests.support.timing import time_cell

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
COUNTS = (10, 50, 200)
FAMILY = """
from dh_secrets_jupyter import guard
from dh_secrets_jupyter.models import SecretValue
from tests.guard.engine.alike import FAMILIES
make = FAMILIES[{family!r}]
text = make(10)[1]
"""
LEARN = "for i, v in enumerate(make({count})[0]): guard.learn(f'N{count}-{{i}}', SecretValue(v, 'N'))"
CELLS = {"printed": "print(text)", "shown": "text", "escaped": "print(repr(text + '\\n'))"}
HELLO = "print('hello')"


def _compare(kernel: kernels.Kernel, code: str, times: int, rounds: int) -> None:
    """Prints how long a cell takes without and with the guard: so many times in a row, in so many rounds."""
    seen: list[list[tuple[float, ...]]] = [[], []]
    for round_ in range(rounds):
        for side in (0, 1) if round_ % 2 else (1, 0):
            kernel.ok(SIDES[side])
            kernel.ok("pass")
            took = zip(*(time_cell(kernel, code) for _ in range(times)), strict=True)
            seen[side].append(tuple(map(statistics.median, took)))
            kernel.messages.clear()
    for what, at in (("by the clock", 0), ("of processor", 1)):
        plain, guarded = ([took[at] * 1e3 for took in side] for side in seen)
        more = statistics.median(after - before for before, after in zip(plain, guarded, strict=True))
        low, ratio, high = statistics.quantiles([after / before for before, after in zip(plain, guarded, strict=True)])
        error = 0.93 * (high - low) / rounds**0.5  # of a median, by the quartiles, which what goes astray does not move
        print(
            f"  {statistics.median(plain):.2f} ms {what} without the guard; with it {more:+.3f} ms,"
            f" {ratio - 1:+.1%} (± {error:.1%})"
        )


def _cells(kernel: kernels.Kernel) -> list[tuple[float, float]]:
    """Returns the seconds of each cell and of the one after it, by the clock and of processor time."""
    took = []
    for code in CELLS.values():
        took += [time_cell(kernel, code), time_cell(kernel, HELLO)]
        kernel.ok("get_ipython().history_manager.outputs.clear(); Out.clear(); _ = __ = ___ = None")
        kernel.messages.clear()
    return took


def _compare_family(family: str, folder: Path) -> None:
    """Prints what cells cost with values of a family, beside the same kernel without any."""
    with kernels.start(folder) as kernel:
        kernel.ok(FAMILY.format(family=family))
        _cells(kernel)
        bare = _cells(kernel)
        for count in COUNTS:
            learned = time_cell(kernel, LEARN.format(count=count))
            guarded = _cells(kernel)
            for what, at in (("clock", 0), ("processor", 1)):
                pairs = [(before[at], after[at]) for before, after in zip(bare, guarded, strict=True)]
                over = "  over" if any(after > 3 * before + 0.5 for before, after in pairs) else ""
                shown = " ".join(f"{before:4.2f} {after:5.2f}" for before, after in pairs)
                ratio = max(after / before for before, after in pairs)
                print(f"{family:20} {count:6} {what:9} {learned[at]:5.2f} s  {shown} {ratio:7.1f}{over}", flush=True)


def main() -> None:
    """Prints the figures."""
    rounds = int(os.environ.get("ROUNDS", "20"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if rounds:
            with kernels.start(folder / "kernel") as kernel:
                kernel.ok(GUARD)
                print("a `pass` cell:")
                _compare(kernel, "pass", 10, 15 * rounds)
                print("a cell of 100,000 prints:")
                _compare(kernel, PRINTS, 1, rounds)
        print(f"\n{'family':20} values {'':9} learned {''.join(f'{name:>16}, next' for name in CELLS)}    ratio")
        wanted = sys.argv[1:] or list(FAMILIES)
        for number, family in enumerate(wanted):
            _compare_family(family, folder / f"family{number}")


if __name__ == "__main__":
    main()
