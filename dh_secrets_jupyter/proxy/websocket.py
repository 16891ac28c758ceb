"""Takes values out of a web socket's messages, at equal length, also where a message is cut into frames.

A frame that comes in pieces goes on in pieces: as frames of the same message, whose content alone counts. Without
extensions, which the handshake does not offer, everybody on the way may cut a message anew (RFC 6455, 5.4).
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from .take_out import TakeOut

_CONTROL = 0x8
_FIN = 0x80
_RESERVED = 0x70
_MASKED = 0x80
_LARGEST_CONTROL = 125


class BadFrameError(Exception):
    """What a server sent is no frame that it may send."""


class Frames:
    """The frames of one direction, from a server to its client.

    Args:
        take_out: begins a stream; messages are one, and what stands in control frames another.
    """

    def __init__(self, take_out: Callable[[], TakeOut]) -> None:
        self._messages = take_out()
        self._controls = take_out()
        self._buffer = bytearray()
        self._left = 0  # bytes of the frame of data that have not come yet
        self._in_frame = False
        self._last = False  # whether that frame is its message's last
        self._opcode = 0  # what the next frame of the message that goes on says

    def feed(self, data: bytes) -> bytes:
        """Takes what came, and returns what may go on.

        Raises:
            BadFrameError: it is masked, too long, or uses an extension.
        """
        self._buffer += data
        out = []
        while (made := self._step()) is not None:
            out.append(made)
        return b"".join(out)

    def _step(self) -> bytes | None:
        if self._in_frame:
            return self._payload()
        if (head := self._head()) is None:
            return None
        first, length, size = head
        if first & 0x0F & _CONTROL:
            if length > _LARGEST_CONTROL or not first & _FIN:
                raise BadFrameError
            if len(self._buffer) < size + length:
                return None
            self._take(size)
            return _frame(first, self._controls.feed(self._take(length)) + self._controls.finish())
        self._take(size)
        self._in_frame, self._last, self._left = True, bool(first & _FIN), length
        self._opcode = first & 0x0F or self._opcode
        return b""

    def _head(self) -> tuple[int, int, int] | None:
        """Returns the first byte, the payload's length and the head's own, once all of it is there."""
        if len(self._buffer) < 2:
            return None
        first, second = self._buffer[0], self._buffer[1]
        if first & _RESERVED or second & _MASKED:
            raise BadFrameError
        form = {126: "!H", 127: "!Q"}.get(second)
        if form is None:
            return first, second, 2
        size = 2 + struct.calcsize(form)
        if len(self._buffer) < size:
            return None
        return first, struct.unpack_from(form, self._buffer, 2)[0], size

    def _payload(self) -> bytes | None:
        if self._left and not self._buffer:
            return None
        piece = self._take(self._left)
        self._left -= len(piece)
        ends = not self._left
        out = self._messages.feed(piece) + (self._messages.finish() if ends and self._last else b"")
        self._in_frame = not ends
        if not out and not (ends and self._last):
            return b""
        made = _frame(self._opcode | (_FIN if ends and self._last else 0), out)
        self._opcode = 0
        return made

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _frame(first: int, payload: bytes) -> bytes:
    if len(payload) < 126:
        return struct.pack("!BB", first, len(payload)) + payload
    if len(payload) < 1 << 16:
        return struct.pack("!BBH", first, 126, len(payload)) + payload
    return struct.pack("!BBQ", first, 127, len(payload)) + payload
