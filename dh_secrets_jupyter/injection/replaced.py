"""What the last put replaced, for as long as it can be brought back."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from .names import Destination

UNDO_SECONDS = 600.0
"""What was replaced may be large: it is not kept for longer."""


class Replaced:
    """The user's own contents that one put replaced, by target."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Destination, Mapping[str, object]] | None = None
        self._timer: threading.Timer | None = None

    def keep(self, destination: Destination, contents: Mapping[str, object]) -> None:
        """Keeps these, and lets go of what was kept before."""
        self.take()
        if not contents:
            return
        with self._lock:
            self._kept = destination, contents
            self._timer = threading.Timer(UNDO_SECONDS, self.take)
            self._timer.daemon = True
            self._timer.start()

    def take(self) -> tuple[Destination, Mapping[str, object]] | None:
        """Returns what is kept, and lets go of it; None where nothing is."""
        with self._lock:
            kept, self._kept = self._kept, None
            if self._timer:
                self._timer.cancel()
                self._timer = None
            return kept
