"""What an agent, a host or somebody on the way may try to get a value into the kernel: none of it does."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import logging
import socket
import ssl
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.proxy.session import Held, Session
from dh_secrets_jupyter.proxy.upstream import Upstream

from .conftest import Place, login, receive, start
from .fixtures import NAME, VALUE
from .hosts import Host, Loop, TestAuthority, response

OTHER = "other.example.test"
ODD = 'q"Invented\\0Value/1<Of>2&Many%3+Letters=4'
NUMBER = "73190264851837264509"


def raw(place: Place, host: Host, request: str, *, until: bytes = b"\r\n\r\n") -> bytes:
    """Returns what comes back for a request as it is written, but for ``{host}`` and ``{key}``, up to some bytes."""
    with place.tunnel(NAME, host.port) as connection:
        wrapped = place.context().wrap_socket(connection, server_hostname=NAME)
        filled = request.replace("{host}", f"{NAME}:{host.port}").replace("{key}", place.use("KEY"))
        wrapped.sendall(filled.encode("latin-1"))
        got = b""
        while until not in got:
            got += receive(wrapped)
        return got


def get(place: Place, host: Host, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Returns status and everything else that a client sees of an answer to a request with the stand-in."""
    connection = place.connect(NAME, host.port)
    connection.request("GET", "/", headers=headers or {"Authorization": place.use("KEY")})
    answer = connection.getresponse()
    shown = answer.reason.encode() + str(answer.headers).encode() + answer.read()
    connection.close()
    return answer.status, shown


def rotate(place: Place, value: str) -> None:
    """Gives the secret another value before it is used first."""
    place.secrets["KEY"] = Held(value, place.secrets["KEY"].hosts)


def chunked(body: bytes, size: int) -> bytes:
    """Returns a body in chunks, each with an extension."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "in JSON": lambda value: json.dumps({"key": f"x{value}y"}).encode(),
    "in JSON in JSON": lambda value: json.dumps(json.dumps({"key": value})).encode(),
    "base64": lambda value: base64.b64encode(value.encode()),
    "base64, aligned otherwise": lambda value: base64.b64encode(b"ab" + value.encode()),
    "hex": lambda value: value.encode().hex().encode(),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("value", [VALUE, ODD, NUMBER], ids=["a key", "signs", "a number"])
def test_an_error_page_in_pieces(place: Place, host: Host, value: str, written: str) -> None:
    """An error page that shows the value, cut anywhere by chunks and by the network: as long, and without it."""
    rotate(place, value)
    place.use("KEY")
    shown = WRITTEN[written](value)
    body = b'{"error": "bad key", "at": 1' + shown + b"2 }"
    for size in (1, len(body)):
        answer = b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, size)
        parts = [answer[at : at + 97] for at in range(0, len(answer), 97)]
        host.answer = lambda _, parts=parts: parts  # type: ignore[misc]  # mypy knows no default of a lambda
        status, got = get(place, host)
        assert status == 500
        assert shown not in got
        assert value.encode() not in got
        assert len(got.partition(b'{"error"')[2]) == len(body.partition(b'{"error"')[2])


@pytest.mark.parametrize(
    "encode",
    [bytes, base64.b64encode, base64.urlsafe_b64encode, lambda text: text.hex().encode()],
    ids=["plain", "base64", "base64url", "hex"],
)
def test_written_as_long(place: Place, host: Host, encode: Callable[[bytes], bytes]) -> None:
    """Where the value is written as long as the stand-in would be, the client reads the stand-in."""
    stand_in = place.use("KEY")
    host.answer = lambda _: response(b"<" + encode(VALUE.encode()) + b">")
    assert get(place, host)[1].endswith(b"<" + encode(stand_in.encode()) + b">")


def test_a_value_that_looks_like_a_mark(place: Place, host: Host) -> None:
    """Behind what the guard writes in a value's place the value is one as well."""
    rotate(place, "sample_value_0123456789_KEY")
    place.secrets["sample_value_0123456789_KEY"] = place.secrets["KEY"]
    place.use("sample_value_0123456789_KEY")
    host.answer = lambda _: response(b"[secret:sample_value_0123456789_KEY]")
    assert b"sample_value_0123456789_KEY" not in get(place, host)[1]


@pytest.mark.parametrize("value", ["." * 24, "short", "with a blank in between it", "two\r\nX-Lines: 0123456789"])
def test_values_that_have_no_stand_in(place: Place, value: str) -> None:
    """What could not be told from other text, or is no header's content, is refused; a rotated value likewise."""
    stand_in = place.use("KEY")
    rotate(place, value)
    place.session.forget("KEY")
    with pytest.raises(SecretsError) as caught:
        place.use("KEY")
    assert value not in str(caught.value)
    assert stand_in not in str(caught.value)


def test_a_redirect_to_another_host(place: Place, authority: TestAuthority, host: Host) -> None:
    """A client that follows with its header sends the stand-in: the other host is another one."""
    host.answer = lambda _: response(b"", f"Location: https://{OTHER}:{host.port}/?token={VALUE}", status="307 There")
    status, shown = get(place, host)
    target = shown.partition(b"Location: ")[2].split()[0].decode()
    assert status == 307
    connection = place.connect(OTHER, host.port, context=ssl.create_default_context(cafile=str(authority.path)))
    connection.request("GET", target.partition(str(host.port))[2], headers={"Authorization": place.use("KEY")})
    connection.getresponse().read()
    assert VALUE.encode() in host.arrived[0]
    assert VALUE.encode() not in host.arrived[1]
    assert host.arrived[1].count(place.use("KEY").encode()) == 2


def test_a_name_that_changes_its_address(
    loop: Loop, authority: TestAuthority, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked up once: the address that was judged is the one that is connected to."""
    looked: list[str] = []
    real = loop.loop.getaddrinfo

    async def lookup(name: Any, port: Any, **options: Any) -> Any:
        if name != NAME:
            return await real(name, port, **options)
        looked.append(name)
        # The first answer can be seen from everywhere and leads nowhere (TEST-NET of the machine's own loopback).
        return await real("127.0.0.2" if len(looked) == 1 else "127.0.0.1", port, **options)

    judged: list[str] = []

    def judge(address: str) -> bool:
        judged.append(address)
        return address == "127.0.0.2"

    monkeypatch.setattr(loop.loop, "getaddrinfo", lookup)
    monkeypatch.setattr("dh_secrets_jupyter.proxy.upstream.is_public", judge)
    for place in start(loop, authority, host, upstream=Upstream(ca=str(authority.path))):
        place.use("KEY")
        assert get(place, host)[0] == 502  # nothing listens at the first address
        assert (looked, judged, host.connections) == ([NAME], ["127.0.0.2"], 0)
        assert get(place, host)[0] == 403  # and the second is refused
        assert (judged[1:], host.connections) == (["127.0.0.1"], 0)


@pytest.mark.parametrize(
    "request_text",
    [
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: +4\r\n\r\nbody",
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4, 5\r\n\r\nbody",
        "CONNECT / HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\n\r\n",
        "CONNECT {host} HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}\r\nX-{key}: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\nX-Api-Key: {key}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\n {key}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\0\r\n\r\n",
        "GET /%zz?{key} HTTP/1.1\r\nHost: {host}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}, elsewhere.example.test\r\nX-Api-Key: {key}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {host}@elsewhere.example.test\r\nX-Api-Key: {key}\r\n\r\n",
        "GET //elsewhere.example.test:1/{key} HTTP/1.1\r\nHost: {host}\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: {host}\r\nX-Api-Key: {key}\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_smuggled(place: Place, host: Host, request_text: str) -> None:
    """What two could read in two ways, a tunnel in a tunnel, a key where none may stand: refused, nothing is sent."""
    place.use("KEY")
    answer = raw(place, host, request_text)
    assert answer.split(b" ")[1] in (b"400", b"403", b"405", b"501", b"505")
    assert host.arrived == []


def test_a_request_within_a_body(place: Place, host: Host) -> None:
    """It is a body: what stands in it goes as it is, and one request is answered."""
    inner = "GET /2 HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\n\r\n"
    place.use("KEY")
    filled = len(inner) - len("{host}{key}") + len(f"{NAME}:{host.port}") + len(VALUE)
    raw(place, host, f"POST / HTTP/1.1\r\nHost: {{host}}\r\nContent-Length: {filled}\r\n\r\n{inner}")
    assert len(host.arrived) == 1
    assert VALUE.encode() not in host.arrived[0]


def test_one_behind_the_other(place: Place, host: Host) -> None:
    """Requests that are sent without waiting are answered in their order, each by the rules."""
    place.use("KEY")
    host.answer = lambda request: response(b"answer to " + request.split(b" ")[1])
    one = "GET /{} HTTP/1.1\r\nHost: {{host}}\r\nX-Api-Key: {{key}}\r\n\r\n"
    got = raw(place, host, one.format(1) + one.format(2) + one.format("3?{key}"), until=b"in the URL")
    assert got.index(b"answer to /1") < got.index(b"answer to /2") < got.index(b"403")
    assert [VALUE.encode() in request for request in host.arrived] == [True, True]


@pytest.mark.parametrize(
    ("upgrade", "answered"),
    [("websocket", "h2c"), ("websocket", "Websocket, h2c"), ("h2c", "h2c"), ("h2c, websocket", "h2c")],
)
def test_another_protocol(place: Place, host: Host, upgrade: str, answered: str) -> None:
    """Of those to which a connection may go over, a web socket alone passes: no other can be searched."""
    place.use("KEY")
    switch = f"HTTP/1.1 101 On\r\nUpgrade: {answered}\r\nConnection: Upgrade\r\n\r\n{VALUE}"
    host.answer = lambda _: switch.encode()
    head = f"GET / HTTP/1.1\r\nHost: {{host}}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: {upgrade}\r\n"
    got = raw(place, host, head + "Authorization: Bearer {key}\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 502 ")
    assert b"h2c" not in host.arrived[0].lower()


def bomb(kind: str, size: int) -> bytes:
    """Returns so many bytes, compressed."""
    packing = zlib.compressobj(9, wbits={"gzip": 31, "deflate": 15}[kind])
    return b"".join(packing.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packing.flush()


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
def test_a_bomb_for_a_slow_client(place: Place, host: Host, kind: str) -> None:
    """It is decoded as fast as the client takes it: memory does not grow with it."""
    place.use("KEY")
    size, packed = 16 << 20, bomb(kind, 16 << 20)
    host.answer = lambda _: response(packed, f"Content-Encoding: {kind}")
    connection = place.connect(NAME, host.port)
    connection.request("GET", "/", headers={"Authorization": place.use("KEY")})
    answer = connection.getresponse()
    tracemalloc.start()
    got, buffer = 0, bytearray(1 << 16)
    while read := answer.readinto(buffer):
        got += read
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    connection.close()
    assert got == size
    assert peak < 4 << 20


def test_a_bomb_that_is_none(place: Place, host: Host) -> None:
    """Compressed twice, or cut off: a 502, or an answer that breaks off, never a part of it as the whole."""
    place.use("KEY")
    host.answer = lambda _: response(gzip.compress(gzip.compress(VALUE.encode())), "Content-Encoding: gzip, gzip")
    status, shown = get(place, host)
    assert (status, VALUE.encode() in shown) == (502, False)
    host.answer = lambda _: response(gzip.compress(VALUE.encode() * 99)[:-9], "Content-Encoding: gzip")
    with pytest.raises((OSError, ValueError, Exception), match=r"(?i)incomplete|reset|chunk|closed|eof"):
        get(place, host)


def test_trailers_for_an_old_client(place: Place, host: Host) -> None:
    """HTTP/1.0 has none: the answer is whole without them."""
    place.use("KEY")
    host.answer = lambda _: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Trailer: %b\r\n\r\n" % VALUE.encode()
    )
    got = raw(place, host, "GET / HTTP/1.0\r\nHost: {host}\r\nX-Api-Key: {key}\r\n\r\n", until=b"body")
    assert got.endswith(b"\r\n\r\nbody")


def test_another_kernels_token(place: Place, loop: Loop, authority: TestAuthority, host: Host) -> None:
    """It has its own stand-ins alone: with another kernel's token, ours is a text, and its own CA is another."""
    for other in start(loop, authority, host):
        other.use("KEY")
        with pytest.raises(ssl.SSLCertVerificationError):
            place.connect(NAME, host.port, context=other.context()).request("GET", "/")
        connection = other.connect(NAME, host.port)
        connection.request("GET", "/", headers={"Authorization": place.use("KEY")})
        assert place.use("KEY").encode() in connection.getresponse().read()
        assert VALUE.encode() not in host.arrived[-1]
        with pytest.raises(OSError, match="407"):
            place.connect(NAME, host.port, token=other.session.token).request("GET", "/")


def test_forgotten_while_it_is_used(place: Place, host: Host) -> None:
    """A stand-in that ends while its request waits for the value: nobody is told the value afterwards."""
    stand_in = place.use("KEY")
    place.session.forget("KEY")
    context = place.context()
    with pytest.raises(OSError, match=r"Tunnel|certificate|SSL"):
        place.connect(NAME, host.port, context=context).request("GET", "/", headers={"X-Api-Key": stand_in})
    assert not any(VALUE.encode() in request for request in host.arrived)


def test_many_at_once_read_once(loop: Loop) -> None:
    """Two hundred requests whose value is too old wait for one read of it."""
    reads: list[str] = []

    async def read(name: str) -> Held:
        reads.append(name)
        await asyncio.sleep(0.05)
        return Held(VALUE, (NAME,))

    async def crowd() -> set[str]:
        session = Session(read)
        return {held.value for held in await asyncio.gather(*(session.current("KEY") for _ in range(200)))}

    assert (loop.run(crowd()), reads) == ({VALUE}, ["KEY"])


def test_the_log_at_debug(place: Place, host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happens, neither value nor token nor path is in it, also where asyncio tells all."""
    caplog.set_level(logging.DEBUG)
    place.loop.loop.set_debug(True)
    try:
        place.use("KEY")
        get(place, host)
        for answer in (
            b"HTTP/1.1 200 OK\r\n: %b\r\n\r\n",
            b"%b\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n%b",
        ):
            host.answer = lambda _, answer=answer: answer % VALUE.encode() + b"Connection: close"  # type: ignore[misc]  # as above
            with pytest.raises(Exception, match=r".*") if b"99" in answer else caplog.at_level(logging.DEBUG):
                get(place, host)
        raw(place, host, "GET /sample-path?{key} HTTP/1.1\r\nHost: {host}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", place.port)) as connection:
            connection.sendall(b"\x16\x03\x01 no HTTP")
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
        logging.getLogger("asyncio").debug("the log is there")
    finally:
        place.loop.loop.set_debug(False)
    said = caplog.text + repr(place.session) + repr(place.session.refusals) + repr(place.uses)
    assert "the log is there" in said
    for word in (VALUE, place.session.token, login(place.session.token), "sample-path", place.use("KEY")):
        assert word not in said
