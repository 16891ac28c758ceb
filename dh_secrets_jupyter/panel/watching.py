"""Live refresh: a thread for each project that a view shows, which tells when its list has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..backoff import watch_pauses
from ..errors import AccessDeniedError, SecretsError
from ..models import Metadata
from ..project import Project

Listed = Mapping[str, Metadata]
Push = Callable[[dict[str, Any]], None]

LEASE = 120.0
"""Seconds for which a view that has asked for the list is told of changes. A page that was closed says no goodbye; one
that is in view asks every 50 s, and every 2 s once it is told that nothing will be told."""


class Watches:
    """The watches of one panel, by project.

    Args:
        push: sends a message to all views: ``{"event": "changed", "project"}``, or
            ``{"event": "live", "project", "live"}``, which says whether changes will be told.
    """

    def __init__(self, push: Push) -> None:
        self._push = push
        self._lock = threading.Lock()
        self._running: dict[str, _Watch] = {}

    def listed(self, project: Project, view: str, listed: Listed) -> bool:
        """Notes what a view was just given, and tells it of changes from now on; returns whether that works already."""
        with self._lock:
            watch = self._running.get(project.name)
            if watch is not None and not watch.over and watch.project.provider is project.provider:
                watch.asked(view, listed)
                return watch.live
            if watch is not None:
                watch.stop.set()
            watch = self._running[project.name] = _Watch(project, self._push)
            watch.asked(view, listed)
            watch.start()
            return False

    def left(self, project: str, view: str) -> None:
        """Ends the watch of a project with its last view."""
        with self._lock:
            watch = self._running.get(project)
            if watch and watch.left(view):
                del self._running[project]

    def stop(self) -> None:
        """Ends all watches, within a second."""
        with self._lock:
            for watch in self._running.values():
                watch.stop.set()
            self._running.clear()


class _Watch(threading.Thread):
    """One project's watch. A daemon: a kernel that ends does not wait for the provider."""

    def __init__(self, project: Project, push: Push) -> None:
        super().__init__(name=f"dh-secrets-watch-{project.name}", daemon=True)
        self.project = project
        self.stop = threading.Event()
        self.over = False
        self.live = False
        self._push = push
        self._shown: dict[str, Listed] = {}  # by view: what one of them changes, the others do not know yet
        self._asked = 0.0

    def asked(self, view: str, listed: Listed) -> None:
        self._shown[view] = listed
        self._asked = time.monotonic()

    def left(self, view: str) -> bool:
        """Returns whether this was the last view, and the watch ends."""
        self._shown.pop(view, None)
        if not self._shown:
            self.stop.set()
        return not self._shown

    def run(self) -> None:
        pauses = watch_pauses()
        try:
            while not self.stop.is_set():
                try:
                    self._follow()
                except AccessDeniedError:
                    break  # not over: asking again would be denied again
                except SecretsError:
                    if self.live:  # it had worked
                        pauses = watch_pauses()
                    self._tell(live=False)
                    self.stop.wait(next(pauses))
        finally:
            self._tell(live=False)

    def _follow(self) -> None:
        for records in self.project.provider.watch(self.project.name, self.stop):
            if not self.live:
                self._tell(live=True)
            listed = {name: record.metadata for name, record in records.items()}
            if all(shown == listed for shown in list(self._shown.values())):
                continue
            if time.monotonic() - self._asked > LEASE:
                self._tell(live=False)
                self.over = True
                self.stop.set()
                return
            self._push({"event": "changed", "project": self.project.name})

    def _tell(self, live: bool) -> None:
        self.live = live
        if not self.stop.is_set():
            self._push({"event": "live", "project": self.project.name, "live": live})
