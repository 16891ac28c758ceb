"""The process beside a kernel: what it is told, what it writes, and when it ends."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dh_secrets_jupyter.guard.hooks.relay import Relay, receive, send

from ..conftest import TOKEN

pytestmark = pytest.mark.posix
MARK = b"[secret:TOKEN]"


@dataclass
class Served:
    """A relay at work: the kernel's ends of its socket and its pipe, and where the masked log comes out."""

    control: socket.socket
    pipe: int
    log: int
    thread: threading.Thread

    def written(self) -> bytes:
        """Closes the kernel's ends, and returns the whole log."""
        os.close(self.pipe)
        self.control.close()
        self.thread.join()
        with os.fdopen(self.log, "rb") as log:
            return log.read()


@pytest.fixture
def served() -> Iterator[Served]:
    """A relay that knows TOKEN, in a thread."""
    ours, theirs = socket.socketpair()
    (source, pipe), (log, target) = os.pipe(), os.pipe()

    def serve() -> None:
        Relay(theirs.detach(), [(source, target, [])]).run()
        os.close(source)
        os.close(target)

    thread = threading.Thread(target=serve)
    thread.start()
    send(ours, ("learn", "TOKEN", TOKEN, 0))
    yield Served(ours, pipe, log, thread)
    thread.join()


def test_messages_arrive_whole_and_none_after_the_end() -> None:
    """Plain values, of any length; a socket that is closed gives None, also in the middle of one."""
    ours, theirs = socket.socketpair()
    send(ours, ("learn", "A", b"\0" * 100_000, 1)[:2])
    assert receive(theirs) == ("learn", "A")
    ours.sendall(b"\0\0\0\x09cut")
    ours.close()
    assert receive(theirs) is None
    theirs.close()


def test_what_is_written_is_masked_in_whatever_pieces_it_comes(served: Served) -> None:
    """A value that was sent before it was written is known; it ends when both ends are closed."""
    for piece in (b"a ", TOKEN[:9].encode(), TOKEN[9:].encode(), b" b\n"):
        os.write(served.pipe, piece)
    assert served.written() == b"a " + MARK + b" b\n"


def test_switched_off_it_passes_all_and_on_it_masks_again(served: Served) -> None:
    """What was written before counts as it was then: "drain" has all of it written."""
    for on in (False, True):
        send(served.control, ("on", on))
        os.write(served.pipe, TOKEN.encode() + b"\n")
        send(served.control, ("drain",))
        while receive(served.control) != ("drained",):
            pass
    assert served.written() == TOKEN.encode() + b"\n" + MARK + b"\n"


def test_it_reports_what_it_masked(served: Served) -> None:
    """By name and encoding, with how often; never the value."""
    os.write(served.pipe, f"{TOKEN} {TOKEN}\n".encode())
    assert receive(served.control) == ("masked", [("TOKEN", "text", 2)])
    assert served.written() == MARK + b" " + MARK + b"\n"
