"""Notices what others change in the projects that somebody looks at; tells of every change once, ours and theirs."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..backoff import watch_pauses
from ..errors import AccessDeniedError, SecretsError
from ..providers.base import Provider, Records
from . import failures
from .events import Action, Events
from .listing import Listed, listed
from .memory import Memory
from .own import OwnChange, OwnChanges, Tags, Write
from .tags import Tagger

log = logging.getLogger(__name__)

IDLE = 180.0
"""Seconds after its last listing for which a project is watched. Whoever shows it lists it at least once a minute."""
STOOD = 10.0
"""Seconds after which a watch that breaks has worked: the next one is not put off further."""
DENIED_RETRY = 60.0
"""Seconds before a watch that is not allowed is tried again: a right may be granted meanwhile."""
OVERDUE = 2.0
"""Seconds after a write in which the watch should have shown it; else a new look finds out what became of it."""
MAX_WATCHED = 1000
"""Projects that are watched at the same time, a thread and mostly a connection each. Those beyond are not: whoever
shows one is told to ask again."""


@dataclass
class _Watched:
    """One project's watch. The fields are the event loop's alone, but for the first three.

    Attributes:
        began: when the thread began the provider's watch.
        stop: ends the provider's watch: for good where ``over`` is set, else the thread begins another.
        idle: sets both when nobody has asked for long.
        again: begins another watch, where a write of ours is overdue: the first look decides what became of it.
        tags: the secrets as they were seen last; None before the first look.
        listed: the same as a list of them shows it.
        live: whether the watch stands.
        lost: the provider could not be reached when somebody asked it, whatever the watch believes.
    """

    began: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    over: bool = False
    idle: asyncio.TimerHandle | None = None
    again: asyncio.TimerHandle | None = None
    tags: Tags | None = None
    listed: Listed | None = None
    live: bool = False
    lost: bool = False

    def end(self) -> None:
        self.over = True
        self.stop.set()
        for timer in (self.idle, self.again):
            if timer:
                timer.cancel()


class Live:
    """Watches projects, each in a thread of its own. It keeps tags and metadata, never values.

    Args:
        tagger: tells one state of a secret from another.
        events: takes the changes.
        memory: is told of each look.
        loop: the server's event loop.
    """

    def __init__(self, tagger: Tagger, events: Events, memory: Memory, loop: asyncio.AbstractEventLoop) -> None:
        self._tagger = tagger
        self._events = events
        self._memory = memory
        self._loop = loop
        self._watched: dict[str, _Watched] = {}
        self._own: dict[str, OwnChanges] = {}

    def look(self, provider: Provider, project: str) -> bool:
        """Watches a project for the next minutes; called on the event loop, when somebody has listed it.

        Returns:
            Whether changes by others are passed on by now. Else whoever wants to know has to list again.
        """
        watched = self._watched.get(project)
        if watched is None and len(self._watched) >= MAX_WATCHED:
            return False
        watched = self._begin(provider, project)
        if watched.lost:
            watched.lost = False
            watched.stop.set()  # the provider is back, and the watch may not know it
        return watched.live

    def lost(self, project: str) -> None:
        """Learns that the provider cannot be reached."""
        if watched := self._watched.get(project):
            watched.lost, watched.live = True, False

    def shown(self, project: str) -> Listed | None:
        """Returns the list as the watch shows it, if it shows every change through this server."""
        watched, own = self._watched.get(project), self._own.get(project)
        return watched.listed if watched and watched.live and not (own and own.awaited) else None

    # A write is told of in this order, from any thread.

    def attempt(self, write: Write, changes: list[OwnChange]) -> None:
        """Is told what a write is about to try."""
        self._call(lambda: self._own_of(write.project).attempt(write, changes))

    def done(self, write: Write, found: Tags) -> None:
        """Is told that a write has succeeded, and the tags of what it named after it."""

        def note() -> None:
            own, watched = self._own_of(write.project), self._watched.get(write.project)
            own.done(write, found)
            if watched is None:
                own.forget({}, math.inf)
            else:
                own.forget(watched.tags or {})
                self._expect(write.project, watched)

        self._call(note)

    def refused(self, write: Write) -> None:
        """Is told that a write has changed nothing."""
        self._call(lambda: self._own_of(write.project).refused(write))

    def unknown(self, write: Write) -> None:
        """Is told that nobody knows whether a write has changed anything: the next look will tell."""

        def note() -> None:
            own = self._own_of(write.project)
            own.unknown(write)
            if own.undecided:
                self._expect(write.project, self._begin(write.provider, write.project))

        self._call(note)

    def stop(self) -> None:
        """Ends all watches."""
        for watched in self._watched.values():
            watched.end()
        self._watched.clear()

    def _begin(self, provider: Provider, project: str) -> _Watched:
        watched = self._watched.get(project)
        if watched is None:
            watched = self._watched[project] = _Watched()
            name = f"dh-secrets-watch-{project}"
            threading.Thread(target=self._watch, args=(provider, project, watched), name=name, daemon=True).start()
        self._stay(project, watched)
        return watched

    def _stay(self, project: str, watched: _Watched) -> None:
        if watched.idle:
            watched.idle.cancel()
        watched.idle = self._loop.call_later(IDLE, self._leave, project, watched)

    def _leave(self, project: str, watched: _Watched) -> None:
        """Ends a watch that nobody has asked for, unless somebody's change is still to be found out about."""
        if self._own_of(project).undecided:
            self._stay(project, watched)
            return
        watched.end()
        del self._watched[project]
        self._own_of(project).forget({}, math.inf)

    def _expect(self, project: str, watched: _Watched) -> None:
        """Looks again in a moment if the watch has not shown by then what has been written."""
        if watched.again is None and self._own_of(project).awaited:
            watched.again = self._loop.call_later(OVERDUE, self._look_again, project, watched)

    def _look_again(self, project: str, watched: _Watched) -> None:
        watched.again = None
        overdue = self._own_of(project).overdue(time.monotonic() - OVERDUE)
        if any(change.ended >= watched.began for change in overdue):  # else that look is under way
            watched.stop.set()
        self._expect(project, watched)

    def _own_of(self, project: str) -> OwnChanges:
        def tell(user: str | None, name: str, before: str | None, after: str | None) -> None:
            action: Action = "created" if before is None else "deleted" if after is None else "updated"
            self._events.changed(user, project, name, action)

        if project not in self._own:
            self._own[project] = OwnChanges(tell)
        return self._own[project]

    def _watch(self, provider: Provider, project: str, watched: _Watched) -> None:
        """The thread: follows the provider, and begins again where that breaks, until nobody asks any more."""
        pauses = watch_pauses()
        while True:
            watched.stop.clear()
            if watched.over:
                return
            began = watched.began = time.monotonic()
            pause = None
            try:
                if not self._follow(provider, project, watched, began):
                    pause = DENIED_RETRY
            except AccessDeniedError:  # nobody will ever know what became of a write
                self._call(self._broken, project, watched, began)
            except SecretsError:
                self._call(self._broken, project, watched)
            except Exception as error:  # noqa: BLE001 - logged without its text, which may hold anything
                log.warning("watching %s failed: %s", project, failures.where(error))
                self._call(self._broken, project, watched)
            if time.monotonic() - began > STOOD:
                pauses = watch_pauses()
            watched.stop.wait(pause or next(pauses))

    def _follow(self, provider: Provider, project: str, watched: _Watched, began: float) -> bool:
        """Posts what a watch shows; where that is not allowed, one look, and returns False.

        Raises what the provider raises.
        """
        try:
            for records in provider.watch(project, watched.stop):
                self._post(project, watched, records, began)
                del records  # not kept while nothing happens
        except AccessDeniedError:
            pass
        else:
            return True
        self._post(project, watched, provider.read(project), began, live=False)
        return False

    def _post(self, project: str, watched: _Watched, records: Records, began: float, *, live: bool = True) -> None:
        """Hands a look to the event loop."""
        shown = listed({name: record.metadata for name, record in records.items()})
        self._call(self._seen, project, watched, self._tagger.tags(project, records), shown, began, live)

    def _call(self, callback: Callable[..., Any], *arguments: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _broken(self, project: str, watched: _Watched, decided: float = 0.0) -> None:
        watched.live = False
        self._own_of(project).forget({}, decided)

    def _seen(self, project: str, watched: _Watched, tags: Tags, shown: Listed, began: float, live: bool) -> None:
        self._memory.used()
        if watched.over:
            return
        own = self._own_of(project)
        before = watched.tags
        if before is None:  # a first look is compared with what writes found of which nobody knows what became
            found = {change.name: change.before for change in reversed(own.undecided)}
            before = {name: tag for name, tag in {**tags, **found}.items() if tag is not None}
        watched.tags, watched.listed, watched.live = tags, shown, live and not watched.lost
        for name in sorted(before.keys() | tags.keys() | {change.name for change in own.overdue(began)}):
            own.explain(name, before.get(name), tags.get(name), began)
        own.forget(tags, began)
