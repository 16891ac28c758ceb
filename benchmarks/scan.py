"""How fast a scan is, beside git itself for a history, and beside Python's JSON reader for notebooks, in one run.

Run as ``make bench``. The histories are those of five versions of three, and of a hundred, packages of this Python, a
commit each: of a small one a scan's start is most. A hundred random values are looked for. The notebooks are 1,000 of
0.2 MB each, with streams, tables and images; ten hold a value. Each scan is a process of its own, whose time is that of
the clock and whose memory is the peak that the system saw. A look before a save is one at notebooks
that a server has in memory.
"""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from dh_secrets_jupyter.guard.engine import Masker
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.scan.content import find_in_content

PACKAGES = (3, 100)
VERSIONS = 5
VALUES = 100
NOTEBOOKS = 1_000
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SCAN = [sys.executable, "-m", "dh_secrets_jupyter.cli", "scan", "--project", "bench", "--provider", "local"]
CAT = ["git", "cat-file", "--batch-all-objects", "--batch"]


def history(folder: Path, count: int) -> int:
    """Makes a repository of so many packages, and returns the bytes of all its objects."""
    folder.mkdir()
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    packages = sorted(path for path in Path(sysconfig.get_path("purelib")).iterdir() if path.is_dir())[:count]
    with subprocess.Popen([*git, "fast-import", "--quiet", "--date-format=now"], stdin=subprocess.PIPE) as process:
        assert process.stdin
        for version, package in product(range(VERSIONS), packages):
            process.stdin.write(b"commit refs/heads/main\ncommitter jo <jo@example.com> now\ndata 0\ndeleteall\n")
            for path in package.rglob("*"):
                if path.is_file() and path.suffix not in (".so", ".pyc"):
                    data = b"version %d\n" % version + path.read_bytes()
                    name = str(path.relative_to(package.parent)).encode()
                    process.stdin.write(b"M 644 inline %b\ndata %d\n%b\n" % (name, len(data), data))
    assert process.returncode == 0
    sizes = subprocess.run([*CAT[:3], "--batch-check=%(objectsize)"], cwd=folder, capture_output=True, check=True)
    return sum(map(int, sizes.stdout.split()))


def notebooks(folder: Path, value: str) -> int:
    """Writes notebooks, and returns their bytes."""
    dice = random.Random(1)
    words = ["".join(dice.choices(SIGNS[26:52], k=dice.randint(2, 9))) for _ in range(5_000)]

    def lines(count: int, before: str = "") -> list[str]:
        return [f"{before}{' '.join(dice.choices(words, k=10))}\n" for _ in range(count)]

    def cell(number: int) -> dict[str, Any]:
        shown = {"text/html": lines(20, "<tr><td>"), "image/png": base64.b64encode(dice.randbytes(6_000)).decode()}
        stream = {"output_type": "stream", "name": "stdout", "text": lines(40)}
        outputs = [stream, {"output_type": "display_data", "metadata": {}, "data": shown}]
        same = {"cell_type": "code", "metadata": {}, "execution_count": number}
        return same | {"id": f"c{number}", "source": lines(8), "outputs": outputs}

    size = 0
    for number in range(NOTEBOOKS):
        cells = [cell(one) for one in range(14)]
        if number % (NOTEBOOKS // 10) == 0:
            cells[3]["outputs"][0]["text"][5] += value
        document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        size += (folder / f"{number}.ipynb").write_text(json.dumps(document, indent=1))
    return size


@dataclass
class Cost:
    """What a command takes: seconds by the clock and of the processors, the best of three, and its peak in MiB."""

    seconds: float
    computed: float
    peak: float


def run(command: list[str], folder: Path, status: int) -> Cost:
    """Runs a command three times, which has to end with a status."""
    costs = []
    for _ in range(3):
        start = perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, ended, usage = os.wait4(process.pid, 0)
        costs.append(Cost(perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
        process.returncode = os.waitstatus_to_exitcode(ended)
        assert process.returncode == status, process.returncode
    return Cost(*(min(getattr(cost, part) for cost in costs) for part in ("seconds", "computed", "peak")))


def compare_history(folder: Path, count: int) -> None:
    """Prints how long git and a scan take for the history of so many packages."""
    size = history(folder, count)
    bare = run(CAT, folder, 0)
    scan = run([*SCAN, "--history"], folder, 0)
    start = run([*SCAN, os.devnull], folder, 0)
    print(f"history, {size / 1e6:.1f} MB, git's own time within a scan's:")
    for clock, ours, its in ("clock", scan.seconds, bare.seconds), ("processors", scan.computed, bare.computed):
        print(f"  by the {clock}: git cat-file {its:.2f} s, scan {ours:.2f} s: {ours / its:.2f} times")
    print(f"  a scan of nothing: {start.seconds:.2f} s, {start.computed:.2f} s of the processors")
    print(f"  memory of the largest process, git's own in a large history: {bare.peak:.0f} and {scan.peak:.0f} MiB")


def look_before_save(files: list[Path], values: dict[str, str]) -> float:
    """Returns for how many milliseconds of the processor a megabyte of a notebook holds up a server's event loop."""
    masker = Masker(urls_are_common=True)
    for name, value in values.items():
        masker.add(name, value)
    masker.prepare()
    documents = [path.read_bytes() for path in files]
    contents = [json.loads(document) for document in documents]
    start = process_time()
    for content in contents:
        find_in_content("a.ipynb", content, masker)
    return (process_time() - start) * 1e9 / sum(map(len, documents))


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["DH_SECRETS_LOCAL_PATH"] = str(folder / "secrets.db")
        dice = random.Random(2)
        values = {f"K{number}": "".join(dice.choices(SIGNS, k=dice.randint(16, 64))) for number in range(VALUES)}
        Project("bench", LocalProvider(), user="bench").import_values(values)
        for count in PACKAGES:
            compare_history(folder / f"history-{count}", count)
        (folder / "notebooks").mkdir()
        size = notebooks(folder / "notebooks", values["K7"])
        files = list((folder / "notebooks").iterdir())
        start = perf_counter()
        for path in files:
            json.loads(path.read_bytes())
        read = perf_counter() - start
        scan = run([*SCAN, "."], folder / "notebooks", 1)
        speeds = f"json.loads {size / read / 1e6:.0f} MB/s, scan {size / scan.seconds / 1e6:.0f} MB/s"
        print(f"notebooks, {size / 1e6:.0f} MB: {speeds}")
        print(f"  of the processors {scan.computed:.2f} s, memory of the largest process {scan.peak:.0f} MiB")
        print(f"look before a save: {look_before_save(files[:100], values):.1f} ms a megabyte")


if __name__ == "__main__":
    main()
