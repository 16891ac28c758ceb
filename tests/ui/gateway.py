"""A reverse proxy before a JupyterLab, as platforms have one: it can answer in its place, or its server be away."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.connections import forward, read_head, serving

TIMEOUT = 60.0  # seconds
PAGE = b"<!DOCTYPE html><title>Log in</title><form>sample-page</form>"


def answer(status: str, body: bytes = b"", kind: str = "text/html", *more: str, length: int | None = None) -> bytes:
    """Returns the bytes of an answer, as long as it says or as ``length`` pretends."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return "\r\n".join([*lines, *more, "Connection: close", "", ""]).encode() + body


def log_in(path: str) -> bytes:
    """Answers as a gateway whose session has run out: a redirect to its log-in page, and there the page."""
    if path.startswith("/log-in"):
        return answer("200 OK", PAGE)
    return answer("302 Found", b"", "text/html", f"Location: /log-in?next={path}")


@dataclass
class Gateway:
    """A proxy that is running.

    Attributes:
        url: its base.
        upstream: the base of the server behind it; None while that is away, and connections break.
        instead: what it answers instead of passing a request on, by path; None passes it on.
        requests: method and path of all requests so far.
    """

    url: str
    upstream: str | None
    instead: Callable[[str], bytes | None] = lambda path: None
    requests: list[str] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)

    def stop_upstream(self) -> None:
        """Lets the server be away: all connections break, and new ones do."""
        self.upstream = None
        self.break_connections()

    def break_connections(self) -> None:
        """Ends what is open, as websockets are, as it is."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def serve(self, client: socket.socket) -> None:
        """Answers the one request of a connection: none is kept open, but for websockets."""
        client.settimeout(TIMEOUT)
        head, _, body = read_head(client).partition(b"\r\n\r\n")
        if not head:
            return
        method, path = head.split(b" ", 2)[:2]
        self.requests.append(f"{method.decode()} {path.decode()}")
        if (own := self.instead(path.decode())) is not None:
            client.sendall(own)
        elif self.upstream is not None:
            self._pass_on(client, head, body)

    def _pass_on(self, client: socket.socket, head: bytes, body: bytes) -> None:
        where = urlsplit(self.upstream or "")
        with socket.create_connection((str(where.hostname), int(where.port or 80)), TIMEOUT) as server:
            if b"\nupgrade: websocket" not in head.lower():
                head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:"))
                head += b"\r\nConnection: close"
            self._open |= {client, server}
            server.sendall(head + b"\r\n\r\n" + body)
            back = threading.Thread(target=forward, args=(client, server), daemon=True)
            back.start()
            forward(server, client)
            back.join(1)
            self._open -= {client, server}


@contextlib.contextmanager
def start(upstream: str) -> Iterator[Gateway]:
    """Starts a gateway before a server and ends it."""
    gateway = Gateway("", upstream)
    with serving(gateway.serve) as port:
        gateway.url = f"http://127.0.0.1:{port}"
        yield gateway
        gateway.stop_upstream()
