"""Starts a command, and reports what becomes of it.

Behind a pseudo-terminal there is a process between us and the command, the monitor. It leads the session of that
terminal: so Ctrl-Z can stop the command, which a kernel refuses to a session's leader, and what outlives the command
keeps the terminal, which is taken from a session when its leader ends.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

_NUMBER = struct.Struct("=i")
REPORT = _NUMBER.size
"""Bytes of a report."""


@dataclass(frozen=True)
class Start:
    """What is started, and with what.

    Attributes:
        command: its words.
        environment: its environment.
        descriptors: what it has as its descriptors 0, 1 and 2, where that is not ours.
        mask: the signals that it finds blocked.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Mapping[int, int]
    mask: set[int | signal.Signals]


def start(what: Start, terminal: int | None) -> tuple[int, socket.socket]:
    """Starts the command; returns its process id, and a connection from which :func:`read_report` reads.

    Args:
        terminal: what controls it, a descriptor; None: what controls this process.

    Raises:
        OSError: it cannot be started.
    """
    ours, theirs = socket.socketpair()
    failed, failing = os.pipe()
    pid = _fork(what, failing, None) if terminal is None else _fork_monitor(what, failing, terminal, (ours, theirs))
    os.close(failing)
    for descriptor in {*what.descriptors.values()}:
        os.close(descriptor)
    if terminal is None:
        reporter = threading.Thread(target=_report, args=(pid, theirs), daemon=True)
    else:
        theirs.close()
        reporter = None
        pid = _NUMBER.unpack(ours.recv(REPORT, socket.MSG_WAITALL))[0]
    with os.fdopen(failed, "rb") as reasons:
        if reason := reasons.read():
            number = _NUMBER.unpack(reason)[0]
            raise OSError(number, os.strerror(number))
    if reporter:
        reporter.start()
    return pid, ours


def read_report(connection: socket.socket) -> int:
    """Returns the status of the command as ``waitpid`` has it: it has stopped or ended."""
    number: int = _NUMBER.unpack(connection.recv(REPORT, socket.MSG_WAITALL))[0]
    return number


def _fork_monitor(what: Start, failing: int, terminal: int, ends: tuple[socket.socket, socket.socket]) -> int:
    """Forks the monitor, which sends the command's process id first."""
    import fcntl
    import termios

    if pid := os.fork():
        return pid
    others, reports = ends
    try:
        others.close()  # ours alone, so that its end is seen
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        child = _fork(what, failing, terminal)
        _close_all_but(terminal, reports.fileno())
        reports.sendall(_NUMBER.pack(child))
        _report(child, reports, terminal)
        reports.recv(1)  # returns when nobody passes on what outlives the command any more
    finally:
        os._exit(0)


def _close_all_but(*kept: int) -> None:
    """Closes what this process has of the command's pipes, and of ours: who waits for their ends must see them."""
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def _report(pid: int, reports: socket.socket, terminal: int | None = None) -> None:
    """Sends the status of a child whenever it has stopped, and when it has ended."""
    while True:
        status = os.waitpid(pid, os.WUNTRACED)[1]
        is_over = not os.WIFSTOPPED(status)
        if is_over and terminal is not None:
            os.close(terminal)
        reports.sendall(_NUMBER.pack(status))
        if is_over:
            return


def _fork(what: Start, failing: int, terminal: int | None) -> int:
    """Forks the process that becomes the command; where it cannot, that writes the error's number."""
    if pid := os.fork():
        return pid
    try:
        if terminal is not None:  # a process group of its own, in the foreground of its terminal
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.setpgid(0, 0)
            os.tcsetpgrp(terminal, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        for own, given in what.descriptors.items():
            os.dup2(given, own)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, what.mask)
        _exec(what.command, what.environment)
    except OSError as error:
        os.write(failing, _NUMBER.pack(error.errno or 0))
    finally:
        os._exit(127)


def _exec(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Becomes the command. A script that does not name its interpreter is the shell's, as everywhere."""
    if not command[0]:  # for which the interpreter has an error of its own
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    try:
        os.execvpe(command[0], list(command), dict(environment))  # noqa: S606  # no shell, that is what is wanted
    except OSError as error:
        path = shutil.which(command[0], path=environment.get("PATH"))
        if error.errno != errno.ENOEXEC or path is None:
            raise
    os.execve("/bin/sh", ["/bin/sh", path, *command[1:]], dict(environment))  # noqa: S606  # as above
