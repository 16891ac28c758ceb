"""How long the guard takes to learn a value, and how much memory: kinds of values by sizes, each in an own process.

Run as ``make bench``. What is measured is from a value that the process holds to a first text in which it would be
masked. Figures are medians of five processes: seconds by the clock, seconds of processor time, and the MiB by which the
largest resident memory grew.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from dh_secrets_jupyter.guard.engine.masker import Masker
from tests.guard.engine.alike import SIGNS, chars, known_host, lines, listed, pem, pgpass

TIMES = 5
SIZES = {"2 kB": (2_000, 0.02), "100 kB": (100_000, 0.3), "1 MiB": (1 << 20, 2.0)}
"""Bytes of a value, and the seconds that it may take."""
AT_MOST = 100
"""MiB that a value of 1 MiB may take."""


def account(number: int) -> str:
    """Returns a service account as it is downloaded."""
    fields = {
        "type": "service_account",
        "project_id": f"demo-{number}",
        "private_key_id": chars(40, ("id", number), "0123456789abcdef"),
        "private_key": pem(("key", number), 26).replace("CERTIFICATE", "PRIVATE KEY"),
        "client_email": f"app{number}@demo-{number}.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(fields, indent=2)


def umlauts(number: int) -> str:
    """Returns a line that is not ASCII, most of which the next one repeats."""
    return f"Größe {number}: Grüße aus Köln und Łódź, {chars(12, number)}"


KINDS: dict[str, Callable[[int], str | bytes]] = {
    "random": lambda size: chars(size, "random"),
    "bytes": lambda size: random.Random(size).randbytes(size),
    "service accounts": lambda size: "[" + ",\n".join(account(number) for number in range(size // 2_200 + 1)),
    "JSON list": lambda size: listed(size // 100 + 1),
    ".pgpass": lambda size: lines(size // 60 + 1, pgpass),
    "known_hosts": lambda size: lines(size // 100 + 1, known_host),
    "certificate chain": lambda size: "".join(pem(number, 20) for number in range(size // 1_350 + 1)),
    "umlauts": lambda size: chars(size, "umlauts", f"{SIGNS}äöüß"),
    "umlauts with counters": lambda size: lines(size // 55 + 1, umlauts),
    "few signs": lambda size: chars(size, "few", "abc"),
    "period of 3": lambda size: "abc" * (size // 3 + 1),
}
"""By what they are like: a value of about so many bytes, or some more."""


def value_of(kind: str, size: int) -> str | bytes:
    """Returns a value of exactly so many bytes, but for a character that would be cut."""
    value = KINDS[kind](size)
    return value[:size] if isinstance(value, bytes) else value.encode()[:size].decode(errors="ignore")


def largest() -> float:
    """Returns the MiB of this process's largest resident memory; 0 where the system does not say."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def learn(kind: str, size: int) -> None:
    """Learns one value in this process, and prints what it took."""
    value = value_of(kind, size)
    Masker().add("WARM", "warm-up-value-of-some-kind")
    before, clock, processor = largest(), perf_counter(), process_time()
    masker = Masker()
    masker.add("KEY", value)
    masker.mask("it is masked now")
    print(perf_counter() - clock, process_time() - processor, largest() - before)


def measure(kind: str, size: int) -> tuple[float, float, float]:
    """Returns the medians of what so many processes took."""
    command = [sys.executable, "-m", "benchmarks.learning", kind, str(size)]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(TIMES)]
    clock, processor, memory = (statistics.median(map(float, column)) for column in zip(*runs, strict=True))
    return clock, processor, memory


def main() -> None:
    """Prints the table."""
    print("value                    size     by the clock   wanted   of processor   memory")
    for name, (size, wanted) in SIZES.items():
        for kind in KINDS:
            clock, processor, memory = measure(kind, size)
            over = "  over" if clock > wanted or memory > AT_MOST else ""
            print(
                f"{kind:24} {name:8} {clock:9.3f} s {wanted:8} s {processor:12.3f} s {memory:6.0f} MiB{over}",
                flush=True,
            )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        learn(sys.argv[1], int(sys.argv[2]))
    else:
        main()
