"""Notices what others change in the projects that somebody looks at, and passes it on as events."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import AccessDeniedError, SecretsError
from ..providers.base import Provider
from . import failures
from .events import Action, Events
from .tags import Tagger

log = logging.getLogger(__name__)

IDLE = 180.0
"""Seconds after its last listing for which a project is watched. Whoever shows it lists it at least once a minute."""
RETRY = 2.0
"""Seconds before a watch that broke is begun again."""
REFUSED = 60.0
"""Seconds before a watch that cannot work is tried again: a right may be granted meanwhile."""
OWN = 40.0
"""Seconds for which a change is known as our own: a write takes at most 30, a watch reports it 2 later."""
MAX_WATCHED = 64
"""Projects that are watched at the same time, a thread each; one more ends the watch that was asked for longest ago."""

Tags = Mapping[str, str]


@dataclass
class _Watched:
    """One project's watch. The fields are the event loop's alone.

    Attributes:
        stop: ends the thread.
        idle: sets ``stop`` when nobody has asked for long.
        tags: the secrets as they were seen last; None before the first look.
        live: whether the watch stands.
    """

    stop: threading.Event = field(default_factory=threading.Event)
    idle: asyncio.TimerHandle | None = None
    tags: Tags | None = None
    live: bool = False


class Live:
    """Watches projects, each in a thread of its own. It keeps tags, never values.

    Args:
        tagger: tells one state of a secret from another.
        events: takes what others changed.
        loop: the server's event loop.
    """

    def __init__(self, tagger: Tagger, events: Events, loop: asyncio.AbstractEventLoop) -> None:
        self._tagger = tagger
        self._events = events
        self._loop = loop
        self._watched: dict[str, _Watched] = {}
        self._own: dict[tuple[str, str, str | None], float] = {}

    def look(self, provider: Provider, project: str) -> bool:
        """Watches a project for the next minutes; called on the event loop, when somebody has listed it.

        Returns:
            Whether changes by others are passed on by now. Else whoever wants to know has to list again.
        """
        watched = self._watched.pop(project, None)
        if watched is None:
            if len(self._watched) >= MAX_WATCHED:
                self._forget(next(iter(self._watched)))
            watched = _Watched()
            name = f"dh-secrets-watch-{project}"
            threading.Thread(target=self._watch, args=(provider, project, watched), name=name, daemon=True).start()
        self._watched[project] = watched  # now the last in order
        if watched.idle:
            watched.idle.cancel()
        watched.idle = self._loop.call_later(IDLE, self._forget, project)
        return watched.live

    def expect(self, project: str, name: str, tag: str | None) -> None:
        """Is told of a change of our own before it is tried, from any thread: it is no news when the watch shows it."""
        now = time.monotonic()
        for key in [key for key, until in list(self._own.items()) if until < now]:
            self._own.pop(key, None)
        self._own[project, name, tag] = now + OWN

    def stop(self) -> None:
        """Ends all watches."""
        for project in list(self._watched):
            self._forget(project)

    def _forget(self, project: str) -> None:
        watched = self._watched.pop(project)
        watched.stop.set()
        if watched.idle:
            watched.idle.cancel()

    def _watch(self, provider: Provider, project: str, watched: _Watched) -> None:
        """The thread: follows the provider, and begins again where that breaks, until nobody asks any more."""
        while not watched.stop.is_set():
            pause = RETRY
            try:
                for tags in self._looks(provider, project, watched.stop):
                    self._post(project, watched, tags)
            except AccessDeniedError:
                pause = REFUSED
            except SecretsError:
                pass
            except Exception as error:  # noqa: BLE001 - logged without its text, which may hold anything
                log.warning("watching %s failed: %s", project, failures.where(error))
                pause = REFUSED
            self._post(project, watched, None)
            watched.stop.wait(pause)

    def _looks(self, provider: Provider, project: str, stop: threading.Event) -> Iterator[Tags]:
        for records in provider.watch(project, stop):
            tags = self._tagger.tags(project, records)
            del records  # not kept while nothing happens
            yield tags

    def _post(self, project: str, watched: _Watched, tags: Tags | None) -> None:
        """Hands a look to the event loop, None where the watch has broken."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._seen, project, watched, tags)

    def _seen(self, project: str, watched: _Watched, tags: Tags | None) -> None:
        watched.live = tags is not None
        if tags is None or watched.stop.is_set():
            return
        before, watched.tags = watched.tags, tags
        for name, action in _differences(before, tags) if before is not None else ():
            if self._own.pop((project, name, tags.get(name)), None) is None:
                self._events.changed(None, project, name, action)


def _differences(before: Tags, after: Tags) -> Iterator[tuple[str, Action]]:
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield name, "deleted"
        elif name not in before:
            yield name, "created"
        elif before[name] != after[name]:
            yield name, "updated"
