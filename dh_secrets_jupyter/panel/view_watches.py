"""Live refresh of the panel in a notebook: pushes to its views when a list that they show has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..models import Metadata
from ..project import Project
from ..providers.base import Records
from ..watch_loop import WatchLoop

Listed = Mapping[str, Metadata]
Push = Callable[[dict[str, Any]], None]

INTEREST_TTL = 120.0
"""Seconds for which changes are pushed to a view that has asked for the list. A closed page does not unsubscribe, so
interest expires; a view on the screen asks every 50 s, and every 2 s where changes are not pushed."""


class ViewWatches:
    """The watches of one panel, by project.

    Args:
        push: sends a message to all views: ``{"event": "changed", "project"}``, or
            ``{"event": "live", "project", "live"}``, which says whether changes will be pushed.
    """

    def __init__(self, push: Push) -> None:
        self._push = push
        self._lock = threading.Lock()
        self._watches: dict[str, _Watch] = {}

    def keep_watching(self, project: Project, view: str, listed: Listed) -> bool:
        """Pushes changes of the list that a view was just given, from now on; returns whether they are seen yet."""
        with self._lock:
            watch = self._watches.get(project.name)
            if watch and (watch.loop.ended or watch.loop.provider is not project.provider):
                watch.loop.end()
                watch = None
            if watch:
                watch.asked(view, listed)
                return watch.live
            watch = self._watches[project.name] = _Watch(project, self._push)
            watch.asked(view, listed)
            watch.loop.start()
            return False

    def leave(self, project: str, view: str) -> None:
        """Ends the watch of a project with its last view."""
        with self._lock:
            watch = self._watches.get(project)
            if watch and watch.left(view):
                del self._watches[project]

    def stop(self) -> None:
        """Ends all watches, within a second."""
        with self._lock:
            for watch in self._watches.values():
                watch.loop.end()
            self._watches.clear()


class _Watch:
    """One project's watch, and what its views show."""

    def __init__(self, project: Project, push: Push) -> None:
        self.loop = WatchLoop(project.provider, project.name, self)
        self.live = False
        self._push = push
        self._shown: dict[str, Listed] = {}  # by view: what one of them changes, the others do not know yet
        self._asked_at = 0.0

    def asked(self, view: str, listed: Listed) -> None:
        self._shown[view] = listed
        self._asked_at = time.monotonic()

    def left(self, view: str) -> bool:
        """Returns whether this was the last view, and the watch ends."""
        self._shown.pop(view, None)
        if not self._shown:
            self.loop.end()
        return not self._shown

    def on_snapshot(self, records: Records, began: float, *, live: bool) -> None:
        if time.monotonic() - self._asked_at > INTEREST_TTL:
            self._set_live(False)
            self.loop.end()
            return
        self._set_live(live)
        listed = {name: record.metadata for name, record in records.items()}
        if any(shown != listed for shown in list(self._shown.values())):
            self._send({"event": "changed"})

    def on_interrupted(self, began: float, *, denied: bool) -> None:
        self._set_live(False)

    def _set_live(self, live: bool) -> None:
        if live != self.live:
            self.live = live
            self._send({"event": "live", "live": live})

    def _send(self, message: dict[str, Any]) -> None:
        if not self.loop.ended:
            self._push({**message, "project": self.loop.project})
