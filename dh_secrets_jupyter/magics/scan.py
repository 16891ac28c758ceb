"""``%secret scan``: the command, as a process of its own, so that no value comes into the kernel."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

from ..errors import SecretsError
from ..grammar import END_OF_OPTIONS
from ..grammar.parsing import Line
from .front import ShellFront

_FOUND = 1
"""The exit status where something was found, which is said, and is no failure of the cell."""
_HEEDS_WITHIN = 2.0
"""Seconds in which the process ends the others that help it, and itself."""


def scan(front: ShellFront, line: Line) -> None:
    """``%secret scan [PATH …]``"""
    project = front.project()
    # -P: a module in the notebook's folder must not stand in for one of Python's. -u: both streams are one, in order.
    command = [sys.executable, "-P", "-u", "-m", "dh_secrets_jupyter.cli", "scan"]
    command += ["--project", project.name, "--provider", project.provider.name, END_OF_OPTIONS, *line.words]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="backslashreplace",
    ) as process:
        assert process.stdout
        try:
            for said in process.stdout:
                print(said, end="", flush=True)
        except KeyboardInterrupt:
            _end(process)
            raise
    if process.returncode not in (0, _FOUND):
        raise SecretsError("scan", "not everything could be searched", "See the message above")


def _end(process: subprocess.Popen[str]) -> None:
    """Interrupts a process; kills one that has missed it: Python does not see a signal right before it waits."""
    process.send_signal(signal.SIGINT)
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_HEEDS_WITHIN)
    finally:  # also where the user interrupts once more
        process.kill()
