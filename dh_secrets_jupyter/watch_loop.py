"""Follows one project at its provider, in a thread, and begins again where that breaks.

The server and the panel in a notebook both learn of others' changes by it; what they make of a snapshot is theirs.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Protocol

from .backoff import STABLE_AFTER, watch_pauses
from .errors import AccessDeniedError, SecretsError, trace
from .providers.base import Provider, Records

log = logging.getLogger(__name__)

DENIED_RETRY = 60.0
"""Seconds before a watch that is not allowed is tried again: a right may be granted meanwhile."""


class Observer(Protocol):
    """What a :class:`WatchLoop` reports to, from its thread."""

    def on_snapshot(self, records: Records, began: float, *, live: bool) -> None:
        """Takes the project's secrets as they are now.

        Args:
            began: when the watch began that shows them, by :func:`time.monotonic`.
            live: whether the next change will be shown, too; False where watching is not allowed.
        """

    def on_interrupted(self, began: float, *, denied: bool) -> None:
        """Learns that changes are not seen for now; ``denied`` says that not even reading is allowed."""


class WatchLoop:
    """One project's watch, until :meth:`end`. Its thread is a daemon: nobody who ends waits for the provider.

    Args:
        provider: where the project's secrets are kept.
        project: the project's name.
        observer: takes what is seen.

    Attributes:
        began: when the present watch began, by :func:`time.monotonic`.
        ended: whether :meth:`end` was called.
    """

    def __init__(self, provider: Provider, project: str, observer: Observer) -> None:
        self.provider = provider
        self.project = project
        self.began = 0.0
        self.ended = False
        self._observer = observer
        self._stop = threading.Event()
        """Ends the provider's watch: for good once ``ended`` is set, else the thread begins another."""

    def start(self) -> None:
        """Begins the thread, named after the project."""
        threading.Thread(target=self._run, name=f"dh-secrets-watch-{self.project}", daemon=True).start()

    def restart(self) -> None:
        """Begins the provider's watch anew, and so takes a new snapshot, whatever the present one believes."""
        self._stop.set()

    def end(self) -> None:
        """Ends it, within a second or as soon as the provider answers."""
        self.ended = True
        self._stop.set()

    def _run(self) -> None:
        pauses = watch_pauses()
        while True:
            self._stop.clear()
            if self.ended:
                return
            began = self.began = time.monotonic()
            pause = None
            try:
                if not self._follow(began):
                    pause = DENIED_RETRY
            except AccessDeniedError:
                self._observer.on_interrupted(began, denied=True)
            except SecretsError:
                self._observer.on_interrupted(began, denied=False)
            except Exception as error:  # noqa: BLE001 - logged without its text, which may hold anything
                log.warning("watching %s failed: %s", self.project, trace(error))
                self._observer.on_interrupted(began, denied=False)
            if time.monotonic() - began > STABLE_AFTER:
                pauses = watch_pauses()
            self._stop.wait(pause or next(pauses))

    def _follow(self, began: float) -> bool:
        """Reports what a watch shows; where that is not allowed, one snapshot, and returns False.

        Raises what the provider raises.
        """
        try:
            for records in self.provider.watch(self.project, self._stop):
                self._observer.on_snapshot(records, began, live=True)
                del records  # not kept while nothing happens
        except AccessDeniedError:
            pass
        else:
            return True
        self._observer.on_snapshot(self.provider.read(self.project), began, live=False)
        return False
