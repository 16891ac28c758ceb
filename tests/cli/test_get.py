"""``get``: a value for a script, and for nobody's eyes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter import cli
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

from ..support import kernels
from ..support.kernels import Kernel
from .run.at_terminal import VALUE, AtTerminal

REFUSED = (
    "{0}: the guard of this notebook would not know a value that is printed here."
    " Type %secret get {0} in a cell, or pass --reveal."
)


@pytest.mark.parametrize("value", ["", "two\nlines\r\n", " blank ", b"\x00\xff\xfe\n", "äöü 日本語"])
def test_to_the_byte(demo: Project, value: str | bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Standard output gets the value and nothing else, whatever is in it."""
    demo.put("ONE", value)
    assert cli.main(["get", "ONE"]) == 0
    shown = capfdbinary.readouterr()
    assert (shown.out, shown.err) == (value if isinstance(value, bytes) else value.encode(), b"")


@pytest.mark.posix
def test_on_a_terminal(demo: Project) -> None:
    """A terminal gets it only where that is asked for."""
    for words, status, said in (
        (["get", "API_KEY"], 2, b"API_KEY: standard output is a terminal. Pass --reveal to see the value, or use a"),
        (["get", "API_KEY", "--reveal"], 0, VALUE.encode()),
    ):
        command = [sys.executable, "-m", cli.__name__, *words]
        terminal = AtTerminal(lambda command=command: os.execv(sys.executable, command))  # type: ignore[misc]
        try:
            assert terminal.status() == status
            assert terminal.shown.startswith(said)
            assert (VALUE.encode() in terminal.shown) == (status == 0)
        finally:
            terminal.close()


def test_below_a_kernel(demo: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A notebook's kernel would show what it has not read: it gets the hint, and the value only where it is asked."""
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    assert cli.main(["get", "API_KEY"]) == 2
    assert capfd.readouterr() == ("", f"{REFUSED.format('API_KEY')}\n")
    assert cli.main(["get", "API_KEY", "--reveal"]) == 0
    assert capfd.readouterr() == (VALUE, "")


@pytest.fixture(scope="module")
def shell_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel that finds our programs, beside a project of values that it has not read."""
    home = tmp_path_factory.mktemp("shell")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DH_SECRETS_LOCAL_PATH", str(home / "secrets.db"))
        Project("demo", LocalProvider(), user="jo").import_values({"API_KEY": VALUE, "db-pass": VALUE[::-1]})
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with kernels.start(home, env={"PATH": path, "DH_SECRETS_PROJECT": "demo"}) as kernel:
        yield kernel


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("jupyter secrets get API_KEY", "API_KEY"),
        ("jupyter-secrets get db-pass --project demo", "db-pass"),
        ("jupyter secrets get db-pass | cat", "db-pass"),
    ],
)
def test_in_a_cell(shell_kernel: Kernel, command: str, name: str) -> None:
    """In a cell's shell it is refused, whether the cell shows what comes of it or keeps that in a variable."""
    shown = shell_kernel.run(f"!{command}")
    assert " ".join(shown.text.split()) == REFUSED.format(name)
    kept = shell_kernel.ok(f"x = !{command}\nprint(*x)")
    assert " ".join(kept.text.split()) == REFUSED.format(name)
    for value in (VALUE.encode(), VALUE[::-1].encode()):
        assert value not in shell_kernel.raw + shell_kernel.log + shell_kernel.history
