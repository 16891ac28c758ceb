"""What a needle knows of each of its bytes, in one byte each: 1 where something holds, else 0."""

from __future__ import annotations

from functools import lru_cache

STARTS = bytes([byte & 0xC0 != 0x80 for byte in range(256)])
"""Of each byte of UTF-8 whether a character starts there."""
_NOT_ZERO = bytes([byte != 0 for byte in range(256)])


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


def both(a: bytes, b: bytes) -> bytes:
    """Returns the flags that are set in both, which are as long as each other."""
    return (int.from_bytes(a) & int.from_bytes(b)).to_bytes(len(a))


def without(a: bytes, b: bytes) -> bytes:
    """Returns the flags that are set in the first alone of two that are as long as each other."""
    return (int.from_bytes(a) & ~int.from_bytes(b)).to_bytes(len(a))


def within_next(flags: bytes, size: int) -> bytes:
    """Returns for each flag whether it, or one of those behind it, is set: so many of them, itself counted."""
    number, reach, every = int.from_bytes(flags), 1, (1 << 8 * len(flags)) - 1
    while reach < size:
        more = min(reach, size - reach)
        number = (number | number << 8 * more) & every
        reach += more
    return number.to_bytes(len(flags))


def changes(data: bytes, period: int) -> bytes:
    """Returns for each byte whether the one that is a period behind it is another one; none for the last ones."""
    behind = data[period:]
    differing = int.from_bytes(data[: len(behind)]) ^ int.from_bytes(behind)
    return differing.to_bytes(len(behind)).translate(_NOT_ZERO)
