"""Watches begin with the first listing and end some time after the last, and hold no more threads than projects."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import ANY

import pytest

from dh_secrets_jupyter import watch_loop
from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Provider, Records
from dh_secrets_jupyter.server import project_watches
from dh_secrets_jupyter.server.etags import ETags
from dh_secrets_jupyter.server.memory import Memory
from dh_secrets_jupyter.server.project_watches import ProjectWatches
from dh_secrets_jupyter.server.request_provider import RequestProvider

from ..support.waiting import PATIENCE
from .scripted import ScriptedProvider


class Heard:
    """Stands in for the bus of a server that a test of threads alone does not have."""

    def __init__(self) -> None:
        self.changes: list[tuple[Any, ...]] = []

    def changed(self, *change: Any) -> None:
        self.changes.append(change)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dh-secrets-watch-")]


async def until(probe: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not probe():
            await asyncio.sleep(0.02)


def run(test: Callable[[ProjectWatches, Heard], Any]) -> None:
    """Runs a test on an event loop, with a ProjectWatches that is stopped at its end."""

    async def main() -> None:
        heard = Heard()
        loop = asyncio.get_running_loop()
        running = ProjectWatches(ETags(), heard, Memory(loop), loop)  # type: ignore[arg-type]  # it has what is used
        try:
            await test(running, heard)
        finally:
            running.stop()
            await until(lambda: not threads())

    asyncio.run(main())


def test_a_watch_ends_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some time after the last listing the thread ends; the next listing begins anew. Listings prolong it."""
    monkeypatch.setattr(project_watches, "IDLE_TIMEOUT", 0.5)
    provider = ScriptedProvider()

    async def test(running: ProjectWatches, heard: Heard) -> None:
        assert running.keep_watching(provider, "demo") is False
        await until(lambda: running.keep_watching(provider, "demo"))
        idle = running._watches["demo"].idle
        assert running.keep_watching(provider, "demo")
        assert idle is not None
        assert idle.cancelled()
        assert threads() == ["dh-secrets-watch-demo"]
        await until(lambda: not threads())
        assert running.keep_watching(provider, "demo") is False
        await until(lambda: running.keep_watching(provider, "demo"))

    run(test)


def test_a_watch_that_breaks_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a watch raises, it is begun again; what changed meanwhile is told, what did not is not."""
    monkeypatch.setattr(watch_loop, "watch_pauses", lambda: itertools.repeat(0.1))
    monkeypatch.setattr(watch_loop, "DENIED_RETRY", 0.1)
    provider = ScriptedProvider()
    project = Project("demo", provider, user="else")
    project.new_secret("KEPT", "x")
    failures = [
        ProviderUnavailableError("demo", "gone", "Wait"),
        AccessDeniedError("demo", "no", "Ask"),
        RuntimeError("anything"),
    ]
    broken = threading.Event()

    class Breaking(ScriptedProvider):
        def read(self, name: str) -> Records:
            return provider.read(name)

        def watch(self, name: str, stop: threading.Event) -> Iterator[Records]:
            yield provider.read(name)
            if failures:
                broken.wait(PATIENCE)
                raise failures.pop()
            yield from provider.watch(name, stop)

    async def test(running: ProjectWatches, heard: Heard) -> None:
        breaking: Provider = Breaking()
        await until(lambda: running.keep_watching(breaking, "demo"))
        await asyncio.to_thread(project.new_secret, "NEW", "x")
        await asyncio.to_thread(project.edit, "KEPT", value="y")
        broken.set()
        await until(lambda: not failures and running.keep_watching(breaking, "demo"))
        await until(lambda: len(heard.changes) >= 2)
        assert heard.changes == [(None, "demo", "KEPT", "updated"), (None, "demo", "NEW", "created")]

    run(test)


def test_every_change_is_told_once() -> None:
    """A change of ours is told with its user, and not again when the watch shows it; others' right after it are."""
    provider = ScriptedProvider()

    async def test(running: ProjectWatches, heard: Heard) -> None:
        own = Project("demo", RequestProvider(provider, running.etags, running, "me", []), user="me")
        others = Project("demo", provider, user="else")
        await until(lambda: running.keep_watching(provider, "demo"))
        await asyncio.to_thread(own.new_secret, "A", "x")
        await until(lambda: running.latest("demo") == [ANY])
        await asyncio.to_thread(others.edit, "A", value="y")
        await until(lambda: len(heard.changes) == 2)
        await asyncio.to_thread(own.delete, "A")
        await until(lambda: running.latest("demo") == [])
        await asyncio.to_thread(others.new_secret, "A", "x")
        await until(lambda: len(heard.changes) == 4)
        await asyncio.to_thread(others.delete, "A")
        await until(lambda: len(heard.changes) == 5)
        assert [(user, action) for user, _, _, action in heard.changes] == [
            ("me", "created"),
            (None, "updated"),
            ("me", "deleted"),
            (None, "created"),
            (None, "deleted"),
        ]

    run(test)


def test_one_watch_too_many_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound a project is not watched, and its list says so, as often as it is asked; the others stay."""
    monkeypatch.setattr(project_watches, "MAX_WATCHED", 2)
    provider = ScriptedProvider()

    async def test(running: ProjectWatches, heard: Heard) -> None:
        await until(lambda: running.keep_watching(provider, "one"))
        await until(lambda: running.keep_watching(provider, "two"))
        for _ in range(5):
            assert not running.keep_watching(provider, "three")
            await asyncio.sleep(0.05)
            assert running.keep_watching(provider, "one")
            assert running.keep_watching(provider, "two")
        assert sorted(threads()) == ["dh-secrets-watch-one", "dh-secrets-watch-two"]

    run(test)


def test_a_provider_that_is_back_is_watched_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the provider could not be reached, a watch is not believed until it was begun again."""
    provider = ScriptedProvider()

    async def test(running: ProjectWatches, heard: Heard) -> None:
        await until(lambda: running.keep_watching(provider, "demo"))
        running.provider_lost("demo")
        assert not running.keep_watching(provider, "demo")
        await until(lambda: running.keep_watching(provider, "demo"))

    run(test)
