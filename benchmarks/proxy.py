"""What the proxy costs, each beside the same without it, in one run: ``python -m benchmarks.proxy``.

Host, proxies and client are processes of one machine. A kept connection's requests, 200 clients at once, events of a
stream, and one answer of 100 MB: by the proxy, by the same one with the search left out, and without any.
"""

from __future__ import annotations

import http.client
import multiprocessing
import resource
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dh_secrets_jupyter.proxy.server import Proxy, Rules
from dh_secrets_jupyter.proxy.session import Held, Session
from dh_secrets_jupyter.proxy.take_out import TakeOut
from dh_secrets_jupyter.proxy.upstream import Upstream
from tests.proxy.conftest import login
from tests.proxy.hosts import Host, Loop, TestAuthority, response

NAME = "api.example.test"
VALUE = "sk-proj-Invented0Value1Of2Many3Letters4And5Digits6"
SIZE, REQUESTS, CROWD, EVENTS = 100 << 20, 300, 200, 50
Connect = Callable[[], http.client.HTTPSConnection]


def main() -> None:
    """Prints a table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _process(_host, folder) as (port, ca),
        _process(_proxy, port, ca, True) as searching,
        _process(_proxy, port, ca, False) as blind,
    ):
        ways: dict[str, Connect] = {
            "directly": lambda: _Direct(NAME, port),
            "by the proxy": lambda: _through(searching, port),
            "without search": lambda: _through(blind, port),
        }
        rows = {name: _measure(connect, searching[2]) for name, connect in ways.items()}
        crowd = _crowd(ways["by the proxy"], searching[2])
        late = _events(ways["by the proxy"], searching[2])
        for name, (request, speed) in rows.items():
            sys.stdout.write(f"{name:16} {request * 1000:6.2f} ms a request   {speed:6.0f} MB/s\n")
        (direct, _), (request, speed), (_, unsearched) = rows.values()
        sys.stdout.write(
            f"a request more  {(request - direct) * 1000:6.2f} ms\n"
            f"speed of the search's {speed / unsearched:6.2f} of the same without\n"
            f"{CROWD} at once     {crowd:6.2f} s\n"
            f"an event's delay {late * 1000:5.1f} ms at most\n"
        )
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"largest process  {used:6.0f} MB (the host, which has the answer of 100 MB, is one)\n")


class _Direct(http.client.HTTPSConnection):
    """Knows where the name leads."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = ssl.create_default_context(cafile=_CA[0]).wrap_socket(plain, server_hostname=NAME)


_CA: list[str] = []


def _through(proxy: tuple[int, str, str, str], port: int) -> http.client.HTTPSConnection:
    address, token, _, pem = proxy
    connection = http.client.HTTPSConnection("127.0.0.1", address, context=ssl.create_default_context(cadata=pem))
    connection.set_tunnel(NAME, port, {"Proxy-Authorization": login(token)})
    return connection


def _measure(connect: Connect, stand_in: str) -> tuple[float, float]:
    """Returns seconds of a request in the median, and MB/s of the large answer."""
    connection, times = connect(), []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        connection.request("GET", "/", headers={"Authorization": stand_in})
        connection.getresponse().read()
        times.append(time.perf_counter() - started)
    started, buffer = time.perf_counter(), bytearray(1 << 18)
    connection.request("GET", "/large", headers={"Authorization": stand_in})
    answer, got = connection.getresponse(), 0
    while read := answer.readinto(buffer):
        got += read
    return statistics.median(times), got / 1e6 / (time.perf_counter() - started)


def _crowd(connect: Connect, stand_in: str) -> float:
    """Returns seconds until all of a crowd, which come at once, have their answers."""
    gate = threading.Barrier(CROWD)

    def ask(_: int) -> int:
        gate.wait()
        connection = connect()
        connection.request("GET", "/", headers={"Authorization": stand_in})
        return connection.getresponse().status

    with ThreadPoolExecutor(CROWD) as threads:
        started = time.perf_counter()
        assert set(threads.map(ask, range(CROWD))) == {200}
        return time.perf_counter() - started


def _events(connect: Connect, stand_in: str) -> float:
    """Returns by how many seconds an event that says when it was sent came later, at most."""
    connection = connect()
    connection.request("GET", "/events", headers={"Authorization": stand_in})
    answer, late = connection.getresponse(), 0.0
    while line := answer.readline():
        if line.startswith(b"data: "):
            late = max(late, time.time() - float(line[6:]))
    return late


def _host(pipe: Connection, folder: str) -> None:
    authority = TestAuthority(Path(folder))
    host = Host(Loop(), authority, NAME)
    body = b"\n".join(b"a line of text, number %d" % number for number in range(SIZE // 30))
    whole, short = response(body), response(b"{}" * 500)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    class Events(list[bytes]):
        """Each says when it is asked for."""

        def __iter__(self) -> Iterator[bytes]:
            yield head
            for _ in range(EVENTS):
                yield b"data: %f\n\n" % time.time()

    def answer(request: bytes) -> bytes | list[bytes]:
        return whole if request.startswith(b"GET /large") else Events() if b"/events" in request[:20] else short

    host.answer = answer
    pipe.send((host.port, str(authority.path)))
    pipe.recv()


def _proxy(pipe: Connection, port: int, ca: str, search: bool) -> None:
    async def read(name: str) -> Held:
        return Held(VALUE, (f"{NAME}:{port}",))

    if not search:
        TakeOut.feed = lambda self, data: data  # type: ignore[method-assign]  # what it costs is what is asked
        TakeOut.finish = lambda self: b""  # type: ignore[method-assign]  # likewise
    session, loop = Session(read), Loop()
    upstream = Upstream(allow_private=True, ca=ca, resolve={NAME: "127.0.0.1"})
    proxy = Proxy(lambda token, _: {session.token: session}.get(token), Rules(upstream=upstream))
    server = loop.run(proxy.start("127.0.0.1", 0))
    stand_in = loop.run(session.use("KEY"))
    pem = session.authority((f"{NAME}:{port}",)).pem
    pipe.send((server.sockets[0].getsockname()[1], session.token, stand_in, pem))
    pipe.recv()


@contextmanager
def _process(work: Callable[..., None], *given: Any) -> Iterator[Any]:
    """Starts a process, and yields what it says first."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, *given), daemon=True)
    process.start()
    said = ours.recv()
    if work is _host:
        _CA.append(said[1])
    try:
        yield said
    finally:
        ours.send(None)
        process.join(10)


if __name__ == "__main__":
    main()
