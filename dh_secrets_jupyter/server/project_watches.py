"""Notices what others change in the projects that somebody looks at; reports every change once, ours and theirs."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

from ..providers.base import Provider, Records
from ..watch_loop import WatchLoop
from ..wire import JSON, secrets_to_json
from .etags import ETags
from .events import Action, Events
from .memory import Memory
from .own_changes import OwnChange, OwnChanges, Tags, Write

IDLE_TIMEOUT = 180.0
"""Seconds after its last listing for which a project is watched. Whoever shows it lists it at least once a minute."""
SNAPSHOT_TIMEOUT = 2.0
"""Seconds after a write in which a snapshot should have shown it; else a new watch finds out what became of it."""
MAX_WATCHED = 1000
"""Projects that are watched at the same time, a thread and mostly a connection each. Those beyond are not: whoever
shows one is told to ask again."""


class _Watch:
    """One project's watch. All but the loop is the event loop's alone.

    Attributes:
        loop: follows the provider, in its thread.
        idle: ends the watch when nobody has asked for long.
        again: begins another watch, where a write of ours is overdue: its first snapshot decides what became of it.
        tags: the secrets as they were seen last; None before the first snapshot.
        listed: the same as a list of them shows it.
        live: whether changes are seen.
        lost: the provider could not be reached when somebody asked it, whatever the watch believes.
    """

    def __init__(self, provider: Provider, project: str, watches: ProjectWatches) -> None:
        self.loop = WatchLoop(provider, project, self)
        self.idle: asyncio.TimerHandle | None = None
        self.again: asyncio.TimerHandle | None = None
        self.tags: Tags | None = None
        self.listed: list[JSON] | None = None
        self.live = False
        self.lost = False
        self._watches = watches

    def on_snapshot(self, records: Records, began: float, *, live: bool) -> None:
        """Hands tags and metadata to the event loop; the values stay in the thread."""
        tags = self._watches.etags.tags(self.loop.project, records)
        listed = secrets_to_json({name: record.metadata for name, record in records.items()})
        self._watches.call(self._watches.update, self, tags, listed, began, live)

    def on_interrupted(self, began: float, *, denied: bool) -> None:
        """Where even reading is denied, nobody will ever know what became of a write before it."""
        self._watches.call(self._watches.interrupted, self, began if denied else 0.0)

    def end(self) -> None:
        self.loop.end()
        for timer in (self.idle, self.again):
            if timer:
                timer.cancel()


class ProjectWatches:
    """Watches projects, each in a thread of its own. It keeps tags and metadata, never values.

    Args:
        etags: tells one state of a secret from another.
        events: takes the changes.
        memory: gives back what snapshots took.
        loop: the server's event loop.
    """

    def __init__(self, etags: ETags, events: Events, memory: Memory, loop: asyncio.AbstractEventLoop) -> None:
        self.etags = etags
        self._events = events
        self._memory = memory
        self._loop = loop
        self._watches: dict[str, _Watch] = {}
        self._own: dict[str, OwnChanges] = {}

    def keep_watching(self, provider: Provider, project: str) -> bool:
        """Watches a project for the next minutes; called on the event loop, when somebody has listed it.

        Returns:
            Whether changes by others are passed on by now. Else whoever wants to know has to list again.
        """
        if project not in self._watches and len(self._watches) >= MAX_WATCHED:
            return False
        watch = self._begin(provider, project)
        if watch.lost:
            watch.lost = False
            watch.loop.restart()  # the provider is back, and the watch may not know it
        return watch.live

    def provider_lost(self, project: str) -> None:
        """Notes that the provider could not be reached just now."""
        if watch := self._watches.get(project):
            watch.lost, watch.live = True, False

    def latest(self, project: str) -> list[JSON] | None:
        """Returns the list as the last snapshot shows it, if it has every change through this server."""
        watch, own = self._watches.get(project), self._own.get(project)
        return watch.listed if watch and watch.live and not (own and own.is_awaiting) else None

    # A write calls these in this order, from any thread.

    def announce_own_change(self, write: Write, changes: list[OwnChange]) -> None:
        """Registers a write of ours before it is sent, so that the watch does not report it as somebody else's."""
        self.call(lambda: self._own_of(write.project).announce(write, changes))

    def write_done(self, write: Write, found: Tags) -> None:
        """Notes that a write has succeeded, and the tags of what it named after it."""

        def note() -> None:
            own, watch = self._own_of(write.project), self._watches.get(write.project)
            own.done(write, found)
            if watch is None:
                own.forget({}, math.inf)
            else:
                own.forget(watch.tags or {})
                self._await_snapshot(watch)

        self.call(note)

    def write_refused(self, write: Write) -> None:
        """Notes that a write has changed nothing."""
        self.call(lambda: self._own_of(write.project).refused(write))

    def write_unknown(self, write: Write) -> None:
        """Notes that nobody knows whether a write has changed anything: the next snapshot will tell."""

        def note() -> None:
            own = self._own_of(write.project)
            own.unknown(write)
            if own.undecided:
                self._await_snapshot(self._begin(write.provider, write.project))

        self.call(note)

    def stop(self) -> None:
        """Ends all watches."""
        for watch in self._watches.values():
            watch.end()
        self._watches.clear()

    def call(self, callback: Callable[..., Any], *arguments: Any) -> None:
        """Calls something on the event loop, from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, *arguments)

    def update(self, watch: _Watch, tags: Tags, listed: list[JSON], began: float, live: bool) -> None:
        """Takes a snapshot, and reports what has changed since the one before."""
        self._memory.give_back_soon()
        if watch.loop.ended:
            return
        own = self._own_of(watch.loop.project)
        before = watch.tags
        if before is None:  # the first is compared with what writes found of which nobody knows what became
            found = {change.name: change.before for change in reversed(own.undecided)}
            before = {name: tag for name, tag in {**tags, **found}.items() if tag is not None}
        watch.tags, watch.listed, watch.live = tags, listed, live and not watch.lost
        for name in sorted(before.keys() | tags.keys() | {change.name for change in own.overdue(began)}):
            own.explain(name, before.get(name), tags.get(name), began)
        own.forget(tags, began)

    def interrupted(self, watch: _Watch, decided: float) -> None:
        """Notes that changes are not seen for now; no snapshot will show what had been written by ``decided``."""
        watch.live = False
        self._own_of(watch.loop.project).forget({}, decided)

    def _begin(self, provider: Provider, project: str) -> _Watch:
        watch = self._watches.get(project)
        if watch is None:
            watch = self._watches[project] = _Watch(provider, project, self)
            watch.loop.start()
        self._put_off_end(watch)
        return watch

    def _put_off_end(self, watch: _Watch) -> None:
        if watch.idle:
            watch.idle.cancel()
        watch.idle = self._loop.call_later(IDLE_TIMEOUT, self._end_idle, watch)

    def _end_idle(self, watch: _Watch) -> None:
        """Ends a watch that nobody has asked for, unless somebody's change is still to be found out about."""
        project = watch.loop.project
        if self._own_of(project).undecided:
            self._put_off_end(watch)
            return
        watch.end()
        del self._watches[project]
        self._own_of(project).forget({}, math.inf)

    def _await_snapshot(self, watch: _Watch) -> None:
        """Begins another watch in a moment, if no snapshot has shown by then what has been written."""
        if watch.again is None and self._own_of(watch.loop.project).is_awaiting:
            watch.again = self._loop.call_later(SNAPSHOT_TIMEOUT, self._watch_again, watch)

    def _watch_again(self, watch: _Watch) -> None:
        watch.again = None
        overdue = self._own_of(watch.loop.project).overdue(time.monotonic() - SNAPSHOT_TIMEOUT)
        if any(change.ended >= watch.loop.began for change in overdue):  # else that snapshot is under way
            watch.loop.restart()
        self._await_snapshot(watch)

    def _own_of(self, project: str) -> OwnChanges:
        def report(user: str | None, name: str, before: str | None, after: str | None) -> None:
            action: Action = "created" if before is None else "deleted" if after is None else "updated"
            self._events.changed(user, project, name, action)

        if project not in self._own:
            self._own[project] = OwnChanges(report)
        return self._own[project]
