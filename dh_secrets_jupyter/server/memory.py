"""Gives memory that is free back to the system: values of a megabyte come and go, in many threads.

glibc keeps what was freed between two blocks that are in use, in an arena for each few threads, and gives back only
what is at the end of one. After forty bodies of 1 MiB that was 80 % of the memory of the server, for good.
"""

from __future__ import annotations

import asyncio
import ctypes

AFTER = 5.0
"""Seconds after a use of memory, and at least between two times that it is given back."""


class Memory:
    """Gives free memory back a moment after it was used.

    Args:
        loop: the server's event loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def give_back_soon(self) -> None:
        """Is called on the event loop when values were handled."""
        if self._timer is None:
            self._timer = self._loop.call_later(AFTER, self._give_back)

    def _give_back(self) -> None:
        self._timer = None
        self._loop.run_in_executor(None, give_back)


def give_back() -> None:
    """Gives back all memory that is free, where the C library can (glibc); else nothing is needed, or possible."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
