"""A generator over what a thread puts out can always be stopped."""

from __future__ import annotations

import queue
import threading

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.providers.watch_thread import follow_thread


def test_it_ends_though_the_thread_hangs() -> None:
    """What was put out is yielded; then it ends where ``stop`` is set, and has the thread ended."""
    news: queue.SimpleQueue[str | SecretsError] = queue.SimpleQueue()
    stop, closed = threading.Event(), threading.Event()

    def run() -> None:
        news.put("one")
        news.put("two")
        closed.wait(30)

    following = follow_thread(run, news, stop, closed.set)
    assert [next(following), next(following)] == ["one", "two"]
    stop.set()
    assert list(following) == []
    assert closed.is_set()


def test_an_error_of_the_thread_is_raised() -> None:
    """Whoever waits for news gets it, and the thread is ended."""
    news: queue.SimpleQueue[str | SecretsError] = queue.SimpleQueue()
    closed = threading.Event()
    error = SecretsError("demo", "it broke", "Look again")
    with pytest.raises(SecretsError) as caught:
        list(follow_thread(lambda: news.put(error), news, threading.Event(), closed.set))
    assert caught.value is error
    assert closed.is_set()


def test_who_leaves_ends_the_thread() -> None:
    """A generator that is closed in the middle leaves none behind."""
    news: queue.SimpleQueue[str | SecretsError] = queue.SimpleQueue()
    closed = threading.Event()
    following = follow_thread(lambda: news.put("one"), news, threading.Event(), closed.set)
    assert next(following) == "one"
    following.close()  # type: ignore[attr-defined]  # it is a generator
    assert closed.is_set()
