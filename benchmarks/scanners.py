"""What a scan finds beside other scanners, on the same files in one run: planted values, and packages that hold none.

Run as ``make bench``. Planted are the values of the tests in each encoding and each place of a notebook, in three
formattings, and in other files, one value a file; and tokens of services as they are, one in each place, which tools
that go by the look of a key are made for. Without a value are packages of this Python: what is reported there is false.

gitleaks and detect-secrets look for what looks like a key; varlock and we look for the true values. The table says
which of them is not installed, below ``build/bench`` or on the path.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import perf_counter

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from tests.scan import planted, realistic

PACKAGES = ("IPython", "jupyter_server", "nbclient", "nbconvert", "nbformat", "requests")
"""Packages that hold no value."""
BUILD = Path("build/bench").absolute()
FOLDERS = BUILD / "bin", BUILD / "node_modules/.bin", BUILD / "detect-secrets/bin", Path(sys.executable).parent
KINDS = ("planted", "tokens", "clean")
"""Folders of the corpus; the values are in a fourth, for varlock."""
SCANNERS: dict[str, tuple[list[str], Callable[[str], list[str]]]] = {
    "jupyter-secrets scan": (
        ["jupyter-secrets", "scan", ".", "--format", "json"],
        lambda shown: [found["file"] for found in json.loads(shown)["findings"]],
    ),
    "varlock scan": (
        ["varlock", "scan", "--path", "../values/", "."],
        lambda shown: re.findall(r"^  (\S.*?):\d+:\d+ \w+$", shown, re.MULTILINE),
    ),
    "gitleaks dir": (
        ["gitleaks", "dir", ".", "--report-format", "json", "--report-path", "-", "--exit-code", "0"],
        lambda shown: [found["File"] for found in json.loads(shown)],
    ),
    "detect-secrets scan": (
        ["detect-secrets", "scan", "--all-files", "."],
        lambda shown: [name for name, found in json.loads(shown)["results"].items() for _ in found],
    ),
}
"""By name: the command, and what reads in its output the file of each finding."""


def plant(folder: Path) -> dict[str, str]:
    """Writes the files of all kinds, and returns the values that they hold, by name."""
    for kind in (*KINDS, "values"):
        (folder / kind).mkdir()
    for number, (encoding, (_, text)) in enumerate(planted.ENCODED.items()):
        for place, (form, formatting) in product(planted.PLACES, enumerate(planted.FORMATTINGS)):
            planted.write(folder / f"planted/{number}-{place}-{form}.ipynb", place, encoding, formatting)
        for kind, line in (("py", "x = {}"), ("csv", "a;{};b"), ("env", "A={}"), ("log", "[info] {} end")):
            (folder / f"planted/{number}.{kind}").write_text(f"first\n{line.format(text)}\n", encoding="utf-8")
    (folder / "planted/utf-16.txt").write_bytes(planted.UTF_16)
    tokens = realistic.tokens()
    for (number, token), (place, made) in product(enumerate(tokens), planted.PLACES.items()):
        document = planted.FORMATTINGS["lines"](made(f'key = "{token}"'))
        (folder / f"tokens/{number}-{place}.ipynb").write_text(document, encoding="utf-8")
    for package in PACKAGES:
        source = Path(sysconfig.get_path("purelib"), package)
        shutil.copytree(source, folder / "clean" / package, ignore=shutil.ignore_patterns("__pycache__"))
    return planted.SECRETS | {f"TOKEN_{number}": token for number, token in enumerate(tokens)}


def write_dotenv(folder: Path, values: dict[str, str]) -> None:
    """Writes values as varlock reads them."""
    names = "".join(f"{name}=\n" for name in values)
    (folder / ".env.schema").write_text(f"# @defaultSensitive=true @defaultRequired=false\n# ---\n{names}")
    quoted = {
        name: '"{}"'.format(value.replace("\n", "\\n")) if "\n" in value else f"`{value}`"
        for name, value in values.items()
    }
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in quoted.items()))


def run(command: list[str], folder: Path) -> str | None:
    """Returns what a scanner prints in a folder, to whichever stream; None where it is not installed."""
    path = os.pathsep.join([*map(str, FOLDERS), os.environ["PATH"]])
    if not (program := shutil.which(command[0], path=path)):
        return None
    environment = os.environ | {"PATH": path, "NO_COLOR": "1"}
    if command[0] == "detect-secrets":
        environment["PYTHONPATH"] = str(BUILD / "detect-secrets")
    command = [program, *command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), (command, done.stderr)
    return done.stdout or done.stderr


def row(name: str, folder: Path) -> str:
    """Returns a scanner's line of the table."""
    command, read = SCANNERS[name]
    start, before = perf_counter(), os.times()
    found = {}
    for kind in KINDS:
        if (shown := run(command, folder / kind)) is None:
            return f"| {name} | not installed |"
        found[kind] = read(shown)
    seconds, after = perf_counter() - start, os.times()
    computed = sum(after[2:4]) - sum(before[2:4])
    files = [len(set(found[kind])) for kind in KINDS[:2]]
    return f"| {name} | {files[0]} | {files[1]} | {len(found['clean']):,} | {seconds:.1f} | {computed:.1f} |"


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        values = plant(folder)
        write_dotenv(folder / "values", values)
        os.environ["DH_SECRETS_LOCAL_PATH"] = str(folder / "secrets.db")
        os.environ |= {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_PROJECT": "bench"}
        Project("bench", LocalProvider(), user="bench").import_values(values)
        in_all = [sum(path.is_file() for path in (folder / kind).rglob("*")) for kind in KINDS]
        print(f"| scanner | found of {in_all[0]} planted | found of {in_all[1]} tokens", end="")
        print(f" | false, in {in_all[2]} files | seconds | of the processors |\n|---|---|---|---|---|---|")
        for name in SCANNERS:
            print(row(name, folder), flush=True)


if __name__ == "__main__":
    main()
