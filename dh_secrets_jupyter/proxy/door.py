"""One port for two protocols: TLS, over which a kernel proves itself, and a proxy's plain CONNECT."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine

from .tunnel import CHUNK
from .upstream import CONNECT_TIMEOUT

_TLS_HANDSHAKE = b"\x16"
_WAITING = 1024

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Door:
    """Listens, and serves whoever connects.

    Args:
        serve: called with each connection's streams.
        context: the server's side of TLS.
    """

    def __init__(self, serve: Serve, context: ssl.SSLContext) -> None:
        self._serve = serve
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Begins to listen; returns the port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        dual = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
        listener = socket.create_server((host, port), family=family, backlog=_WAITING, dualstack_ipv6=dual)
        listener.setblocking(False)
        self._keep(self._accept(listener))
        return int(listener.getsockname()[1])

    def close(self) -> None:
        """Ends the listening; connections end by themselves."""
        for task in self._tasks:
            task.cancel()

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                connection, _ = await loop.sock_accept(listener)
                self._keep(self._welcome(connection))

    async def _welcome(self, connection: socket.socket) -> None:
        """Looks at the first byte without taking it: in TLS it is that of a handshake."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(connection, readable.set)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await readable.wait()
            first = connection.recv(1, socket.MSG_PEEK)
        except (OSError, TimeoutError):
            first = b""
        finally:
            loop.remove_reader(connection)
        if not first:
            connection.close()
            return
        reader = asyncio.StreamReader(CHUNK)
        protocol = asyncio.StreamReaderProtocol(reader, self._serve)
        tls = {"ssl": self._context, "ssl_handshake_timeout": CONNECT_TIMEOUT} if first == _TLS_HANDSHAKE else {}
        try:
            await loop.connect_accepted_socket(lambda: protocol, connection, **tls)  # type: ignore[arg-type]  # as named
        except OSError:
            connection.close()  # no handshake
