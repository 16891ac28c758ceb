"""The user's terminal, and the pseudo-terminal that stands in for it."""

from __future__ import annotations

import os
from typing import Any


class Screen:
    """A terminal that is in raw mode while a command has it: all that is typed goes to the command's own.

    Args:
        descriptor: the terminal.

    Attributes:
        master: our end of the pseudo-terminal; its settings and size are those of the terminal.
        slave: the command's end.
    """

    def __init__(self, descriptor: int) -> None:
        import termios

        self._descriptor = descriptor
        self._settings: list[Any] = termios.tcgetattr(descriptor)
        self._is_raw = False
        self.master, self.slave = os.openpty()
        termios.tcsetattr(self.slave, termios.TCSANOW, self._settings)
        self.resize()
        os.set_blocking(self.master, False)

    def resize(self) -> bool:
        """Gives the pseudo-terminal the size of the terminal; returns whether that is another one."""
        import fcntl
        import termios

        size, before = (fcntl.ioctl(end, termios.TIOCGWINSZ, bytes(8)) for end in (self._descriptor, self.master))
        if size != before:
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
        return bool(size != before)

    @property
    def is_ours(self) -> bool:
        """Whether this process may change and read the terminal: it is in the foreground there, or nobody is."""
        return not self.controls_us or os.tcgetpgrp(self._descriptor) == os.getpgrp()

    @property
    def controls_us(self) -> bool:
        """Whether it is the terminal that controls this process, with its keys as well."""
        try:
            os.tcgetpgrp(self._descriptor)
        except OSError:  # it controls another session, or none
            return False
        return True

    @property
    def foreground(self) -> int:
        """The process group that is in the foreground of the pseudo-terminal."""
        return os.tcgetpgrp(self.master)

    def enter(self) -> None:
        """Puts the terminal into raw mode, if it may."""
        import termios
        import tty

        if self.is_ours:
            tty.setraw(self._descriptor, termios.TCSADRAIN)
            self._is_raw = True

    def hand_over(self) -> None:
        """Leaves it to the terminal to begin a line at its left: it is in raw mode no more."""
        import termios

        settings = termios.tcgetattr(self.master)
        settings[1] &= ~termios.ONLCR
        termios.tcsetattr(self.master, termios.TCSANOW, settings)

    def leave(self) -> None:
        """Puts the terminal back as it was."""
        import termios

        if self._is_raw:
            self._is_raw = False
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._settings)
