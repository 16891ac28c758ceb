"""Pipes under the descriptors that lead to the server's log, and the process that masks what comes through them.

ipykernel copies what is written to descriptors 1 and 2 to the original ones before any hook sees it, writes its own log
there, and hands that copy out as ``sys.stdout.fileno()``. A pipe in place of the copy sees all of it.

1. Install: a pipe takes the place of the descriptors that lead to one target; a process (:mod:`.relay`) reads it.
2. Tell: that process learns each value over a socket, before the kernel's code has it.
3. Hear: it says what it masked, and when all that was written has come out.

It is a process of its own, so that nothing is lost or shown when this one ends.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from ...errors import SecretsError
from ..engine import Hit
from ..redactor import Redactor
from . import relay

CHANNEL = "server log"
_DRAINED_WITHIN = 2.0
"""Seconds that an exit waits for the log."""
_SWITCH = 0.02
"""Seconds in which each thread that waits for the interpreter has had it."""
_RESTART_AFTER = 1.0
"""Seconds between two starts of the process, should it be killed."""
# By a shell, so that it is no child of the kernel's: a cell may wait for all its children.
_SHELL = ("/bin/sh", "-c", '"$@" &', "sh")
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What of the environment the interpreter may need; the rest may hold values."""


class LogPipe:
    """What lies under the descriptors, from :meth:`install` to :meth:`uninstall`; each is called once.

    Args:
        descriptors: each with the descriptor from which the kernel reads what it catches of the same stream, or None.
            Those that lead to one target keep their order.
    """

    def __init__(self, redactor: Redactor, descriptors: dict[int, int | None]) -> None:
        self._redactor = redactor
        self._descriptors = descriptors
        self._lock = threading.RLock()
        self._drained = threading.Event()
        self._is_closing = False
        self._pipes: list[_Pipe] = []

    def install(self) -> None:
        """Takes the descriptors' place.

        Raises:
            SecretsError: the process that masks could not be started; the descriptors are as they were.
        """
        groups: dict[tuple[int, int], list[int]] = {}
        for descriptor in self._descriptors:
            groups.setdefault(_identity(descriptor), []).append(descriptor)
        for group in groups.values():
            self._pipes.append(_Pipe(group, [fd for one in group if (fd := self._descriptors[one]) is not None]))
        try:
            self._start()
        except (OSError, subprocess.SubprocessError):
            for pipe in self._pipes:
                pipe.close()
            raise SecretsError(
                "guard",
                "the process that masks what goes to the server's log could not be started",
                "Check that /bin/sh can be run, and how many processes you may start (ulimit -u)",
            ) from None
        self._redactor.subscribe(self._tell)

    @property
    def is_in_place(self) -> bool:
        """Whether the descriptors still lead into the pipes."""
        return all(pipe.is_in_place for pipe in self._pipes)

    def drain(self) -> None:
        """Waits until what was written has come out, what may begin a value included."""
        self._drained.clear()
        self._tell(("drain",))
        self._drained.wait(_DRAINED_WITHIN)

    def wait_until_caught(self) -> None:
        """Waits until the kernel has passed on what it catches of its own output."""
        caught = [fd for pipe in self._pipes for fd in pipe.caught]
        end = time.monotonic() + _DRAINED_WITHIN
        while select.select(caught, [], [], 0)[0] and time.monotonic() < end:
            time.sleep(_SWITCH)
        time.sleep(_SWITCH)  # what was read already waits for the interpreter, which is free meanwhile

    def uninstall(self) -> None:
        """Puts the descriptors back. Child processes that still write into a pipe are served to their end."""
        self._redactor.unsubscribe(self._tell)
        self.drain()
        self._is_closing = True
        for pipe in self._pipes:
            pipe.close()
        with contextlib.suppress(OSError):  # where the process is gone, and the socket is closed
            self._control.shutdown(socket.SHUT_WR)
        self._thread.join(_DRAINED_WITHIN)

    def after_fork(self) -> None:
        """In a child: it writes, and the parent alone speaks with the process that reads."""
        self._redactor.unsubscribe(self._tell)
        self._control.close()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        ends = [(pipe.source, pipe.target, pipe.caught) for pipe in self._pipes]
        code = f"import sys; sys.path[:] = {[path for path in sys.path if path]!r}; from {relay.__name__} import main; "
        code += f"main({theirs.fileno()}, {ends!r})"
        descriptors = [theirs.fileno(), *(fd for source, target, caught in ends for fd in (source, target, *caught))]
        with theirs:
            subprocess.run(
                [*_SHELL, sys.executable, "-I", "-S", "-c", code],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                start_new_session=True,
                check=True,
            )
        self._thread = threading.Thread(target=self._listen, name="dh-secrets-guard", daemon=True)
        self._thread.start()

    def _tell(self, message: tuple[Any, ...]) -> None:
        with self._lock, contextlib.suppress(OSError):  # where it is gone, the next one learns everything anew
            relay.send(self._control, message)

    def _listen(self) -> None:
        """Records what was masked, and starts the process again should it have been killed."""
        started = time.monotonic()
        with self._control as control:
            while (message := relay.receive(control)) is not None:
                match message:
                    case ("drained",):
                        self._drained.set()
                    case ("masked", hits):
                        self._redactor.record((Hit(*hit) for *hit, count in hits for _ in range(count)), CHANNEL)
        while not self._is_closing:
            time.sleep(max(started + _RESTART_AFTER - time.monotonic(), 0))
            started = time.monotonic()
            with self._lock, contextlib.suppress(OSError, subprocess.SubprocessError):
                self._redactor.unsubscribe(self._tell)
                self._start()
                self._redactor.subscribe(self._tell)
                break


class _Pipe:
    """One pipe, in place of descriptors that lead to one and the same target."""

    def __init__(self, descriptors: list[int], caught: list[int]) -> None:
        self._descriptors = descriptors
        self.caught = caught
        self.target = os.dup(descriptors[0])
        self.source, writer = os.pipe()
        for descriptor in descriptors:
            os.dup2(writer, descriptor, inheritable=os.get_inheritable(descriptor))
        self._identity = _identity(writer)
        os.close(writer)

    @property
    def is_in_place(self) -> bool:
        return all(_identity(descriptor) == self._identity for descriptor in self._descriptors)

    def close(self) -> None:
        for descriptor in self._descriptors:
            if _identity(descriptor) == self._identity:
                os.dup2(self.target, descriptor, inheritable=os.get_inheritable(descriptor))
        os.close(self.source)
        os.close(self.target)


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino
