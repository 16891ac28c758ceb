"""What a needle knows of each of its bytes, in one byte each: 1 where something holds, else 0."""

from __future__ import annotations

from functools import lru_cache


def first(size: int) -> bytes:
    """Returns the flags of a character of so many bytes, which starts at the first of them."""
    return b"\1" + bytes(size - 1) if size else b""


@lru_cache(maxsize=256)
def ones(size: int) -> bytes:
    """Returns so many flags that are all set."""
    return b"\1" * size


def doubled(flags: bytes) -> bytes:
    """Returns each flag twice: of a byte that two characters stand for."""
    twice = bytearray(2 * len(flags))
    twice[::2] = twice[1::2] = flags
    return bytes(twice)


def in_base64(significant: bytes, size: int) -> bytes:
    """Returns the flags of base64: a character is significant where one of the two bytes is that it is made of."""
    padded = significant + bytes(3)
    flags = bytearray(size)
    for place, (first, second) in enumerate(((0, 0), (0, 1), (1, 2), (2, 2))):
        either = int.from_bytes(padded[first::3][: size // 4]) | int.from_bytes(padded[second::3][: size // 4])
        flags[place::4] = either.to_bytes(size // 4)
    return bytes(flags)
