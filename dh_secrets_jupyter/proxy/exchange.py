"""The requests of one client to one host that a secret is for, one after the other, on connections that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

import h11

from ..errors import SecretsError
from ..models import hosts as host_names
from . import put_in, tunnel
from .answer import Answer, cleaned
from .connection import Use
from .decoding import UndecodableError
from .put_in import HEADERS, Headers, Place
from .refusal import RefusedError
from .session import Session
from .side import Side
from .tunnel import CHUNK, Streams
from .upstream import Upstream
from .websocket import BadFrameError, Frames

_UPGRADE, _WEBSOCKET = b"upgrade", b"websocket"
_NOT_SENT_ON = frozenset(
    {
        *(b"accept-encoding", b"sec-websocket-extensions"),
        *(b"range", b"if-range"),  # of an echo in parts, none would hold enough of a value to be found
        *(b"proxy-authorization", b"proxy-connection"),
    }
)
"""A client's headers that are ours to say, or were for us."""


class Exchange:
    """One client's connection, with TLS, to one host.

    Args:
        client: the connection.
        session: the kernel's.
        host: its name, which CONNECT and the handshake had.
        port: its port.
        upstream: how it is reached.
        headers: where a stand-in may stand, besides those that are known; in lower case.
    """

    def __init__(
        self, client: Streams, session: Session, host: str, port: int, upstream: Upstream, headers: Iterable[bytes] = ()
    ) -> None:
        self._client = Side(client, h11.SERVER)
        self._server: Side | None = None
        self._session = session
        self._host = host
        self._port = port
        self._upstream = upstream
        self._allowed = frozenset([*HEADERS, *headers])

    async def run(self) -> None:
        """Answers requests until one side ends the connection."""
        try:
            while isinstance(request := await self._client.receive(), h11.Request):
                await self._answer_or_refuse(request)
                if self._client.http.our_state is not h11.DONE or self._client.http.their_state is not h11.DONE:
                    return
                self._client.http.start_next_cycle()
                self._keep_server()
        except h11.ProtocolError as error:
            await self._refuse(
                RefusedError(error.error_status_hint, "this is not an HTTP/1.1 request", "Fix the client")
            )
        except OSError:
            pass  # the client has gone
        finally:
            self._client.writer.close()
            if self._server:
                self._server.abort()

    async def _answer_or_refuse(self, request: h11.Request) -> None:
        try:
            await self._answer(request)
        except RefusedError as refusal:
            await self._refuse(refusal)
        except SecretsError as error:
            await self._refuse(RefusedError(502, f"{error.subject}: {error.problem}", error.hint.removesuffix(".")))
        except (OSError, UndecodableError, BadFrameError, h11.ProtocolError):
            await self._refuse(RefusedError(502, f"{self._host} broke off its answer", "Try again"))

    async def _answer(self, request: h11.Request) -> None:
        self._check(request)
        stand_ins = self._session.stand_ins_known_for(self._host, self._port)
        places = put_in.find(request.target, request.headers.raw_items(), stand_ins, self._allowed)
        server = self._server = self._server or Side(await self._upstream.open_tls(self._host, self._port), h11.CLIENT)
        headers = await self._put_in(request, places)  # last, since to connect may take longer than a value is good for
        await server.send(h11.Request(method=request.method, target=request.target, headers=headers))
        body = asyncio.create_task(self._send_body(server))
        try:
            await self._hand_back(server, request, places)
        finally:
            # An answer that came before all of the request was taken is the last one on this connection.
            body.cancel()
            await asyncio.wait([body])

    def _check(self, request: h11.Request) -> None:
        if request.http_version not in (b"1.0", b"1.1"):
            raise RefusedError(505, "only HTTP/1.1 is understood here", "Turn HTTP/2 off in the client")
        if {b"content-length", b"transfer-encoding"} <= {key for key, _ in request.headers}:
            raise RefusedError(400, "the request states its length twice", "Fix the client")
        if request.method == b"CONNECT":
            raise RefusedError(405, "CONNECT within a tunnel is not supported", "Connect to the proxy itself")
        named = [content.decode("latin-1").lower() for key, content in request.headers if key == b"host"]
        if len(named) != 1 or named[0] not in (self._host, f"{self._host}:{self._port}"):
            raise RefusedError(403, "the header Host names another host than CONNECT", "Use the same name in both")
        if not request.target.startswith(b"/") and request.target != b"*":
            raise RefusedError(400, "the request names a whole address where a path belongs", "Fix the client")

    async def _put_in(self, request: h11.Request, places: list[Place]) -> Headers:
        headers = request.headers.raw_items()
        for place in places:
            held = await self._session.current(place.name)
            if not any(host_names.matches(pattern, self._host, self._port) for pattern in held.hosts):
                raise RefusedError(403, f"{place.name} is not for {self._host}", f"See %secret describe {place.name}")
            headers = put_in.put_in(headers, place, held.value)
        return [*filter(_is_sent_on, headers), (b"Accept-Encoding", b"identity")]

    async def _send_body(self, server: Side) -> None:
        try:
            while isinstance(event := await self._client.receive(), h11.Data | h11.EndOfMessage):
                await server.send(event)
                if isinstance(event, h11.EndOfMessage):
                    return
        except (OSError, h11.ProtocolError):
            server.abort()

    async def _hand_back(self, server: Side, request: h11.Request, places: list[Place]) -> None:
        answer: Answer | None = None
        while True:
            event = await server.receive()
            if isinstance(event, h11.InformationalResponse):
                if event.status_code == 101 and (_UPGRADE, _WEBSOCKET) not in _lowered(event.headers):
                    raise RefusedError(502, "the host goes over to a protocol that cannot be searched", "Use HTTP/1.1")
                await self._client.send(
                    h11.InformationalResponse(
                        status_code=event.status_code, headers=cleaned(self._session, event.headers.raw_items())
                    )
                )
                if event.status_code == 101:
                    self._count(places, request, event.status_code)
                    return await self._switch(server)
            elif isinstance(event, h11.Response):
                self._count(places, request, event.status_code)
                answer = Answer(self._session, request.method, event)
                await self._client.send(answer.head)
            elif isinstance(event, h11.Data) and answer:
                for piece in answer.feed(bytes(event.data)):
                    await self._client.send(h11.Data(data=piece))
            elif isinstance(event, h11.EndOfMessage) and answer:
                # HTTP/1.0 has no trailers.
                for last in answer.finish(event.headers.raw_items() if request.http_version == b"1.1" else []):
                    await self._client.send(last)
                return None
            else:
                raise ConnectionResetError

    def _count(self, places: list[Place], request: h11.Request, status: int) -> None:
        for place in places:
            self._session.used(Use(place.name, self._host, request.method.decode("ascii"), status))

    async def _switch(self, server: Side) -> None:
        """Hands on a web socket, until one side ends it."""
        frames = Frames(self._session.take_out)
        client = self._client
        server.writer.write(client.left_over())
        client.writer.write(frames.feed(server.left_over()))
        up = asyncio.create_task(tunnel.pump(client.reader, server.writer))
        try:
            while data := await server.reader.read(CHUNK):
                client.writer.write(frames.feed(data))
                await client.writer.drain()
        finally:
            up.cancel()
            await asyncio.wait([up])

    def _keep_server(self) -> None:
        """Keeps the connection to the host for the next request, where both sides of it are done."""
        server = self._server
        if server is None:
            return
        done = server.http.our_state is h11.DONE and server.http.their_state is h11.DONE
        if done and not server.reader.at_eof():
            server.http.start_next_cycle()
        else:
            server.abort()
            self._server = None

    async def _refuse(self, refusal: RefusedError) -> None:
        """Answers with a sentence; where an answer has begun, the connection is cut, so that it counts as broken."""
        self._session.refuse(self._host, refusal.sentence)
        if self._client.http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self._client.abort()
            return
        body = f"{self._host}: {refusal.sentence}\n".encode()
        head = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        await self._client.send(h11.Response(status_code=refusal.status, headers=head))
        await self._client.send(h11.Data(data=body))
        await self._client.send(h11.EndOfMessage())


def _is_sent_on(header: tuple[bytes, bytes]) -> bool:
    key, content = header[0].lower(), header[1].lower()
    return key not in _NOT_SENT_ON and (key != _UPGRADE or content == _WEBSOCKET)


def _lowered(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    return ((key.lower(), content.lower()) for key, content in headers)
