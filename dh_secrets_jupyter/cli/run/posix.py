"""Runs a command, and passes on what it prints, what is typed, and the signals; POSIX alone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import stat
import time
from collections.abc import Mapping, Sequence

from ...guard.engine import Masker
from .outputs import Output
from .screen import Screen
from .signals import RELAYED, Signals
from .spawn import Start, read_report, start

_QUIET = 0.05
"""Seconds without output after which what still has a pipe open is taken for what outlives the command."""
_AT_MOST = 1.0
"""Seconds after which it is taken so though it prints."""


class PosixProcess:
    """A command between this process's standard streams."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], masker: Masker) -> None:
        self._signals = Signals()
        self._screen = Screen(1) if os.isatty(1) else None
        self._outputs: list[Output] = []
        self._typed = b""
        self._status: int | None = None
        self._ended = 0.0
        self._has_keyboard = False
        try:
            descriptors = self._connect(masker)
            what = Start(command, environment, descriptors, self._signals.before)
            self._pid, self._reports = start(what, self._screen.slave if self._screen else None)
        except OSError:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._signals.before)
            raise

    def wait(self) -> int:
        """Waits until the command ends, and returns its status, or ends by the signal that it ended by."""
        self._signals.listen()
        try:
            self._enter()
            while not self._is_over():
                self._step()
        finally:
            if self._screen:
                self._screen.leave()
        if not all(output.is_done for output in self._outputs):
            self._leave_a_relay()
        assert self._status is not None
        if os.WIFSIGNALED(self._status):
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the image of this process holds the values
            self._signals.raise_here(os.WTERMSIG(self._status))
        return os.waitstatus_to_exitcode(self._status) % 256

    def _connect(self, masker: Masker) -> dict[int, int]:
        """Makes the ways for what is printed; returns what the command has in place of our descriptors."""
        theirs: dict[int, int] = {}
        if self._screen:
            theirs[1] = self._screen.slave
            if _is_same_terminal(0):
                theirs[0], self._has_keyboard = self._screen.slave, True
            self._outputs.append(Output(masker, os.dup(self._screen.master), 1))
        else:
            theirs[1] = self._pipe(masker, 1)
        if (self._screen and _is_same_terminal(2)) or _is_same_file():
            theirs[2] = theirs[1]
        else:
            theirs[2] = self._pipe(masker, 2)
        return theirs

    def _pipe(self, masker: Masker, target: int) -> int:
        source, end = os.pipe()
        os.set_blocking(source, False)
        self._outputs.append(Output(masker, source, target))
        return end

    def _is_over(self) -> bool:
        if self._status is None:
            return False
        now = time.monotonic()
        quiet = max([self._ended, *(output.read_at for output in self._outputs)])
        unread = [output.source for output in self._outputs if output.source is not None and not output.pending]
        # On a busy machine it is this process that was quiet: what is there to be read comes first.
        is_quiet = now - quiet > _QUIET and not select.select(unread, [], [], 0)[0]
        is_late = is_quiet or now - self._ended > _AT_MOST
        return all(output.is_done or (output.source is not None and is_late) for output in self._outputs)

    def _step(self) -> None:
        """Waits for whatever comes next, and passes it on."""
        waits = [output.flush_at - time.monotonic() for output in self._outputs if output.flush_at is not None]
        if self._status is not None:
            waits.append(_QUIET)
        ready, writable = self._wait(max(min(waits), 0) if waits else None)
        for output in self._outputs:
            if output.target in writable and output.pending:
                output.write()
            if output.source in ready:
                output.read()
            elif output.flush_at is not None and output.flush_at <= time.monotonic():
                output.flush()
        if self._screen and self._screen.master in writable and self._typed:
            self._type()
        if 0 in ready:
            self._read_keyboard()
        if self._signals.descriptor in ready:
            for number, is_of_group in self._signals.read():
                self._pass_on(number, is_of_group=is_of_group)
        if self._status is None and self._reports.fileno() in ready:
            self._take_report()

    def _wait(self, seconds: float | None) -> tuple[list[int], list[int]]:
        sources = [self._signals.descriptor]
        if self._status is None:
            sources.append(self._reports.fileno())
        sources += [one.source for one in self._outputs if one.source is not None and not one.pending]
        targets = [one.target for one in self._outputs if one.pending]
        if self._screen and self._outputs[0].source is not None:
            if self._typed:
                targets.append(self._screen.master)
            elif self._has_keyboard and self._status is None and self._screen.is_ours:
                sources.append(0)
        ready, writable, _ = select.select(sources, targets, [], seconds)
        return ready, writable

    def _read_keyboard(self) -> None:
        try:
            self._typed = os.read(0, 4096)
        except OSError:
            self._typed = b""
        if self._typed:
            self._type()
        else:
            self._has_keyboard = False

    def _type(self) -> None:
        assert self._screen
        with contextlib.suppress(BlockingIOError):
            self._typed = self._typed[os.write(self._screen.master, self._typed) :]

    def _enter(self) -> None:
        if self._screen:
            self._screen.enter()

    def _pass_on(self, number: int, *, is_of_group: bool) -> None:
        """Passes a signal on to the command, unless it has it already."""
        if self._status is not None:
            self._signals.raise_here(number)  # there is no command any more that could obey
        elif number == signal.SIGCONT:
            self._enter()
            self._send(number)
        elif self._screen is None:
            if not is_of_group:
                self._send(number)
        elif number == signal.SIGWINCH:
            if not self._screen.resize() and not is_of_group:
                self._send(number)
        else:
            self._send(number, to_group=is_of_group)

    def _send(self, number: int, *, to_group: bool = False) -> None:
        with contextlib.suppress(ProcessLookupError):
            if to_group and self._screen:
                os.killpg(self._screen.foreground, number)
            else:
                os.kill(self._pid, number)

    def _take_report(self) -> None:
        status = read_report(self._reports)
        if os.WIFSTOPPED(status):
            self._stop(os.WSTOPSIG(status))
        else:
            self._status, self._ended = status, time.monotonic()

    def _stop(self, number: int) -> None:
        """Stops as the command has stopped, and goes on with it; what it printed before comes first."""
        self._catch_up()
        is_from_keyboard = self._screen is not None and self._screen.controls_us and self._screen.is_ours
        if self._screen:
            self._screen.leave()
        self._signals.raise_here(number, to_group=is_from_keyboard)
        self._enter()
        self._send(signal.SIGCONT)

    def _catch_up(self) -> None:
        """Passes on what was printed so far, as far as it is taken."""
        for output in self._outputs:
            while output.source is not None and not output.pending:
                if is_over := not select.select([output.source], [], [], _QUIET)[0]:
                    output.flush()
                else:
                    output.read()
                while output.pending and select.select([], [output.target], [], 0)[1]:
                    output.write()
                if is_over:
                    break

    def _leave_a_relay(self) -> None:
        """Leaves a process behind that passes on what those print who outlive the command, until they end."""
        if os.fork():
            return
        try:
            os.setsid()
            for number in RELAYED:
                signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._signals.before)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            self._has_keyboard = False
            if self._screen:
                self._screen.hand_over()
            while not all(output.is_done for output in self._outputs):
                self._step()
        finally:
            os._exit(0)


def _is_same_terminal(descriptor: int) -> bool:
    """Whether a descriptor is the terminal that standard output is."""
    return os.isatty(descriptor) and os.fstat(descriptor).st_rdev == os.fstat(1).st_rdev


def _is_same_file() -> bool:
    """Whether standard error is where standard output is, as after ``2>&1``: then both keep their order."""
    out, err = os.fstat(1), os.fstat(2)
    return (out.st_dev, out.st_ino) == (err.st_dev, err.st_ino) and not stat.S_ISCHR(out.st_mode)
