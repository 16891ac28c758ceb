"""Signals that this process passes on instead of obeying them.

A signal from the keyboard comes to the whole foreground process group, to the command as well, if that is in the group;
one that somebody sent to this process alone does not. Linux says which of them it was.
"""

from __future__ import annotations

import os
import signal
import threading

RELAYED = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGWINCH", "SIGTSTP", "SIGCONT")
    if hasattr(signal, name)
]
_FROM_KEYBOARD = 0x80
"""Beside a signal's number: it came from the keyboard."""


class Signals:
    """The signals of this process from now on; they can be read from :attr:`descriptor`.

    Attributes:
        before: the signals that were blocked before; for the command.
    """

    def __init__(self) -> None:
        self.before = signal.pthread_sigmask(signal.SIG_BLOCK, RELAYED)
        self.descriptor, self._written = os.pipe()

    def listen(self) -> None:
        """Starts to take them; to be called when the command has been forked."""
        if hasattr(signal, "sigwaitinfo"):
            threading.Thread(target=self._wait, daemon=True).start()
            return
        # Python calls a handler after a wait which the signal comes right before, so this is written without one.
        os.set_blocking(self._written, False)
        signal.set_wakeup_fd(self._written, warn_on_full_buffer=False)
        for number in RELAYED:
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, RELAYED)

    def read(self) -> list[tuple[int, bool]]:
        """Returns the signals that came, each with whether the whole process group has it."""
        has_group = not hasattr(signal, "sigwaitinfo") and _is_in_foreground()
        data = os.read(self.descriptor, 512)
        return [(byte & ~_FROM_KEYBOARD, has_group or bool(byte & _FROM_KEYBOARD)) for byte in data]

    def raise_here(self, number: int, *, to_group: bool = False) -> None:
        """Lets a signal do to this process what it does by default; returns where that is nothing, or was a stop.

        Args:
            to_group: to the others of our process group as well, as the keyboard does.
        """
        if number in (signal.SIGKILL, signal.SIGSTOP):
            os.kill(os.getpid(), number)
            return
        handler = signal.signal(number, signal.SIG_IGN)
        if to_group:
            os.killpg(0, number)
            signal.signal(number, signal.SIG_IGN)  # drops what is pending of it: once more is all
        signal.signal(number, signal.SIG_DFL)
        mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        signal.pthread_kill(threading.main_thread().ident or 0, number)  # the thread that listens must not take it
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(number, handler)

    def _wait(self) -> None:
        while True:
            found = signal.sigwaitinfo(RELAYED)
            if found.si_pid != os.getpid():  # what we send to our own group is not news
                os.write(self._written, bytes([found.si_signo | (_FROM_KEYBOARD if found.si_code > 0 else 0)]))


def _is_in_foreground() -> bool:
    for descriptor in (0, 1, 2):
        try:
            return os.tcgetpgrp(descriptor) == os.getpgrp()
        except OSError:
            continue
    return False
