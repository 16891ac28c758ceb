"""The operating system's lock on a file: it ends with the process that has it, however that ends."""

from __future__ import annotations

import sys


def try_lock(descriptor: int) -> bool:
    """Takes the lock on an open file, until that is closed; returns False where somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
