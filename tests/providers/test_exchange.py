"""An exchange ends at its deadline, and what comes later is nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from dh_secrets_jupyter.providers.exchange import DeadlineError, Exchange
from tests.support.waiting import PATIENCE


class Overtaken(Exchange[bytes]):
    """An exchange that reads before its deadline, and always ends before anybody has looked, once it is cut."""

    def __init__(self, call: Callable[[], bytes]) -> None:
        super().__init__(call)
        self.reads = threading.Event()

    def start(self) -> None:
        super().start()
        assert self.reads.wait(PATIENCE)

    def _cut(self) -> None:
        super()._cut()
        assert self._done.wait(30)


def test_half_an_answer_is_none() -> None:
    """Cutting the connection ends what is being read, and may make an answer of it: a deadline it is all the same."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 404 Not")

        def read() -> bytes:
            exchange.use(SimpleNamespace(sock=ours), sending=True)
            exchange.reads.set()
            return b"".join(iter(lambda: ours.recv(100), b""))

        exchange = Overtaken(read)
        with pytest.raises(DeadlineError):
            exchange.result(0.05)
    assert exchange.sent


def test_a_failure_comes_to_who_waits() -> None:
    """What the call raises is raised where its result is asked for; what it returns is returned there."""

    def fail() -> None:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        Exchange(fail).result(30)
    assert Exchange(lambda: "answer").result(30) == "answer"


def test_no_connection_is_used_after_the_deadline() -> None:
    """A step that comes too late ends instead of sending something."""
    exchange = Exchange(lambda: None)
    exchange.result(30)
    with pytest.raises(TimeoutError):
        exchange.use(SimpleNamespace(sock=None), sending=True)
    assert not exchange.sent
