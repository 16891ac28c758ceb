"""Control sequences, which colour a text and stand in the middle of it: where they are, and the text without them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from .flags import first

_BEGUN = rb"\x1b(?:\[[<-?]?(?:\d{0,4}[;:]){0,16}\d{0,4}[ -/]{0,2}"
ANSI = re.compile(_BEGUN + rb"(?:[@-~]|\Z)|[()](?:[0-9A-Z]|\Z)|\Z)")
"""A control sequence (colours, mostly, or a character set's), or what the end of the text leaves of one."""
UNFINISHED = re.compile(
    rb"(?:" + _BEGUN + rb"|[()])?|[\xc0-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf7][\x80-\xbf]{0,2})\Z",
)
"""The beginning of a control sequence, or of a character of UTF-8, at the end of a text."""
UNFINISHED_AT_MOST = 90
"""Bytes of such a beginning."""


def without_ansi(data: bytes, end: int | None = None) -> tuple[bytes, Callable[[int], int]]:
    """Returns bytes without control sequences, and a function from a place in them to the place where it stood.

    Args:
        data: the bytes.
        end: up to where they are returned; what follows only says whether a sequence goes on.
    """
    end = len(data) if end is None else end
    parts: list[bytes] = []
    plain_starts, raw_starts = [0], [0]
    for found in ANSI.finditer(data):
        if found.start() >= end:
            break
        parts.append(data[raw_starts[-1] : found.start()])
        plain_starts.append(plain_starts[-1] + len(parts[-1]))
        raw_starts.append(found.end())
    parts.append(data[raw_starts[-1] : end])

    def place(at: int) -> int:
        part = bisect_right(plain_starts, at) - 1
        return raw_starts[part] + at - plain_starts[part]

    return b"".join(parts), place


def seams(data: bytes) -> bytes:
    """Returns for each byte of what :func:`without_ansi` returns 1 where a control sequence stood before it, else 0."""
    begin, *rest = ANSI.split(data)
    return bytes(len(begin)) + b"".join([first(len(part)) for part in rest])
