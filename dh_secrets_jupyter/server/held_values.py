"""Holds the values of projects, read and watched beforehand, for a look at what is saved, which waits for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..errors import SecretsError
from ..guard.engine import Masker
from ..project import Project
from ..providers.base import Provider, Records
from ..scan.values import masker_of
from ..watch_loop import WatchLoop

MAX_HELD = 50
"""Projects whose values are held at the same time; the one that was asked for longest ago makes room for another."""


class _Held:
    """One project's values.

    Attributes:
        masker: what finds them as a watch showed them last; None before.
        loop: follows the provider, once that is open.
    """

    def __init__(self) -> None:
        self.masker: Masker | None = None
        self.loop: WatchLoop | None = None

    def begin(self, provider: Provider, project: str) -> None:
        """Begins to watch, unless that has begun."""
        if self.loop is None:
            self.loop = WatchLoop(provider, project, self)
            self.loop.start()

    def end(self) -> None:
        """Ends the watch, and lets go of the values."""
        if self.loop:
            self.loop.end()
        self.masker = None

    def on_snapshot(self, records: Records, began: float, *, live: bool) -> None:
        """Takes the values in; what is no value any more is not looked for."""
        if self.loop and not self.loop.ended:
            self.masker = masker_of(records)

    def on_interrupted(self, began: float, *, denied: bool) -> None:
        """Where reading is denied there is nothing to look for any more; else the values are those known last."""
        if denied:
            self.masker = None


class HeldValues:
    """The values of some projects. Nobody who calls it waits for the provider; safe to be used by several threads.

    Args:
        default: opens the server's own project; it may block, and raises :class:`SecretsError`.
    """

    def __init__(self, default: Callable[[], Project]) -> None:
        self._default = default
        self._opened: Project | None = None
        self._is_opening = False
        self._held: dict[str, _Held] = {}  # the one asked for last is the last
        self._lock = threading.Lock()

    @property
    def own(self) -> str | None:
        """The name of the server's own project; None while it is not known."""
        return self._opened.name if self._opened else None

    def follow(self, *projects: str) -> None:
        """Reads and watches these projects from now on, if that is not done already, and the server's own one."""
        with self._lock:
            for project in projects:
                self._held[project] = self._held.pop(project, _Held())
            while len(self._held) > MAX_HELD:
                self._held.pop(next(iter(self._held))).end()
            if self._opened:
                for project, held in self._held.items():
                    held.begin(self._opened.provider, project)
            elif not self._is_opening:  # where it fails, whoever asks next has it tried again
                self._is_opening = True
                threading.Thread(target=self._open, name="dh-secrets-held-values", daemon=True).start()

    def get(self, project: str) -> Masker | None:
        """Returns what finds a project's values, None while they are not there."""
        held = self._held.get(project)
        return held.masker if held else None

    def stop(self) -> None:
        """Ends all watches, and lets go of the values."""
        with self._lock:
            for held in self._held.values():
                held.end()
            self._held.clear()

    def _open(self) -> None:
        try:
            self._opened = self._default()
        except SecretsError:
            return
        finally:
            self._is_opening = False
        self.follow(self._opened.name)
