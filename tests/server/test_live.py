"""Watches begin with the first look and end with the last, and hold no more threads than projects."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Provider, Records
from dh_secrets_jupyter.server import live
from dh_secrets_jupyter.server.live import Live
from dh_secrets_jupyter.server.tags import Tagger, Witness

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
    async with asyncio.timeout(20):
        while not probe():
            await asyncio.sleep(0.02)


def run(test: Callable[[Live, Heard], Any]) -> None:
    """Runs a test on an event loop, with a Live that is stopped at its end."""

    async def main() -> None:
        heard = Heard()
        running = Live(Tagger(), heard, asyncio.get_running_loop())  # type: ignore[arg-type]  # it has what is used
        try:
            await test(running, heard)
        finally:
            running.stop()
            await until(lambda: not threads())

    asyncio.run(main())


def test_a_watch_ends_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some time after the last listing the thread ends; the next listing begins anew. Listings prolong it."""
    monkeypatch.setattr(live, "IDLE", 0.5)
    provider = ScriptedProvider()

    async def test(running: Live, heard: Heard) -> None:
        assert running.look(provider, "demo") is False
        await until(lambda: running.look(provider, "demo"))
        for _ in range(10):
            await asyncio.sleep(0.1)
            assert running.look(provider, "demo")
            assert threads() == ["dh-secrets-watch-demo"]
        await until(lambda: not threads())
        assert running.look(provider, "demo") is False
        await until(lambda: running.look(provider, "demo"))

    run(test)


def test_a_watch_that_breaks_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a watch raises, it is begun again; what changed meanwhile is told, what did not is not."""
    monkeypatch.setattr(live, "RETRY", 0.1)
    monkeypatch.setattr(live, "REFUSED", 0.1)
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
        def watch(self, name: str, stop: threading.Event) -> Iterator[Records]:
            yield provider.read(name)
            if failures:
                broken.wait(20)
                raise failures.pop()
            yield from provider.watch(name, stop)

    async def test(running: Live, heard: Heard) -> None:
        breaking: Provider = Breaking()
        await until(lambda: running.look(breaking, "demo"))
        await asyncio.to_thread(project.new_secret, "NEW", "x")
        await asyncio.to_thread(project.edit, "KEPT", value="y")
        broken.set()
        await until(lambda: not failures and running.look(breaking, "demo"))
        await until(lambda: len(heard.changes) >= 2)
        assert heard.changes == [(None, "demo", "KEPT", "updated"), (None, "demo", "NEW", "created")]

    run(test)


def test_what_is_expected_is_no_news_and_everything_else_is() -> None:
    """A change announced before it is made is not told again; another one right after it, of the same secret, is."""
    provider = ScriptedProvider()

    async def test(running: Live, heard: Heard) -> None:
        tagger = running._tagger
        own = Project("demo", Witness(provider, tagger, running.expect), user="me")
        others = Project("demo", provider, user="else")
        await until(lambda: running.look(provider, "demo"))
        await asyncio.to_thread(own.new_secret, "A", "x")
        await asyncio.sleep(0.5)
        assert heard.changes == []
        await asyncio.to_thread(others.edit, "A", value="y")
        await until(lambda: heard.changes == [(None, "demo", "A", "updated")])
        await asyncio.to_thread(own.delete, "A")
        await asyncio.sleep(0.5)
        await asyncio.to_thread(others.new_secret, "A", "x")
        await until(lambda: len(heard.changes) == 2)
        await asyncio.to_thread(others.delete, "A")
        await until(lambda: len(heard.changes) == 3)
        assert heard.changes[1:] == [(None, "demo", "A", "created"), (None, "demo", "A", "deleted")]

    run(test)


def test_watches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project too many ends the watch of the one that was listed longest ago, and of no other."""
    monkeypatch.setattr(live, "MAX_WATCHED", 2)
    provider = ScriptedProvider()

    async def test(running: Live, heard: Heard) -> None:
        await until(lambda: running.look(provider, "one"))
        await until(lambda: running.look(provider, "two"))
        assert running.look(provider, "one")
        await until(lambda: running.look(provider, "three"))
        await until(lambda: sorted(threads()) == ["dh-secrets-watch-one", "dh-secrets-watch-three"])
        assert running.look(provider, "one")

    run(test)
