"""What the proxy costs, each beside the same without it, in one run: ``python -m benchmarks.proxy``.

Host, proxies and client are processes of one machine. A kept connection's requests, 200 clients at once, events of a
stream, and one answer of 100 MB: by the proxy, by the same one with the search left out, and without any. What else
the machine does shows in the times, and hardly in the proxy's own processor seconds.
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
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dh_secrets_jupyter.proxy.server import Proxy, Rules
from dh_secrets_jupyter.proxy.session import Held, Session
from dh_secrets_jupyter.proxy.take_out import TakeOut
from dh_secrets_jupyter.proxy.upstream import Upstream
from tests.proxy.conftest import login
from tests.proxy.hosts import Loop, TestAuthority, response

NAME = "api.example.test"
VALUE = "sk-proj-Invented0Value1Of2Many3Letters4And5Digits6"
SIZE, RUNS, REQUESTS, CROWD, EVENTS = 100 << 20, 3, 300, 200, 50
PAUSE = 0.02
Connect = Callable[[], http.client.HTTPSConnection]


@dataclass(frozen=True)
class Cost:
    """What a way to the host costs: seconds of a request in the median; of 100 MB the best of some runs, in MB/s and
    processor seconds."""

    request: float
    speed: float
    processor: float

    def __str__(self) -> str:
        return f"{self.request * 1000:6.2f} ms a request {self.speed:6.0f} MB/s {self.processor:6.2f} s of processor"


def main() -> None:
    """Prints a table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _process(_host, folder) as (_, port, ca),
        _process(_proxy, port, ca, True) as of_searching,
        _process(_proxy, port, ca, False) as of_blind,
    ):
        _CA.append(ca)
        searching, blind = _Through(*of_searching), _Through(*of_blind)
        direct = _measure(lambda: _Direct(NAME, port), searching.stand_in, lambda: 0.0)
        seen, unseen = (_measure(way.connect(port), way.stand_in, way.processor) for way in (searching, blind))
        sys.stdout.write(
            f"directly         {direct}\nby the proxy     {seen}\nwithout search   {unseen}\n"
            f"a request more   {(seen.request - direct.request) * 1000:6.2f} ms\n"
            f"with search      {seen.speed / unseen.speed:6.2f} of the speed without\n"
            f"{CROWD} at once      {_crowd(searching.connect(port), searching.stand_in):6.2f} s\n"
            f"an event's delay {_events(searching.connect(port), searching.stand_in) * 1000:6.2f} ms at most\n"
        )
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"largest process  {used:6.0f} MB\n")


class _Direct(http.client.HTTPSConnection):
    """Knows where the name leads."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = ssl.create_default_context(cafile=_CA[0]).wrap_socket(plain, server_hostname=NAME)


_CA: list[str] = []


@dataclass(frozen=True)
class _Through:
    """A proxy's process."""

    pipe: Connection
    port: int
    token: str
    stand_in: str
    pem: str

    def connect(self, port: int) -> Connect:
        """Returns how a client connects by it to the host's port."""

        def connect() -> http.client.HTTPSConnection:
            context = ssl.create_default_context(cadata=self.pem)
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context)
            connection.set_tunnel(NAME, port, {"Proxy-Authorization": login(self.token)})
            return connection

        return connect

    def processor(self) -> float:
        """Returns the processor seconds that it has used."""
        self.pipe.send("used?")
        return float(self.pipe.recv())


def _measure(connect: Connect, stand_in: str, processor: Callable[[], float]) -> Cost:
    connection, times = connect(), []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        connection.request("GET", "/", headers={"Authorization": stand_in})
        connection.getresponse().read()
        times.append(time.perf_counter() - started)
    runs = [_large(connection, stand_in, processor) for _ in range(RUNS)]
    return Cost(statistics.median(times), max(speed for speed, _ in runs), min(used for _, used in runs))


def _large(
    connection: http.client.HTTPSConnection, stand_in: str, processor: Callable[[], float]
) -> tuple[float, float]:
    """Returns MB/s of the large answer, and processor seconds of 100 MB."""
    used, started, buffer = processor(), time.perf_counter(), bytearray(1 << 18)
    connection.request("GET", "/large", headers={"Authorization": stand_in})
    answer, got = connection.getresponse(), 0
    while read := answer.readinto(buffer):
        got += read
    return got / 1e6 / (time.perf_counter() - started), (processor() - used) / (got / 1e8)


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
    """Serves each client in a thread: faster than any proxy in Python."""
    authority = TestAuthority(Path(folder))
    context, listener = authority.context(NAME), socket.create_server(("127.0.0.1", 0), backlog=CROWD)
    short, block = (
        response(b"{}" * 500),
        b"".join(b"a line of text, number %06d\n" % number for number in range(32_768)),
    )
    blocks = [block] * (SIZE // len(block))
    large = [f"HTTP/1.1 200 OK\r\nContent-Length: {len(block) * len(blocks)}\r\n\r\n".encode(), *blocks]
    answers: dict[bytes, Callable[[], Iterable[bytes]]] = {
        b"/": lambda: [short],
        b"/large": lambda: large,
        b"/events": _told,
    }

    def serve(plain: socket.socket) -> None:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
            while asked := connection.recv(1 << 16):  # a request without a body comes at once
                path = asked.split(b" ", 2)[1]
                for piece in answers[path]():
                    connection.sendall(piece)
                if path == b"/events":
                    return

    def accept() -> None:
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    pipe.send((listener.getsockname()[1], str(authority.path)))
    pipe.recv()


def _told() -> Iterator[bytes]:
    """Yields an event stream; each event says when it is sent."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    for _ in range(EVENTS):
        yield b"data: %f\n\n" % time.time()
        time.sleep(PAUSE)


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
    while pipe.recv():
        pipe.send(time.process_time())


@contextmanager
def _process(work: Callable[..., None], *given: Any) -> Iterator[Any]:
    """Starts a process, and yields the pipe to it and what it says first."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, *given), daemon=True)
    process.start()
    try:
        yield ours, *ours.recv()
    finally:
        ours.send(None)
        process.join(10)


if __name__ == "__main__":
    main()
