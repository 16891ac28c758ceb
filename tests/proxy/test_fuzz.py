"""Requests and answers of any kind, in memory: no value comes out, nothing crashes, nothing hangs."""

from __future__ import annotations

import asyncio
import base64
import gzip
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fuzzing import fuzz

from .conversations import begin, converse
from .fixtures import NAME, VALUE

SECRET = VALUE.encode()


def lines(text: str) -> st.SearchStrategy[bytes]:
    """Returns any of some lines; ``{key}`` is the stand-in, ``{value}`` the value."""
    return st.sampled_from([line.replace("{value}", VALUE).encode() for line in text.strip("\n").splitlines()])


LINE = lines("""
GET / HTTP/1.1
POST /p HTTP/1.1
HEAD / HTTP/1.1
GET / HTTP/1.0
OPTIONS * HTTP/1.1
CONNECT / HTTP/1.1
GET /?q={key} HTTP/1.1
GET https://a/ HTTP/1.1
GET /
""")
ASKED = lines("""
Authorization: Bearer {key}
X-Api-Key: {key}
authorization: Basic e2tleX0=
Authorization: AWS4-HMAC {key}
Cookie: {key}
X-{key}: 1
 folded {key}
Upgrade: websocket
Upgrade: h2c
Connection: Upgrade
Connection: close
Expect: 100-continue
Content-Length: 5
Content-Length: 6
Transfer-Encoding: chunked
Accept-Encoding: gzip, br
Range: bytes=0-9
""")
BODY = st.sampled_from([b"", b"hello", b"{key}", b"5\r\nhello\r\n0\r\n\r\n", b"0\r\nX-Api-Key: {key}\r\n\r\n"])
STATUS = lines("""
HTTP/1.1 200 OK
HTTP/1.1 101 On
HTTP/1.1 100 Go
HTTP/1.1 103 Early
HTTP/1.1 204 No
HTTP/1.1 304 Old
HTTP/1.1 302 There
HTTP/1.1 500 {value}
HTTP/1.0 200 OK
ICY 200 OK
""")
ANSWERED = lines("""
Location: https://b/?{value}
X-{value}: 1
Set-Cookie: a={value}
 folded {value}
Upgrade: websocket
Upgrade: h2c
Connection: Upgrade
Connection: close
Content-Encoding: gzip
Content-Encoding: deflate
Content-Encoding: br
Content-Length: 80
Content-Type: text/event-stream
Transfer-Encoding: chunked
Transfer-Encoding: gzip, chunked
""")
SHOWN = st.lists(
    st.one_of(
        st.sampled_from(
            [SECRET, SECRET[:20], SECRET[20:], base64.b64encode(SECRET), SECRET.hex().encode(), b"\n", b"\0"]
        ),
        st.binary(max_size=12),
    ),
    max_size=6,
).map(b"".join)
PACK: list[Callable[[bytes], bytes]] = [
    bytes,
    gzip.compress,
    zlib.compress,
    lambda data: (
        b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (data[:9], data[9:]) if p) + b"0\r\nX-T: %b\r\n\r\n" % SECRET
    ),
    lambda data: (
        b"\x01" + bytes([len(data[:20])]) + data[:20] + b"\x89\x05" + data[:5] + b"\x80\x7e" + struct.pack("!H", 999)
    ),
    lambda data: b"%d" % len(data),
]
HOST = f"Host: {NAME}".encode()


@st.composite
def broken(draw: st.DrawFn, whole: bytes) -> bytes:
    """Returns a text as it is, or with a byte less, more or other."""
    if not whole or draw(st.integers(0, 3)):
        return whole
    at = draw(st.integers(0, len(whole) - 1))
    return whole[:at] + draw(st.binary(max_size=2)) + whole[at + draw(st.integers(0, 1)) :]


@st.composite
def cut(draw: st.DrawFn, messages: st.SearchStrategy[bytes]) -> list[bytes]:
    """Returns some messages behind each other, in pieces."""
    whole = b"".join([draw(broken(draw(messages))) for _ in range(draw(st.integers(1, 3)))])
    places = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=6)))
    return [whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True) if start < end]


REQUESTS = st.builds(
    lambda line, fields, content: b"\r\n".join([line, HOST, *fields, b"", content]),
    LINE,
    st.lists(ASKED, max_size=4),
    BODY,
)


def answer(status: bytes, fields: list[bytes], shown: bytes, pack: Callable[[bytes], bytes], said: bool) -> bytes:
    """Returns an answer; ``said`` says whether it says how long it is."""
    content = pack(shown)
    length = [b"Content-Length: %d" % len(content)] if said else []
    return b"\r\n".join([status, *fields, *length, b"", content])


ANSWERS = st.builds(answer, STATUS, st.lists(ANSWERED, max_size=4), SHOWN, st.sampled_from(PACK), st.booleans())


WEB_SOCKET = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
HANDSHAKES = st.builds(
    lambda field, content: b"GET / HTTP/1.1\r\n%b\r\n%b\r\n%b\r\n%b" % (HOST, field, WEB_SOCKET, content), ASKED, BODY
)
FIRST_BYTES = st.sampled_from([0x01, 0x02, 0x00, 0x80, 0x81, 0x88, 0x89, 0x8A])
"""Of messages that go on, end or are whole, and of the three control frames."""
FRAMES = st.lists(st.builds(lambda first, shown: bytes([first, len(shown[:125])]) + shown[:125], FIRST_BYTES, SHOWN))
SWITCHED = st.builds(
    lambda field, frames: b"HTTP/1.1 101 On\r\n%b\r\n%b\r\n%b" % (field, WEB_SOCKET, b"".join(frames)), ANSWERED, FRAMES
)


@pytest.fixture(scope="module")
def runner() -> asyncio.Runner:
    """One event loop for all conversations."""
    return asyncio.Runner()


@pytest.mark.slow
@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_no_conversation_shows_a_value(runner: asyncio.Runner, count: int) -> None:
    """Whatever client and host send, whole or broken, in whatever pieces."""
    stand_in, session = runner.run(begin())

    @settings(max_examples=count)
    @given(st.one_of(st.tuples(cut(REQUESTS), cut(ANSWERS)), st.tuples(cut(HANDSHAKES), cut(SWITCHED))))
    def play(conversation: tuple[list[bytes], list[bytes]]) -> None:
        runner.run(converse(stand_in, session, *conversation))

    play()


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_fuzzing_finds_nothing(tmp_path: Path) -> None:
    """Conversations that coverage leads to, from nothing."""
    fuzz("tests.proxy.fuzz_exchange", tmp_path, "-runs=10000", "-max_total_time=300")
