"""How fast a scan is, beside git itself for a history, and beside Python's JSON reader for notebooks, in one run.

Run as ``make bench``. The history is that of a hundred packages of this Python, a commit each, packed; a hundred random
values are looked for. The notebooks are 1,000 of 0.2 MB each, with streams, tables and images; ten hold a value. Each
scan is a process of its own, whose time is that of the clock and whose memory is the peak that the system saw.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

PACKAGES = 100
VALUES = 100
NOTEBOOKS = 1_000
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SCAN = [sys.executable, "-m", "dh_secrets_jupyter.cli", "scan", "--project", "bench", "--provider", "local"]
CAT = ["git", "cat-file", "--batch-all-objects", "--batch"]


def history(folder: Path) -> int:
    """Makes a repository, and returns the bytes of all its objects."""
    git = ["git", "-c", "user.name=jo", "-c", "user.email=jo@example.com", "-c", "gc.auto=0"]
    subprocess.run([*git, "init", "--quiet"], cwd=folder, check=True)
    packages = [path for path in Path(sysconfig.get_path("purelib")).iterdir() if path.is_dir()]
    for package in sorted(packages, key=lambda path: path.name)[:PACKAGES]:
        shutil.copytree(package, folder / "package", ignore=shutil.ignore_patterns("*.so", "__pycache__", ".git"))
        subprocess.run([*git, "add", "--all", "--force"], cwd=folder, check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", package.name], cwd=folder, check=True)
        shutil.rmtree(folder / "package")
    subprocess.run([*git, "repack", "-adq"], cwd=folder, check=True)
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


def run(command: list[str], folder: Path, status: int) -> tuple[float, float]:
    """Runs a command that has to end with a status; returns its seconds, the best of three, and its peak in MiB."""
    times, peaks = [], []
    for _ in range(3):
        start = perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, ended, usage = os.wait4(process.pid, 0)
        times.append(perf_counter() - start)
        peaks.append(usage.ru_maxrss / 1024)
        process.returncode = os.waitstatus_to_exitcode(ended)
        assert process.returncode == status, process.returncode
    return min(times), max(peaks)


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["DH_SECRETS_LOCAL_PATH"] = str(folder / "secrets.db")
        dice = random.Random(2)
        values = {f"K{number}": "".join(dice.choices(SIGNS, k=dice.randint(16, 64))) for number in range(VALUES)}
        Project("bench", LocalProvider(), user="bench").import_values(values)
        for name in ("history", "notebooks"):
            (folder / name).mkdir()
        size = history(folder / "history")
        bare, _ = run(CAT, folder / "history", 0)
        scan, peak = run([*SCAN, "--history"], folder / "history", 0)
        print(f"history, {size / 1e6:.0f} MB: git cat-file {bare:.2f} s, scan {scan:.2f} s: {scan / bare:.2f} times")
        print(f"  memory {peak:.0f} MiB")
        size = notebooks(folder / "notebooks", values["K7"])
        files = list((folder / "notebooks").iterdir())
        start = perf_counter()
        for path in files:
            json.loads(path.read_bytes())
        read = perf_counter() - start
        scan, peak = run([*SCAN, "."], folder / "notebooks", 1)
        speeds = f"json.loads {size / read / 1e6:.0f} MB/s, scan {size / scan / 1e6:.0f} MB/s"
        print(f"notebooks, {size / 1e6:.0f} MB: {speeds}: {scan / read:.2f} times")
        print(f"  memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
