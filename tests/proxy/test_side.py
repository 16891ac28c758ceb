"""One end of a conversation in HTTP/1.1."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import h11

from dh_secrets_jupyter.proxy.side import Side

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def received(*pieces: tuple[bytes, int]) -> list[object]:
    """Returns what comes of an answer: of bodies the bytes, else the kind of event.

    Args:
        pieces: what arrives, and how many events are received of it before more does.
    """
    reader = asyncio.StreamReader()
    side = Side((reader, cast(Any, None)), h11.CLIENT)
    side.http.send(h11.Request(method="GET", target="/", headers=[("Host", "api.example.test")]))
    events: list[object] = []
    for piece, count in pieces:
        reader.feed_data(piece)
        async with asyncio.timeout(10):
            found = [await side.receive() for _ in range(count)]
        events += [bytes(event.data) if isinstance(event, h11.Data) else type(event) for event in found]
    return events


def test_chunks_that_came_together_are_one() -> None:
    """Of a body all that is there comes at once, and its end afterwards."""
    chunks = b"4\r\nsome\r\n" * 1000
    events = asyncio.run(received((HEAD + chunks + b"0\r\n\r\n", 3)))
    assert events == [h11.Response, b"some" * 1000, h11.EndOfMessage]


def test_a_chunk_waits_for_no_other() -> None:
    """What has come goes on, also where the body does."""
    events = asyncio.run(received((HEAD + b"4\r\nsome\r\n", 2), (b"5\r\nother\r\n0\r\nX-End: 1\r\n\r\n", 2)))
    assert events == [h11.Response, b"some", b"other", h11.EndOfMessage]
