"""Real terminals for tests: IPython at a pseudo-terminal, with what would stand on its screen."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from IPython.terminal.interactiveshell import TerminalInteractiveShell

from .kernels import environment
from .processes import wait_until_it_waits
from .waiting import PATIENCE

# Older versions of IPython have no tip of the day.
_TIPLESS = ["--no-tip"] if hasattr(TerminalInteractiveShell, "enable_tip") else []
IPYTHON = ("-m", "IPython", "--colors=NoColor", "--no-confirm-exit", "--no-banner", *_TIPLESS)


class Terminal:
    """A pseudo-terminal with a process in it; ``shown`` is every byte that came out."""

    def __init__(self, arguments: Sequence[str], home: Path, env: Mapping[str, str]) -> None:
        import pty  # Windows has none, and collects the tests all the same

        home.mkdir(parents=True, exist_ok=True)
        self.shown = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(home)
                os.execve(sys.executable, [sys.executable, *arguments], {**environment(home), "TERM": "xterm", **env})
            finally:
                os._exit(1)

    def type(self, text: str) -> None:
        r"""Types characters; a line ends in ``\r``."""
        os.write(self._fd, text.encode())

    def interrupt(self) -> None:
        """Types Ctrl-C, at a prompt."""
        wait_until_it_waits(self.pid)
        self.type("\x03")

    def expect(self, text: bytes, after: int = 0) -> None:
        """Reads until a text has come out, behind the first ``after`` bytes of what has."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown[after:]:
            assert self._read(end - time.monotonic()), f"no {text!r} in {self.shown[after:]!r}"

    def search(self, pattern: re.Pattern[bytes], after: int = 0) -> re.Match[bytes]:
        """Reads until a pattern is found behind the first ``after`` bytes of what has come out."""
        end = time.monotonic() + PATIENCE
        while not (found := pattern.search(self.shown, after)):
            assert self._read(end - time.monotonic()), f"no {pattern.pattern!r} in {self.shown[after:]!r}"
        return found

    def end(self) -> bytes:
        """Reads to the end, and returns all that came out."""
        end = time.monotonic() + PATIENCE
        while self._read(end - time.monotonic()):
            pass
        return self.shown

    def close(self) -> None:
        os.close(self._fd)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def _read(self, timeout: float) -> bool:
        if not select.select([self._fd], [], [], max(timeout, 0))[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # as Linux says that the last process has closed it
            return False
        self.shown += data
        return bool(data)


@contextlib.contextmanager
def start(arguments: Sequence[str], home: Path, **env: str) -> Iterator[Terminal]:
    """Runs Python with arguments at a pseudo-terminal for the length of a ``with`` block."""
    terminal = Terminal(arguments, home, env)
    try:
        yield terminal
    finally:
        terminal.close()
