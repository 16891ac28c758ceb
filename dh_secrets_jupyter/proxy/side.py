"""One end of a conversation in HTTP/1.1: h11's connection over a stream."""

from __future__ import annotations

import h11

from .tunnel import CHUNK, Streams

_LARGEST_HEAD = 1 << 17
"""Bytes that a request's line and headers may have, or an answer's."""


class Side:
    """A client's or a server's end.

    Args:
        streams: the connection.
        role: what we are in it.
    """

    def __init__(self, streams: Streams, role: type[h11.CLIENT | h11.SERVER]) -> None:
        self.reader, self.writer = streams
        self.http = h11.Connection(role, max_incomplete_event_size=_LARGEST_HEAD)
        self._ahead: h11.Event | type[h11.PAUSED] | None = None

    @property
    def streams(self) -> Streams:
        """The connection."""
        return self.reader, self.writer

    @property
    def address(self) -> str:
        """The other end's."""
        name = self.writer.get_extra_info("peername")
        return str(name[0]) if name else ""

    async def receive(self) -> h11.Event | type[h11.PAUSED]:
        """Returns what comes next; of a body all that is there, in however many chunks it came.

        Raises:
            h11.RemoteProtocolError: it is no HTTP/1.1.
            OSError: the connection broke off.
        """
        event, self._ahead = self._ahead or await self._receive(), None
        if not isinstance(event, h11.Data):
            return event
        pieces = [event.data]
        while isinstance(following := self.http.next_event(), h11.Data):
            pieces.append(following.data)
        self._ahead = following if isinstance(following, h11.EndOfMessage) else None
        return h11.Data(data=b"".join(pieces)) if len(pieces) > 1 else event

    async def _receive(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.reader.read(CHUNK))
        if isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError
        return event  # type: ignore[return-value]  # it is not NEED_DATA, which the loop above takes

    async def send(self, event: h11.Event) -> None:
        """Sends something, and waits until the other end takes it."""
        if data := self.http.send(event):
            self.writer.write(data)
            await self.writer.drain()

    def left_over(self) -> bytes:
        """Returns what came behind the last event, of another protocol."""
        return self.http.trailing_data[0]

    def abort(self) -> None:
        """Ends the connection at once, so that the other end takes nothing that was cut for a whole."""
        self.writer.transport.abort()
