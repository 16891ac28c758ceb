"""The proxy's door: who connects, where to, and whether that is tunnelled or looked into."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import h11

from . import tunnel
from .certificates import Authority
from .exchange import Exchange
from .refusal import RefusedError
from .session import Session
from .side import Side
from .tunnel import CHUNK
from .upstream import CONNECT_TIMEOUT, Upstream

_AUTHENTICATE = ("Proxy-Authenticate", 'Basic realm="dh-secrets-jupyter"')


@dataclass(frozen=True)
class Rules:
    """What the administrator sets.

    Attributes:
        headers: where a stand-in may stand, besides those that are known; in lower case.
        strict: whether hosts that no secret is for are refused.
        judged: whether such hosts may not be private, unless the upstream allows it.
        upstream: how hosts are reached.
    """

    headers: Iterable[bytes] = ()
    strict: bool = False
    judged: bool = False
    upstream: Upstream = field(default_factory=Upstream)


class Proxy:
    """Serves the clients of all sessions, each by its token.

    Args:
        find: returns the session of a token that comes from an address, or None.
        rules: what the administrator sets.
        control: answers requests that are not for a proxy, where they come over TLS.
    """

    def __init__(
        self,
        find: Callable[[str, str], Session | None],
        rules: Rules,
        control: Callable[[Side, h11.Request], Awaitable[None]] | None = None,
    ) -> None:
        self._find = find
        self._rules = rules
        self._control = control

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Listens, and serves until the server is closed."""
        return await asyncio.start_server(self.serve, host, port, limit=CHUNK)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        client = Side((reader, writer), h11.SERVER)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                request = await client.receive()
            if isinstance(request, h11.Request):
                over_tls = writer.get_extra_info("ssl_object") is not None
                if self._control and over_tls and request.method != b"CONNECT":
                    await self._control(client, request)
                else:
                    await self._connect(client, request)
        except (OSError, TimeoutError, h11.ProtocolError):
            pass  # whoever it was has gone, or speaks no HTTP
        finally:
            writer.close()

    async def _connect(self, client: Side, request: h11.Request) -> None:
        session = self._session(request, client.address)
        if session is None:
            sentence = "no stand-in of this kernel is known here. Type %secret use NAME again."
            return await _answer(client, 407, sentence, _AUTHENTICATE)
        host = ""
        try:
            host, port = _target(request)
            if authority := session.authority_for(host, port):
                await self._look_into(client, session, authority, (host, port))
            else:
                await self._tunnel(client, host, port)
        except RefusedError as refusal:
            session.refuse(host, refusal.sentence)
            await _answer(client, refusal.status, f"{host}: {refusal.sentence}" if host else refusal.sentence)
        return None

    def _session(self, request: h11.Request, address: str) -> Session | None:
        for key, content in request.headers:
            scheme, _, login = content.partition(b" ")
            if key == b"proxy-authorization" and scheme.lower() == b"basic":
                try:
                    token = base64.b64decode(login, validate=True).partition(b":")[2].decode("ascii")
                except (binascii.Error, UnicodeDecodeError):
                    return None
                return self._find(token, address)
        return None

    async def _tunnel(self, client: Side, host: str, port: int) -> None:
        if self._rules.strict:
            raise RefusedError(403, "only hosts that a secret is for may be reached", "Ask the administrator")
        streams = await self._rules.upstream.open(host, port, judged=self._rules.judged)
        await _established(client)
        streams[1].write(client.left_over())
        await tunnel.relay(client.streams, streams)

    async def _look_into(self, client: Side, session: Session, authority: Authority, target: tuple[str, int]) -> None:
        host, port = target
        context = authority.context(host)
        await _established(client)
        if client.left_over():
            raise ConnectionResetError  # it did not wait for the answer, so what it sent cannot be TLS with us
        try:
            await client.writer.start_tls(context, ssl_handshake_timeout=CONNECT_TIMEOUT)
        except (OSError, TimeoutError) as error:
            session.refuse(host, _why(error))
            return
        await Exchange(client.streams, session, host, port, self._rules.upstream, self._rules.headers).run()


def _why(error: OSError | TimeoutError) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    if reason == "CALLBACK_FAILED":
        return (
            "the TLS handshake names another host than CONNECT, or offers HTTP/2 alone. Use one name in both, "
            "and HTTP/1.1."
        )
    return (
        f"the client ended the TLS handshake ({reason or 'it broke off'}). A client that was made before %secret use "
        "does not know its certificates: make it anew."
    )


def _target(request: h11.Request) -> tuple[str, int]:
    if request.method != b"CONNECT":
        raise RefusedError(403, "a stand-in is used over https alone", "Use an https address")
    host, colon, port = request.target.decode("ascii").rpartition(":")
    if not colon or not host or not (port.isdecimal() and 0 < int(port) < 1 << 16):
        raise RefusedError(400, "CONNECT has to name host and port", "Fix the client")
    return host.strip("[]").removesuffix(".").lower(), int(port)


async def _established(client: Side) -> None:
    await client.send(h11.Response(status_code=200, headers=[], reason=b"Connection established"))


async def _answer(client: Side, status: int, sentence: str, *headers: tuple[str, str]) -> None:
    """Refuses: the sentence is the reason phrase, since clients show nothing else of it, and the body."""
    body = f"{sentence}\n".encode()
    head = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Connection", "close"), *headers]
    await client.send(h11.Response(status_code=status, headers=head, reason=sentence.encode("ascii", "replace")))
    await client.send(h11.Data(data=body))
    await client.send(h11.EndOfMessage())
