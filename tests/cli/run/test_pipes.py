"""A command whose standard output is no terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ...support.processes import state
from ...support.waiting import wait_until
from .at_terminal import PROGRAM, VALUE

pytestmark = [pytest.mark.posix, pytest.mark.slow]
MARK = "[secret:API_KEY]"
RELAY = [sys.executable, "-c", PROGRAM]
ENVIRONMENT = {**os.environ, "API_KEY": VALUE}


def _started(*command: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Runs a command behind the relay in a process group of their own, which can be stopped also where ours has
    nobody to continue it."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*RELAY, *command],
        env=ENVIRONMENT,
        stdin=pipe,
        stdout=pipe,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        process_group=0,
    )


def test_both_streams() -> None:
    """Each goes its way, masked; standard input is the caller's own, and the status the command's."""
    process = _started("sh", "-c", 'read word; echo "$word $API_KEY"; echo "e $API_KEY" >&2; exit 3')
    out, err = process.communicate("word\n", timeout=60)
    assert (out, err, process.returncode) == (f"word {MARK}\n", f"e {MARK}\n", 3)


def test_one_file_for_both() -> None:
    """After ``2>&1`` what is printed keeps its order."""
    process = _started("sh", "-c", "for i in 1 2 3; do echo o$i; echo e$i >&2; done", stderr=subprocess.STDOUT)
    assert process.communicate(timeout=60)[0] == "o1\ne1\no2\ne2\no3\ne3\n"


def test_it_ends_by_its_signal() -> None:
    """Who called sees the signal, as without us."""
    process = _started("sh", "-c", "kill -KILL $$")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGWINCH"])
def test_signals_are_passed_on(name: str) -> None:
    """What is sent to the one who runs it comes to the command, which decides."""
    number = signal.Signals[name]
    # It does not pause: a signal that comes just before that would be handled after the next one alone.
    code = (
        f"import signal, sys, time\nsignal.signal({number}, lambda *_: sys.exit(7))\nprint('ready', flush=True)\n"
        "while True: time.sleep(0.1)"
    )
    process = _started(sys.executable, "-c", code)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 7


def test_stopped_and_continued() -> None:
    """It stops with the command, and goes on with it."""
    process = _started("sh", "-c", 'echo $$; read word; echo "got $word"')
    assert process.stdout
    command = int(process.stdout.readline())
    process.send_signal(signal.SIGTSTP)
    for pid in (command, process.pid):
        wait_until(lambda pid=pid: state(pid) == "T")  # type: ignore[misc]  # it takes the default for an argument
    process.send_signal(signal.SIGCONT)
    assert process.communicate("word\n", timeout=60)[0] == "got word\n"


def test_nobody_reads_any_more() -> None:
    """The command meets a broken pipe, and ends by it, as it does without us."""
    process = _started("yes")
    assert process.stdout
    assert process.stdout.readline() == "y\n"
    process.stdout.close()
    assert process.wait(60) == -signal.SIGPIPE


def test_who_outlives_it(tmp_path: Path) -> None:
    """It ends with the command; a process that the command leaves behind prints on, masked, and is not disturbed."""
    os.mkfifo(tmp_path / "gate")
    left = f'(read gate < {tmp_path}/gate; echo "late $API_KEY"; echo > {tmp_path}/left)'
    process = _started("sh", "-c", f"echo now; {left} &")
    assert process.wait(60) == 0
    (tmp_path / "gate").write_text("open\n")
    assert process.stdout
    assert process.stdout.read() == f"now\nlate {MARK}\n"
    wait_until((tmp_path / "left").exists)


def test_a_script_without_an_interpreter(tmp_path: Path) -> None:
    """It is run by the shell, as everywhere."""
    (tmp_path / "script").write_text('echo "ran with $1"\n')
    (tmp_path / "script").chmod(0o755)
    process = _started(str(tmp_path / "script"), "--project")
    assert process.communicate(timeout=60)[0] == "ran with --project\n"
