"""A command at a terminal, as the user of that terminal sees it."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from ...support.processes import state
from ...support.waiting import wait_until
from .at_terminal import PROGRAM, VALUE, AtTerminal, start

pytestmark = [pytest.mark.posix, pytest.mark.slow]
MARK = b"[secret:API_KEY]"
WAITS = ["sh", "-c", 'echo ready; read word; echo "got $word"']


def test_it_has_a_terminal_of_its_own() -> None:
    """All three streams are one terminal, of the size of the user's, and what is printed there is masked."""
    script = 'test -t 0 && test -t 1 && test -t 2 && stty size; echo "$API_KEY"; echo "e$API_KEY" >&2'
    with start(["sh", "-c", script]) as it:
        assert it.status() == 0
        assert it.shown == b"24 80\r\n" + MARK + b"\r\ne" + MARK + b"\r\n"


def test_what_is_typed_comes_to_it() -> None:
    """Its own terminal echoes what is typed, masked as all else."""
    with start(WAITS) as it:
        it.expect(b"ready")
        it.type(f"{VALUE}\r")
        assert it.status() == 0
        assert it.shown == b"ready\r\n" + MARK + b"\r\ngot " + MARK + b"\r\n"


@pytest.mark.parametrize(("key", "name"), [("\x03", "SIGINT"), ("\x1c", "SIGQUIT")])
def test_keys_that_end_it(key: str, name: str) -> None:
    """Ctrl-C is the command's; and who ran it ends by the same signal."""
    with start(["sh", "-c", "ulimit -c 0; echo ready; exec sleep 60"]) as it:
        it.expect(b"ready")
        it.type(key)
        assert it.status() == -signal.Signals[name]


def test_a_key_that_it_uses_otherwise() -> None:
    """A program that reads keys by itself gets them all; nothing else comes of them."""
    code = "import tty,sys;tty.setraw(0);print('ready',flush=True);print(repr(sys.stdin.buffer.read(3)))"
    with start([sys.executable, "-c", code]) as it:
        it.expect(b"ready")
        it.type("\x03\x1a\x1c")
        assert it.status() == 0
        assert rb"b'\x03\x1a\x1c'" in it.shown


@pytest.mark.parametrize("tells_who", [True, False])
def test_signals_are_passed_on(monkeypatch: pytest.MonkeyPatch, *, tells_who: bool) -> None:
    """What is sent to the one who runs it comes to the command: to it alone, and once.

    Where a system cannot tell who sent a signal, as macOS, a changed width that is none is not passed on.
    """
    names = ["SIGTERM", "SIGHUP", "SIGINT", "SIGWINCH"]
    if not tells_who:
        monkeypatch.delattr(signal, "sigwaitinfo")
        names.remove("SIGWINCH")
    # It does not wait for good: a signal that comes just before that would be handled after the next one alone.
    code = (
        "import select,signal\n"
        f"for name in {names}:\n"
        "    signal.signal(getattr(signal, name), lambda *_, name=name: print('got', name, flush=True))\n"
        "print('ready', flush=True)\n"
        "while not select.select([0], [], [], 0.1)[0]: pass\n"
    )
    with start([sys.executable, "-c", code]) as it:
        it.expect(b"ready")
        for name in names:
            os.kill(it.pid, getattr(signal, name))
            it.expect(f"got {name}".encode())
        it.type("end\r")
        assert it.status() == 0
        assert it.shown.count(b"got ") == len(names)


def test_a_changed_width() -> None:
    """It is told, and finds the size of the user's terminal."""
    with start(["bash", "-c", "trap 'stty size' WINCH; echo ready; while ! read -t 1 word; do :; done"]) as it:
        it.expect(b"ready")
        it.resize(30, 100)
        it.expect(b"30 100")
        it.type("end\r")
        assert it.status() == 0


def test_stopped_and_continued(tmp_path: Path) -> None:
    """Ctrl-Z in a shell with job control: the job is stopped with the command, and fg goes on with both."""
    path = f"import sys; sys.path.insert(0, {str(Path.cwd())!r})"
    (tmp_path / "run").write_text(f"#!{sys.executable}\n{path}\n{PROGRAM}\n")
    (tmp_path / "run").chmod(0o755)
    shell = AtTerminal(lambda: os.execvp("bash", ["bash", "--norc", "--noediting", "-i"]))
    try:
        shell.type("PS1='pro''mpt> '\r")
        shell.expect(b"prompt> ")
        shell.type(f'{tmp_path}/run sh -c \'echo rea""dy; read word; echo "got $word"\'\r')
        shell.expect(b"ready")
        shell.type("\x1a")
        stopped = shell.search(re.compile(rb"Stopped[^\n]*\n.*prompt> ", re.DOTALL))
        states = shell_states(shell.pid)
        assert states.count("T") == 2, states
        shell.type("fg\r")
        shell.expect(b"\n", stopped.end())
        shell.type("word\r")
        shell.expect(b"got word", stopped.end())
        shell.expect(b"prompt> ", shell.shown.index(b"got word"))
        shell.type("exit\r")
        assert shell.status() == 0
    finally:
        shell.close()


def shell_states(pid: int) -> list[str]:
    """Returns the states of all processes below one, as Linux has them."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found.append(state(int(child)))
        found += shell_states(int(child))
    return found


def test_who_outlives_it(tmp_path: Path) -> None:
    """A process that the command leaves behind keeps its terminal; what it prints comes later, masked."""
    script = 'echo now; (trap "" HUP; sleep 0.5; echo "late $API_KEY"; sleep 0.2; echo done > left) &'
    with start(["sh", "-c", f"cd {tmp_path}; {script}"]) as it:
        assert it.status() == 0
        assert it.shown == b"now\r\nlate " + MARK + b"\r\n"
        wait_until((tmp_path / "left").exists)


def test_its_terminal_is_put_back() -> None:
    """However it ends, the user's terminal is as it was before: it echoes, and begins its lines at the left."""
    with start(WAITS) as it:
        it.expect(b"ready")
        assert not it.echoes
        os.kill(it.pid, signal.SIGTERM)
        assert it.status() == -signal.SIGTERM
        assert it.echoes
