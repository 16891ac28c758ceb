"""Decodes an answer's body that comes compressed although it was asked not to: as a stream, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 1 << 16
"""Bytes that are decoded at a time, however few they were."""
CODINGS = ("gzip", "x-gzip", "deflate")
_EITHER = zlib.MAX_WBITS | 32  # gzip, or zlib, by what it begins with
_RAW = -zlib.MAX_WBITS


class UndecodableError(Exception):
    """The body is not what its ``Content-Encoding`` says."""


class Decoder:
    """Decodes one body in gzip, also of several members, or in deflate, with zlib's header or without."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_EITHER)
        self._first = b""  # which of the kinds it is, the first two bytes say
        self._began = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yields what bytes decode to, in pieces of at most 64 KiB, each made when it is asked for.

        Raises:
            UndecodableError: they do not.
        """
        if not self._began:
            data = self._first = self._first + data
            if len(data) < len(b"\x1f\x8b"):
                return
        while data:
            yield from filter(None, [self._next(data)])
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._inflate.unused_data.lstrip(b"\0")
                if data:
                    self._inflate = zlib.decompressobj(_EITHER)
        while not self._inflate.eof and (rest := self._next(b"")):
            yield rest

    def finish(self) -> None:
        """Says that no more comes.

        Raises:
            UndecodableError: the body breaks off.
        """
        if (self._began or self._first) and not self._inflate.eof:
            raise UndecodableError

    def _next(self, data: bytes) -> bytes:
        try:
            decoded = self._inflate.decompress(data, PIECE)
        except zlib.error:
            if self._began:
                raise UndecodableError from None
            self._inflate = zlib.decompressobj(_RAW)
            try:
                decoded = self._inflate.decompress(data, PIECE)
            except zlib.error:
                raise UndecodableError from None
        self._began = True
        return decoded
