"""Divides files among processes: while a notebook is read the interpreter's lock is held, so threads are not enough.

Each process reads its own files, and the values need not be handed on, for a forked process has them.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import SecretsError
from .findings import Report

_EACH = 50
"""Files that are worth a process."""
_AT_MOST = 4
"""Processes."""

Work = Callable[[Sequence[Path], int], Report]
"""Searches files as one of so many processes, and returns what it found."""


def divide(paths: Sequence[Path], work: Work, work_beside: Work) -> Report:
    """Returns what all files hold; many are divided among as many processes as there are processors.

    Args:
        work: searches the share of this process.
        work_beside: searches those of the others.

    Raises:
        SecretsError: one of them has ended early.
    """
    count = max(min(_processors(), _AT_MOST, len(paths) // _EACH), 1)
    helpers = [_Helper(paths[number::count], count, work_beside) for number in range(1, count)]
    try:
        report = work(paths[::count], count)
        for helper in helpers:
            report.add(helper.report())
    finally:
        for helper in helpers:
            helper.end()
    return report


def _processors() -> int:
    """Returns how many processors this process may use; 1 where it cannot fork."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Helper:
    """A forked process that searches a share of the files."""

    def __init__(self, paths: Sequence[Path], count: int, work: Work) -> None:
        source, target = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(source)
            _answer(target, paths, count, work)
        os.close(target)
        self._source = os.fdopen(source, "rb")

    def report(self) -> Report:
        """Waits for what it found. Raises SecretsError where it has ended early."""
        answer = self._source.read()
        status, self._pid = os.waitpid(self._pid, 0)[1], 0
        if status:
            raise SecretsError("scan", "a process that searched a part of the files has ended early", "Run it again")
        report: Report = pickle.loads(answer)  # noqa: S301  # our own process has written it
        return report

    def end(self) -> None:
        """Ends it, where nobody waits for it any more."""
        self._source.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _answer(target: int, paths: Sequence[Path], count: int, work: Work) -> None:
    """Does the work and ends the process, silently whatever happens: the first process says what there is to say."""
    status = 1
    try:
        answer = pickle.dumps(work(paths, count))
        with os.fdopen(target, "wb") as file:
            file.write(answer)
        status = 0
    finally:
        os._exit(status)
