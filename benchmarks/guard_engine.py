"""How fast the guard's engine is, beside Airflow's masker and an alternation of ``re``, all in one run.

Run as ``make bench``. Every masker knows every encoding of every value. Text is 1 MiB of this Python's own sources,
without a value, and with values in one character of a hundred. Figures are megabytes per second of processor time, the
best of some runs; the slow ones are measured on less text.

A second table is of values that are alike or repeat themselves, on outputs that hold what they have in common, much of
which is masked; beside as many random values of the same lengths, of which nothing is there.
"""

from __future__ import annotations

import importlib.util
import random
import re
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from time import process_time
from types import ModuleType

from dh_secrets_jupyter.guard.engine.masker import Masker
from dh_secrets_jupyter.guard.engine.needles import needles
from tests.guard.engine.alike import FAMILIES, chars

SIZE = 1 << 20
COUNTS = (10, 100, 1_000, 5_000)
ALIKE_COUNTS = (10, 50, 200)
AIRFLOW = Path("build/bench/airflow/sdk/_shared/secrets_masker/secrets_masker.py")
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def ordinary(size: int) -> str:
    """Returns text as a kernel may show it: the standard library's sources."""
    parts: list[str] = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        parts.append(path.read_text(errors="replace").encode("ascii", "replace").decode())
        if sum(map(len, parts)) >= size:
            break
    return "".join(parts)[:size]


def made_up(count: int) -> list[str]:
    """Returns values of 16 to 64 characters, the same in every run."""
    dice = random.Random(count)
    return ["".join(dice.choices(SIGNS, k=dice.randint(16, 64))) for _ in range(count)]


def with_hits(text: str, values: list[str]) -> str:
    """Returns the text with values in one character of a hundred."""
    dice = random.Random(1)
    places = sorted(dice.sample(range(len(text)), len(text) // 100 // 40))
    cut = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    return "".join(part + dice.choice(values) for part in cut[:-1]) + cut[-1]


def speed(mask: Callable[[str], object], text: str) -> float:
    """Returns megabytes per second; looks at a part of the text first, and at no more where that takes long."""
    start = process_time()
    mask(text[: SIZE >> 10])
    if process_time() - start > 0.002:
        text = text[: SIZE >> 8]
    best = 1e9
    for _ in range(9):
        start = process_time()
        mask(text)
        best = min(best, process_time() - start)
        if best > 1:
            break
    return len(text) / best / 1e6


def airflow_masker() -> ModuleType:
    """Loads the one module of Airflow, without the rest of it."""
    sys.path.append("build/bench")
    spec = importlib.util.spec_from_file_location("airflow_masker", AIRFLOW)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def alternation(encoded: set[str]) -> re.Pattern[str]:
    """Returns what Airflow's masker and many others build: all patterns, one after the other."""
    return re.compile("|".join(map(re.escape, encoded)))


def learned(values: list[str]) -> tuple[Masker, float]:
    """Returns a masker that has settled, and the longest time in ms that one more value took until it was masked."""
    masker = Masker()
    for number, value in enumerate(values):
        masker.add(f"K{number}", value)
    plain = ordinary(SIZE)
    for _ in range(max(30, len(values) // 25)):
        masker.mask(plain)
    slowest = 0.0
    for number, value in enumerate(made_up(20)):
        start = process_time()
        masker.add(f"N{number}", value)
        masked, _ = masker.mask(f"it is {value}.")
        slowest = max(slowest, process_time() - start)
        assert masked == f"it is [secret:N{number}]."
    for _ in range(max(30, len(values) // 25)):
        masker.mask(plain)
    return masker, slowest * 1e3


def memory(values: list[str]) -> float:
    """Returns the MiB by which this process grew by knowing the values (resident, which counts the automata, too)."""
    before = resident()
    masker = Masker()
    for number, value in enumerate(values):
        masker.add(f"K{number}", value)
    masker.mask("settle")
    return resident() - before


def resident() -> float:
    """Returns this process's resident memory in MiB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def settled(values: list[str], text: str) -> tuple[Masker, float]:
    """Returns a masker that has settled on a text, and the time in ms that learning the values took."""
    masker = Masker()
    start = process_time()
    for number, value in enumerate(values):
        masker.add(f"K{number}", value)
    masker.mask("now they are masked")
    took = process_time() - start
    for _ in range(5):
        masker.mask(text)
    return masker, took * 1e3


def compare_families(count: int) -> None:
    """Prints a table of values that are alike."""
    print(f"\n{count} values, or one of that size     learned after   output MB/s  random ones  of random")
    for family, make in FAMILIES.items():
        values, text = make(count)
        masker, took = settled(values, text)
        other, _ = settled([chars(len(value), number) for number, value in enumerate(values)], text)
        ours, theirs = speed(masker.mask, text), speed(other.mask, text)
        print(f"{family:34} {took:10.0f} ms {ours:12.1f} {theirs:12.1f} {ours / theirs:10.1%}", flush=True)


def main() -> None:
    """Prints the tables."""
    print(f"Memory for 1,000 values: {memory(made_up(1_000)):.0f} MiB (wanted: at most 64)\n")
    airflow = airflow_masker()
    text = ordinary(SIZE)
    print("values  text     engine MB/s  airflow     re  engine/airflow  engine/re   one more value known after")
    for count in COUNTS:
        values = made_up(count)
        masker, slowest = learned(values)
        encoded = {needle.data.decode() for value in values for needle in needles(value)}
        other = airflow.SecretsMasker()
        other.patterns = set(map(re.escape, encoded))
        other.replacer = pattern = alternation(encoded)
        for name, shown in {"no hits": text, "1 % hits": with_hits(text, values)}.items():
            ours = speed(masker.mask, shown)
            theirs = speed(lambda part: other.redact(part), shown)  # noqa: B023  # used up in this round
            plain_re = speed(lambda part: pattern.sub("***", part), shown)  # noqa: B023  # used up in this round
            print(
                f"{count:6,}  {name:8} {ours:11.0f} {theirs:8.2f} {plain_re:6.2f} {ours / theirs:14.0f}x"
                f" {ours / plain_re:9.0f}x   {slowest:.1f} ms",
                flush=True,
            )
    for count in ALIKE_COUNTS:
        compare_families(count)


if __name__ == "__main__":
    main()
