"""Runs Python code in processes of its own: many at once, or without the rights that a test takes away."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from .waiting import PATIENCE, wait_until


def run(code: str, *arguments: object, humble: bool = False, prefix: tuple[str, ...] = ()) -> str:
    """Runs code with arguments and returns what it printed; fails the test where it fails.

    Args:
        humble: file permissions bind, also where the tests are run by root.
        prefix: a command to run Python under.
    """
    done = subprocess.run(
        [*prefix, sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        preexec_fn=_obey_permissions if humble and sys.platform == "linux" else None,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_together(code: str, count: int, gate: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """Runs the same code in many processes, ``sys.argv[1]`` being each one's number; returns what each printed.

    The code calls ``ready()`` when it has imported all that it needs: that returns, in all of them at once, when all
    have called it.

    Args:
        gate: a file that does not exist yet.
    """
    prologue = f"""
import pathlib, sys, time
def ready():
    print(flush=True)
    while not pathlib.Path({str(gate)!r}).exists():
        time.sleep(0.002)
"""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", prologue + textwrap.dedent(code), str(number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        for number in range(count)
    ]
    try:
        for process in started:
            assert process.stdout
            process.stdout.readline()
        gate.touch()
        outputs = [process.communicate(timeout=PATIENCE) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert [process.returncode for process in started] == [0] * count, "\n".join(errors for _, errors in outputs)
    return [output for output, _ in outputs]


def run_forked(work: Callable[[], object]) -> int:
    """Does something in a fork of this process; returns its status: 0, 1 where that raised, negative for a signal."""
    if (child := os.fork()) == 0:
        status = 1
        try:
            work()
            status = 0
        finally:  # whatever it raised, the tests go on in the parent alone
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def has_ended(pid: int) -> bool:
    """Returns whether a process is gone, or only waits to be collected."""
    try:
        return state(pid) == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def state(pid: int) -> str:
    """Returns the state of a process's first thread, as Linux has it: R runs, S waits, T is stopped, Z has ended."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_until_it_waits(pid: int) -> None:
    """Waits until a process does, as for keys: Python misses a signal that comes right before a read which waits."""
    wait_until(lambda: state(pid) == "S", "the process waits")


def _obey_permissions() -> None:
    """Gives up root's right to pass over file permissions; for anyone else there is nothing to give up."""
    drop, overrides = 24, (1, 2)  # PR_CAPBSET_DROP; CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    if os.getuid() == 0:
        for capability in overrides:
            ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0)
