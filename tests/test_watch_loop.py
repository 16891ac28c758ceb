"""What follows a project begins again whatever breaks, until it is ended."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from dh_secrets_jupyter import watch_loop
from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.base import Record, Records
from dh_secrets_jupyter.watch_loop import WatchLoop

from .server.scripted import ScriptedProvider
from .support.waiting import PATIENCE

SECRETS = {"A": Record(b"sample-value", Metadata())}
GONE = ProviderUnavailableError("demo", "gone", "Wait")
DENIED = AccessDeniedError("demo", "no", "Ask")


class Provider(ScriptedProvider):
    """What each watch and each read does in turn: it raises an error, or shows the secrets until it is stopped."""

    def __init__(self, watches: list[Exception | None], reads: list[Exception | None]) -> None:
        super().__init__()
        self.watches, self.reads = watches, reads

    def read(self, project: str) -> Records:
        if error := self.reads.pop(0):
            raise error
        return SECRETS

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        if error := self.watches.pop(0):
            raise error
        yield SECRETS
        stop.wait(PATIENCE)


class Observed:
    """Takes what a loop reports."""

    def __init__(self) -> None:
        self.reports: Queue[str] = Queue()

    def on_snapshot(self, records: Records, began: float, *, live: bool) -> None:
        assert records == SECRETS
        self.reports.put("live" if live else "not live")

    def on_interrupted(self, began: float, *, denied: bool) -> None:
        self.reports.put("denied" if denied else "interrupted")


Follow = Callable[..., tuple[WatchLoop, Callable[[], str]]]


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Follow]:
    """Starts a loop over what the provider does; returns it, and what gives its reports one by one."""
    monkeypatch.setattr(watch_loop, "watch_pauses", lambda: itertools.repeat(0.01))
    monkeypatch.setattr(watch_loop, "DENIED_RETRY", 0.01)
    loops = []

    def follow(*watches: Exception | None, reads: tuple[Exception | None, ...] = (), project: str = "demo") -> object:
        observed = Observed()
        loops.append(WatchLoop(Provider([*watches], [*reads]), project, observed))
        loops[-1].start()
        return loops[-1], lambda: observed.reports.get(timeout=PATIENCE)

    yield follow  # type: ignore[misc]  # it is called with fewer arguments than its type could take
    for loop in loops:
        loop.end()


def test_an_interrupted_watch_begins_again(follow: Follow, caplog: pytest.LogCaptureFixture) -> None:
    """However often the provider is away: changes are not seen meanwhile, and are afterwards; it fills no log."""
    _, report = follow(GONE, GONE, None)
    assert [report() for _ in range(3)] == ["interrupted", "interrupted", "live"]
    assert caplog.text == ""


def test_where_watching_is_denied_it_reads(follow: Follow) -> None:
    """One snapshot by reading, said to be no live one; the watch is tried again, for a right may be granted."""
    _, report = follow(DENIED, DENIED, DENIED, None, reads=(None, DENIED, GONE))
    assert [report() for _ in range(4)] == ["not live", "denied", "interrupted", "live"]


def test_an_error_of_the_provider_s_own_is_logged_without_its_text(
    follow: Follow, caplog: pytest.LogCaptureFixture
) -> None:
    """Its class and the lines that it came through: the text may hold a value."""
    with caplog.at_level(logging.WARNING):
        _, report = follow(KeyError("sample-value"), None)
        assert [report() for _ in range(2)] == ["interrupted", "live"]
    assert "watching demo failed: KeyError < test_watch_loop.py:" in caplog.text
    assert "sample-value" not in caplog.text


def test_it_takes_a_new_snapshot_when_it_is_told_to(follow: Follow) -> None:
    """The present watch is ended, and the next one's first snapshot is no older than that."""
    loop, report = follow(None, None)
    assert report() == "live"
    before = loop.began
    loop.restart()
    assert report() == "live"
    assert loop.began > before


def test_it_ends_with_its_thread(follow: Follow) -> None:
    """Also while the provider is away."""
    for project, first in (("here", None), ("away", GONE)):
        loop, report = follow(*itertools.repeat(first, 100), project=project)
        report()
        [thread] = [thread for thread in threading.enumerate() if thread.name == f"dh-secrets-watch-{project}"]
        loop.end()
        thread.join(PATIENCE)
        assert not thread.is_alive()
