"""Web sockets: the handshake gets the value, and no message of the server's shows it, however it is cut."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import Iterator

import pytest

from dh_secrets_jupyter.proxy.take_out import TakeOut
from dh_secrets_jupyter.proxy.values import Values
from dh_secrets_jupyter.proxy.websocket import BadFrameError, Frames

from .conftest import Place, receive
from .fixtures import NAME, VALUE
from .hosts import Host


def frame(payload: bytes, opcode: int = 1, *, fin: bool = True) -> bytes:
    """Returns a frame as a server sends it."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size)
    return bytes([opcode | (0x80 if fin else 0)]) + length + payload


def read(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields whole messages and control frames of what a client got: opcode and content."""
    content, kind = b"", 0
    while data:
        first, size, at = data[0], data[1], 2
        if size == 126:
            size, at = struct.unpack("!H", data[2:4])[0], 4
        payload, data = data[at : at + size], data[at + size :]
        if first & 8:
            yield first & 15, payload
            continue
        kind, content = first & 15 or kind, content + payload
        if first & 0x80:
            yield kind, content
            content = b""


@pytest.fixture
def frames() -> Frames:
    """What takes the value out, by stars."""
    values = Values()
    values.add("KEY", VALUE)
    return Frames(lambda: TakeOut(values, lambda _, found: b"*" * len(found)))


STARS = b"*" * len(VALUE)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_message_in_frames(frames: Frames, size: int) -> None:
    """Cut anywhere, with a ping in between: the messages are as long as they were, the ping is there."""
    value = VALUE.encode()
    sent = (
        frame(b"one " + value[:9], fin=False) + frame(b"!", 9) + frame(value[9:20], 0, fin=False)
        + frame(value[20:] + b" two", 0) + frame(b"x" * 200 + value, 2) + frame(b"") + frame(b"\x03\xe8", 8)
    )  # fmt: skip
    got = b"".join(frames.feed(sent[at : at + size]) for at in range(0, len(sent), size))
    messages = list(read(got))
    assert sorted(messages) == sorted(
        [(9, b"!"), (1, b"one " + STARS + b" two"), (2, b"x" * 200 + STARS), (1, b""), (8, b"\x03\xe8")]
    )
    assert [kind for kind, _ in messages if kind != 9] == [1, 2, 1, 8]


@pytest.mark.parametrize("bad", [b"\xc1\x00", b"\x81\x80\0\0\0\0", b"\x09\x00", b"\x89\x7e\x00\x80"])
def test_bad_frames(frames: Frames, bad: bytes) -> None:
    """An extension, a masked frame, a control frame in parts or too long: it is ended."""
    with pytest.raises(BadFrameError):
        frames.feed(bad)


@pytest.mark.parametrize("opcode", [8, 9, 10])
def test_control_frames(frames: Frames, opcode: int) -> None:
    """What a ping, a pong or a farewell says is searched, too, also a value that is cut into several."""
    value = VALUE.encode()
    got = frames.feed(frame(b"\x03\xe8" + value, opcode) + frame(value[:15], 9) + frame(value[15:], 10))
    assert list(read(got)) == [
        (opcode, b"\x03\xe8" + STARS), (9, value[:15]), (10, b"*" * (len(value) - 15)),
    ]  # fmt: skip


def test_many_small_frames(frames: Frames) -> None:
    """A frame costs what it is long, however many come at once."""
    sent = frame(b"x") * 5_000
    assert frames.feed(sent) == sent


def test_through_the_proxy(place: Place, host: Host) -> None:
    """The host gets value and handshake without extensions; the echo has the stand-in again."""
    stand_in = place.use("KEY")
    key = base64.b64encode(b"0123456789abcdef").decode()
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    host.answer = lambda _: [
        upgrade,
        frame(b"you sent " + VALUE.encode()[:5], fin=False),
        frame(VALUE.encode()[5:], 0),
    ]
    with place.tunnel(NAME, host.port) as connection:
        wrapped = place.context().wrap_socket(connection, server_hostname=NAME)
        wrapped.sendall(
            f"GET / HTTP/1.1\r\nHost: {NAME}:{host.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
            f"Authorization: Bearer {stand_in}\r\n\r\n".encode()
        )
        got = b""
        while stand_in.encode() not in b"".join(content for _, content in read(got.partition(b"\r\n\r\n")[2])):
            got += receive(wrapped)
        # What the client sends goes as it is: a ping in a masked frame.
        wrapped.sendall(b"\x89\x80\0\0\0\0")
        place.loop.run(asyncio.sleep(0.1))
    assert got.startswith(b"HTTP/1.1 101 ")
    assert VALUE.encode() not in got
    assert VALUE.encode() in host.arrived[0]
    assert b"permessage-deflate" not in host.arrived[0]
    assert [use.status for use in place.uses] == [101]
