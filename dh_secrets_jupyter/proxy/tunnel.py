"""Hands bytes on between two connections, unseen, until one side is done and the other has had all of it."""

from __future__ import annotations

import asyncio

CHUNK = 1 << 18
"""Bytes that are read at once."""
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def relay(one: Streams, other: Streams) -> None:
    """Hands on both ways, and ends both connections."""
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pump(one[0], other[1]))
            tasks.create_task(pump(other[0], one[1]))
    except* OSError:
        pass  # one side is gone, so the other has nobody to talk to
    finally:
        for _, writer in (one, other):
            writer.transport.abort() if writer.transport.is_closing() else writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hands on what one side sends until it ends, and says so to the other, where a connection can say that."""
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
