"""The proxy that the environment named before, and how it is asked for a host: by CONNECT, or as SOCKS 5 has it."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from ..providers.proxies import goes_direct
from .refusal import RefusedError
from .tunnel import CHUNK, Streams

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_HINT = "Check HTTPS_PROXY as it was before"
_ADDRESS_LENGTHS = {1: 4, 4: 16}
"""Bytes of an address by its type, as RFC 1928 numbers them; that of a name begins with its length."""
_NAME = 3


@dataclass(frozen=True)
class NextHop:
    """It is asked for every host, by name: the address is its business.

    Attributes:
        url: its address, perhaps with user and password; ``http``, ``https``, ``socks5`` or ``socks5h``.
        no_proxy: what is reached without it, as ``NO_PROXY`` says it.
    """

    url: str = field(repr=False)
    no_proxy: str = ""

    def is_for(self, host: str, port: int) -> bool:
        """Returns whether a host is reached by way of it."""
        return not goes_direct(host, port, self.no_proxy)

    async def open(self, host: str, port: int, context: ssl.SSLContext) -> Streams:
        """Connects to a host.

        Args:
            context: TLS to the proxy itself, where that is an ``https`` one.

        Raises:
            RefusedError: it is of another kind, or refuses.
            OSError, EOFError, ValueError: it is not there, or does not speak like one.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in _PORTS:
            raise RefusedError(502, f"the proxy on the way to {host} is neither one for http nor SOCKS 5", _HINT)
        reader, writer = await asyncio.open_connection(
            parts.hostname,
            parts.port or _PORTS[parts.scheme],
            limit=CHUNK,
            ssl=context if parts.scheme == "https" else None,
        )
        ask = _ask_socks if parts.scheme.startswith("socks") else _ask_http
        try:
            refusal = await ask(reader, writer, parts, host, port)
        except BaseException:
            writer.transport.abort()
            raise
        if refusal:
            writer.transport.abort()
            raise RefusedError(502, f"the proxy on the way to {host} {refusal}", _HINT)
        return reader, writer


def _login(parts: SplitResult) -> tuple[bytes, bytes] | None:
    if parts.username is None:
        return None
    return unquote(parts.username).encode(), unquote(parts.password or "").encode()


async def _ask_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parts: SplitResult, host: str, port: int
) -> str:
    """Returns what it did instead, or ``""``."""
    lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
    if login := _login(parts):
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(b':'.join(login)).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    status = answer.split(b" ", 2)[1:2]
    if status == [b"200"]:
        return ""
    return f"answered {status[0].decode('ascii', 'replace')[:3] if status else '?'}"


async def _ask_socks(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parts: SplitResult, host: str, port: int
) -> str:
    """As :func:`_ask_http`, by RFC 1928, and by 1929 where it wants the login."""
    login = _login(parts)
    offered = b"\0\2" if login else b"\0"
    writer.write(b"\5" + _counted(offered))
    version, method = await reader.readexactly(2)
    if version != 5 or method not in offered:
        return "takes no such login"
    if login and method:
        writer.write(b"\1" + _counted(login[0]) + _counted(login[1]))
        if (await reader.readexactly(2))[1]:
            return "refused the login"
    writer.write(b"\5\1\0" + _address(host) + port.to_bytes(2))
    _, reply, _, kind = await reader.readexactly(4)
    if reply:
        return f"answered with SOCKS reply {reply}"
    await reader.readexactly((_ADDRESS_LENGTHS.get(kind) or (await reader.readexactly(1))[0]) + 2)
    return ""


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bytes([_NAME]) + _counted(host.encode())
    return bytes([1 if address.version == 4 else 4]) + address.packed


def _counted(data: bytes) -> bytes:
    """Returns bytes behind their number; one of 256 and more has no place in a byte and is a ``ValueError``."""
    return bytes([len(data)]) + data
