"""``%secret scan``: a process of its own looks, and the kernel learns no value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

from ..support.kernels import Kernel, Message
from ..support.waiting import PATIENCE, wait_until

VALUE = "invented-Kq7xW2pZm4v8zK1w"


@pytest.fixture
def scanning_kernel(secrets_kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """The kernel in a project with a value that somebody else has stored."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(secrets_kernel.home / "secrets.db"))
    Project("scanned", LocalProvider(), user="jo").import_values({"FOUND_KEY": VALUE}, replace_existing=True)
    secrets_kernel.ok("%secret project scanned")
    return secrets_kernel


def test_what_is_found(scanning_kernel: Kernel, tmp_path: Path) -> None:
    """The findings are printed as in a terminal, by the kernel's project, and the kernel knows no value afterwards."""
    found, clean = tmp_path / "found it.txt", tmp_path / "clean.txt"
    found.write_text(f"x\nkey = {VALUE}\n")
    clean.write_text("nothing")
    (tmp_path / "random.py").write_text("raise SystemExit('this folder has a module of that name')")
    scanning_kernel.ok(f"import os; os.chdir({str(tmp_path)!r})")
    said = scanning_kernel.ok(f"%secret scan '{found}' {clean}").stdout
    assert said.splitlines() == [f"{found}  line 2  FOUND_KEY  text", "1 finding in 2 files. Rotate FOUND_KEY."]
    assert scanning_kernel.ok("%secret scan clean.txt").stdout == "Nothing found in 1 file.\n"
    assert "FOUND_KEY" not in scanning_kernel.ok("%secret guard --all").stdout


def test_what_cannot_be_searched(scanning_kernel: Kernel) -> None:
    """Where the command cannot do it the cell fails in one line, below what the command said."""
    cell = scanning_kernel.run("%secret scan gone.txt")
    assert "gone.txt: no such file or folder." in cell.stdout
    assert cell.error == "scan: not everything could be searched. See the message above."
    scanning_kernel.ok("%secret project without-any")
    assert "without-any: there is no value to look for." in scanning_kernel.run("%secret scan").stdout
    assert "--history: unknown option" in (scanning_kernel.run("%secret scan --history").error or "")


STARTED = """
import pathlib, signal, sys
if "dh_secrets_jupyter.cli" in sys.orig_argv:
    {}
    pathlib.Path(__file__).with_name("started").touch()
"""


@pytest.mark.posix
@pytest.mark.parametrize("hears", [True, False])
def test_interrupt(scanning_kernel: Kernel, tmp_path: Path, *, hears: bool) -> None:
    """An interrupt ends the process, too, and one that has missed the signal, as Python does right before it waits."""
    first = "pass" if hears else "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    (tmp_path / "sitecustomize.py").write_text(STARTED.format(first))
    scanning_kernel.ok(f"import os; path = os.environ.get('PYTHONPATH'); os.environ['PYTHONPATH'] = {str(tmp_path)!r}")
    os.mkfifo(pipe := tmp_path / "never-written.txt")  # whoever reads it waits
    children = Path(f"/proc/{scanning_kernel.pid}/task/{scanning_kernel.pid}/children")
    before = children.read_text()
    code = {"code": f"%secret scan {pipe}", "silent": False, "stop_on_error": False}
    sent = scanning_kernel.send("execute_request", code)
    wait_until((tmp_path / "started").exists, "the process runs")
    scanning_kernel.interrupt()
    replies: list[Message] = []
    while not replies:
        polled = scanning_kernel.poll(PATIENCE, "the reply")
        replies = [one for one in polled if one.type == "execute_reply" and one.parent_id == sent]
    assert replies[0].content["ename"] == "KeyboardInterrupt"
    wait_until(lambda: children.read_text() == before, "the process is gone")
    scanning_kernel.ok("os.environ.pop('PYTHONPATH') if path is None else os.environ.update(PYTHONPATH=path)")
