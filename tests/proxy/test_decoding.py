"""Compressed bodies are decoded as a stream, in bounded memory."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from dh_secrets_jupyter.proxy.decoding import PIECE, Decoder, UndecodableError

TEXT = b"sample text " * 9000


def decode(packed: bytes) -> bytes:
    """Returns what all of a body decodes to."""
    decoder = Decoder()
    decoded = b"".join(decoder.feed(packed))
    decoder.finish()
    return decoded


def raw(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(data) + packing.flush()


@pytest.mark.parametrize(
    "packed", [gzip.compress(TEXT), zlib.compress(TEXT), raw(TEXT), gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:])]
)
@pytest.mark.parametrize("size", [1, 2, 1000, 1 << 20])
def test_however_it_is_cut(packed: bytes, size: int) -> None:
    """gzip, also of several members, and deflate with zlib's header or without."""
    decoder = Decoder()
    assert b"".join(p for at in range(0, len(packed), size) for p in decoder.feed(packed[at : at + size])) == TEXT
    decoder.finish()


def test_a_bomb() -> None:
    """Megabytes in kilobytes: pieces of 64 KiB, one at a time."""
    packing = zlib.compressobj(wbits=31)
    bomb = b"".join(packing.compress(bytes(1 << 20)) for _ in range(24)) + packing.flush()
    tracemalloc.start()
    total = 0
    for piece in Decoder().feed(bomb):
        assert len(piece) <= PIECE
        total += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 24 << 20
    assert peak < 4 << 20


@pytest.mark.parametrize(
    "bad",
    [b"plain text", gzip.compress(TEXT)[:100], b"\x1f", gzip.compress(TEXT) + b"rubbish"],
    ids=["plain", "cut", "one byte", "more behind it"],  # always the same: gzip's header has the time
)
def test_what_is_not_compressed(bad: bytes) -> None:
    """It is said, not handed on as if it were whole."""
    with pytest.raises(UndecodableError):
        decode(bad)


def test_an_empty_body() -> None:
    """An empty body is one."""
    Decoder().finish()
