"""Conversations of a client and a host through an exchange, in memory, and what must never come of one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import h11

from dh_secrets_jupyter.proxy.exchange import Exchange
from dh_secrets_jupyter.proxy.put_in import HEADERS
from dh_secrets_jupyter.proxy.session import Held, Session
from dh_secrets_jupyter.proxy.tunnel import Streams
from dh_secrets_jupyter.proxy.upstream import Upstream

from .fixtures import NAME, VALUE

HANGS = 60.0
"""Seconds after which a conversation that is all there counts as one that does not end."""


class Pipe(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self, protocol: asyncio.StreamReaderProtocol) -> None:
        super().__init__()
        self.written = bytearray()
        self._protocol = protocol
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self._closed

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()


def streams(comes: Sequence[bytes]) -> tuple[Streams, Pipe]:
    """Returns one end of a connection by which pieces come, and what keeps what is sent."""
    reader = asyncio.StreamReader(1 << 18)
    protocol = asyncio.StreamReaderProtocol(reader)
    pipe = Pipe(protocol)
    protocol.connection_made(pipe)
    writer = asyncio.StreamWriter(pipe, protocol, reader, asyncio.get_running_loop())

    async def feed() -> None:
        for piece in comes:
            if pipe.is_closing():
                return
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_eof()

    pipe.feeding = asyncio.get_running_loop().create_task(feed())  # type: ignore[attr-defined]  # kept for as long
    return (reader, writer), pipe


class Played:
    """A host whose answers are there already; each connection to it gets the same."""

    def __init__(self, comes: Sequence[bytes]) -> None:
        self._comes = comes
        self.got: list[Pipe] = []

    async def open_tls(self, host: str, port: int) -> Streams:
        """As :meth:`.upstream.Upstream.open_tls`."""
        made, pipe = streams(self._comes)
        self.got.append(pipe)
        return made


async def converse(stand_in: str, session: Session, asks: Sequence[bytes], answers: Sequence[bytes]) -> None:
    """Holds a conversation, and checks what came of it."""
    client, pipe = streams([piece.replace(b"{key}", stand_in.encode()) for piece in asks])
    host = Played(answers)
    async with asyncio.timeout(HANGS):
        await Exchange(client, session, NAME, 443, cast(Upstream, host)).run()
    shown = bytes(pipe.written)
    assert VALUE.encode() not in shown
    assert VALUE.encode() not in body(shown)
    for sent in host.got:
        check_sent(bytes(sent.written))


def body(shown: bytes) -> bytes:
    """Returns the content of the answers that a client reads, as far as it can; of web sockets what follows."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", NAME)]))
    client.send(h11.EndOfMessage())
    client.receive_data(shown)
    content = b""
    try:
        while isinstance(event := client.next_event(), h11.Event):
            content += bytes(event.data) if isinstance(event, h11.Data) else b""
            if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
    except h11.RemoteProtocolError:
        pass
    return content


def check_sent(sent: bytes) -> None:
    """Checks that a host got the value in headers where it may stand, and nowhere else."""
    host = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    host.receive_data(sent)
    try:
        while isinstance(event := host.next_event(), h11.Event):
            if isinstance(event, h11.Request):
                found = [key for key, content in event.headers if VALUE.encode() in content]
                assert len(found) <= 1
                assert set(found) <= set(HEADERS)
                assert VALUE.encode() not in event.target
            elif isinstance(event, h11.Data):
                assert VALUE.encode() not in bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                assert VALUE.encode() not in b"".join(content for _, content in event.headers)
                if host.our_state is h11.SEND_RESPONSE:
                    host.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                    host.send(h11.EndOfMessage())
                if host.our_state is not h11.DONE or host.their_state is not h11.DONE:
                    return
                host.start_next_cycle()
    except h11.ProtocolError:
        pass  # what a client sent in a body that is none


async def begin() -> tuple[str, Session]:
    """Returns a stand-in, and its session."""

    async def read(name: str) -> Held:
        return Held(VALUE, (NAME,))

    session = Session(read)
    return await session.use("KEY"), session
