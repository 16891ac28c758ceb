"""What every server and proxy of bytes in the tests does: take connections, read a request's head, pass bytes on."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
from collections.abc import Callable, Iterator

PORTS = 1_500
"""As many each process of a test run has to give."""
_given: set[int] = set()


def free_port() -> int:
    """Returns a port for a server that is started in a moment.

    It is none of those that systems give to connections by themselves: of these one might be taken meanwhile, or while
    a server is restarted. Nor is it one that another process of the same test run gives, or that was given before.
    """
    first = 15_000 + PORTS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10)
    while True:
        port = random.SystemRandom().randrange(first, first + PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


@contextlib.contextmanager
def serving(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """Takes connections on loopback for the length of a ``with`` block, which gets the port.

    Each is served in a thread of its own, and closed when ``serve`` returns, or when the other side breaks it.
    """

    def serve_and_close(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve_and_close, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept


def read_head(connection: socket.socket) -> bytes:
    """Reads a request until its head is whole; what of the body has come with it follows. Empty where none came."""
    received = b""
    while b"\r\n\r\n" not in received:
        if not (part := connection.recv(65536)):
            return b""
        received += part
    return received


def forward(source: socket.socket, target: socket.socket, *, ends: int = socket.SHUT_WR) -> None:
    """Passes bytes on until the source ends, and then the end: of this direction alone, or of both (``SHUT_RDWR``)."""
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(ends)
