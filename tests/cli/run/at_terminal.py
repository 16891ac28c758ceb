"""Runs commands at a pseudo-terminal, bare and behind the relay, with what would stand on the screen."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence

from dh_secrets_jupyter.cli.run.posix import PosixProcess
from dh_secrets_jupyter.guard.engine import Masker

from ...support.terminals import Terminal

VALUE = "invented-Kq7xW2pZm4vB8zK1w"
SIZE = (24, 80)
PROGRAM = "import os, sys; from tests.cli.run.at_terminal import relayed; sys.exit(relayed(sys.argv[1:], os.environ))"
"""What runs its arguments so, in a process of its own."""


class AtTerminal(Terminal):
    """A process at a pseudo-terminal; ``status`` is how it ended, as ``waitpid`` has it."""

    def __init__(self, body: Callable[[], int]) -> None:
        import pty  # Windows has none, and collects the tests all the same

        self.shown = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            status = 1
            try:
                self.resize(*SIZE, descriptor=1)
                status = body()
            finally:
                os._exit(status)

    def resize(self, rows: int, columns: int, descriptor: int | None = None) -> None:
        """Gives the terminal another size."""
        import fcntl
        import termios

        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._fd if descriptor is None else descriptor, termios.TIOCSWINSZ, size)

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, as it does where nobody has changed that."""
        import termios

        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    def status(self) -> int:
        """Reads to the end, and returns the status: negative for a signal."""
        self.end()
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self) -> None:
        os.close(self._fd)
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@contextlib.contextmanager
def start(command: Sequence[str], *, bare: bool = False, **env: str) -> Iterator[AtTerminal]:
    """Runs a command that has the value in ``API_KEY``, for the length of a ``with`` block."""
    environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "API_KEY": VALUE, **env}
    terminal = AtTerminal(lambda: _bare(command, environment) if bare else relayed(command, environment))
    try:
        yield terminal
    finally:
        terminal.close()


def _bare(command: Sequence[str], environment: Mapping[str, str]) -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvpe(command[0], list(command), dict(environment))


def relayed(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a command as ``jupyter secrets run`` does; returns its status, or ends by its signal."""
    masker = Masker()
    masker.add("API_KEY", VALUE)
    return PosixProcess(command, environment, masker).wait()
