"""A proxy that the environment named before: how it is asked, and what it may be."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator

import pytest

from dh_secrets_jupyter.proxy.configuration import DHSecretsProxy
from dh_secrets_jupyter.proxy.next_hop import NextHop
from dh_secrets_jupyter.proxy.tunnel import relay
from dh_secrets_jupyter.proxy.upstream import Upstream

from .conftest import refusal, start, through
from .fixtures import NAME, OTHER, VALUE
from .hosts import Host, Loop, TestAuthority

LOGIN = "ann:sample@login"
Ask = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[str]]
"""Lets a client ask; returns the host and port it wants, and its login."""


async def by_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """As an HTTP proxy."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if line)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    kind, _, login = headers.get("Proxy-Authorization", "Basic ").partition(" ")
    assert kind == "Basic"
    return f"{lines[0].split(' ')[1]} {base64.b64decode(login).decode()}"


async def by_socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """As RFC 1928 and 1929 have it; without a login only who offers none."""

    async def counted() -> str:
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode()

    version, offered = await reader.readexactly(2)
    methods = await reader.readexactly(offered)
    assert (version, 0 in methods) == (5, True)
    writer.write(bytes([5, max(methods)]))
    login = ""
    if 2 in methods:
        assert await reader.readexactly(1) == b"\1"
        login = f"{await counted()}:{await counted()}"
        writer.write(b"\1\0")
    assert await reader.readexactly(3) == b"\5\1\0"
    kind = await reader.readexactly(1)
    host = await counted() if kind == b"\3" else ".".join(map(str, await reader.readexactly(4)))
    port = int.from_bytes(await reader.readexactly(2))
    writer.write(b"\5\0\0\3\x09localhost\0\0" if login else b"\5\0\0\1\0\0\0\0\0\0")
    return f"{host}:{port} {login}"


@pytest.fixture(params=["http", "https", "socks5", "socks5h"])
def hop(loop: Loop, authority: TestAuthority, request: pytest.FixtureRequest) -> Iterator[tuple[str, list[str]]]:
    """A proxy that reaches every host on loopback: its address before and behind a login, and what it was asked."""
    asked: list[str] = []
    ask: Ask = by_socks if request.param.startswith("socks") else by_connect

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await ask(reader, writer))
        port = int(asked[-1].split(" ")[0].rpartition(":")[2])
        await relay((reader, writer), await asyncio.open_connection("127.0.0.1", port))

    async def listen() -> asyncio.Server:
        context = authority.context("localhost") if request.param == "https" else None
        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)

    server = loop.run(listen())
    yield f"{request.param}://{{}}localhost:{server.sockets[0].getsockname()[1]}", asked
    loop.loop.call_soon_threadsafe(server.close)


@pytest.mark.parametrize("login", ["", LOGIN])
def test_the_next_hop(loop: Loop, authority: TestAuthority, host: Host, hop: tuple[str, list[str]], login: str) -> None:
    """It is asked by name, with its own login, for hosts of secrets and others; the address is its business."""
    url, asked = hop
    written = "ann:sample%40login@" if login else ""
    upstream = Upstream(ca=str(authority.path), next_hop=NextHop(url.format(written), "internal.test,10.0.0.0/8"))
    for place in start(loop, authority, host, upstream=upstream):
        assert through(place, authority, host)
        connection = place.connect(NAME, host.port)
        connection.request("GET", "/", headers={"Authorization": place.use("KEY")})
        assert connection.getresponse().status == 200
    assert asked == [f"{OTHER}:{host.port} {login}", f"{NAME}:{host.port} {login}"]
    assert VALUE.encode() in host.arrived[-1]
    for direct in ("api.internal.test", "10.1.2.3"):
        assert not upstream.next_hop.is_for(direct, 443)  # type: ignore[union-attr]  # set above


@pytest.mark.parametrize(
    ("url", "answers", "said"),
    [
        ("socks4://{}", [], f"the proxy on the way to {OTHER} is neither one for http nor SOCKS 5"),
        ("http://{}", [b"HTTP/1.1 407 No\r\n\r\n"], f"the proxy on the way to {OTHER} answered 407"),
        ("socks5://{}", [b"\5\xff"], f"the proxy on the way to {OTHER} takes no such login"),
        ("socks5://{}", [b"\5\2"], f"the proxy on the way to {OTHER} takes no such login"),
        ("socks5://ann:x@{}", [b"\5\2", b"\1\1"], f"the proxy on the way to {OTHER} refused the login"),
        ("socks5://{}", [b"\5\0", b"\5\2\0\1"], f"the proxy on the way to {OTHER} answered with SOCKS reply 2"),
        ("socks5://{}", [b"HTTP/1.1 400 No\r\n\r\n"], f"the proxy on the way to {OTHER} takes no such login"),
        ("socks5://{}", [b"\5\0"], f"{OTHER} cannot be reached"),
        (f"socks5://{'a' * 256}:x@{{}}", [b"\5\2"], f"{OTHER} cannot be reached"),
        ("http://localhost:port", [], f"{OTHER} cannot be reached"),
    ],
)  # fmt: skip
def test_a_next_hop_that_refuses(
    loop: Loop, authority: TestAuthority, host: Host, url: str, answers: list[bytes], said: str
) -> None:
    """It is said; nothing goes past it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.read(1 << 12)
            writer.write(answer)
        await reader.read(1 << 12)
        writer.close()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    server = loop.run(listen())
    hop = NextHop(url.format(f"127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    for place in start(loop, authority, host, upstream=Upstream(next_hop=hop)):
        place.use("KEY")
        assert f"502 {OTHER}: {said}" in refusal(place, OTHER, host.port)
    assert host.connections == 0
    loop.loop.call_soon_threadsafe(server.close)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"ALL_PROXY": "http://all.test"}, "http://all.test"),
        ({"all_proxy": "all.test:1"}, "http://all.test:1"),
        ({"ALL_PROXY": "socks5h://all.test", "https_proxy": "http://one.test"}, "http://one.test"),
    ],
)
def test_which_proxy_is_the_next_hop(environment: dict[str, str], url: str) -> None:
    """That for https, else the one for everything, which clients would have gone by."""
    upstream = DHSecretsProxy().rules(environment, judged=False).upstream
    assert upstream.next_hop
    assert upstream.next_hop.url == url
