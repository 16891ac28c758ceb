"""Chooses which needles of a value and its parts are learned at once, and which wait for a text that may hold them.

What shows to be encoded is learned when it shows: few texts hold anything escaped, in hex or in UTF-16, and it takes
most of the time. A short value is learned at once, and so is one too long to be encoded (:mod:`.large_values`), or a
long one that comes after many others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from .ansi import seams, without_ansi
from .needles import Needle, Stage, needles
from .patterns import lazy_pattern
from .policy import significant_chars_of

STAGES_FROM = 400
"""Characters of a value from which on it and its parts are encoded in two stages."""
ENCODED_AT_MOST = 100_000
"""Characters of such values together that are encoded, which takes six microseconds and 300 bytes for each."""

SHOWS = lazy_pattern(rb"""[\\%&+\0-\x08\x0e-\x1f\x7f-\xff]|'"'|[0-9A-Fa-f]{14}""")
"""What shows that something stands in a text that was escaped, is in hex or in UTF-16, or bytes read as a text."""
_LAST_OF_ONE_BYTE = "\xff"

Later = Callable[[Stage], Iterable[Needle]]
"""Makes the needles that wait, those of some stages."""


def staged(
    texts: dict[str | bytes, list[tuple[int, int]]], size: int, *, large: bool
) -> Iterator[tuple[str | bytes, list[Needle], Later | None]]:
    """Yields each text with the needles that are learned at once, and with those that wait, if any do.

    Args:
        texts: a value, its parts or both, and what of each may be seen.
        size: characters of the value.
        large: whether texts are decoded instead.
    """
    strings = [text for text in texts if isinstance(text, str)]
    significant: dict[str | bytes, bytes] = dict(zip(strings, significant_chars_of(strings), strict=True))
    for text, visible in texts.items():
        encoded = partial(_encoded, text, visible, significant.get(text, b""), large)
        if large or size < STAGES_FROM:
            yield text, [*encoded(Stage.ALL, Stage.ALL)], None
        else:
            first = Stage.PLAIN if _shows_in_utf16(text) else Stage.PLAIN | Stage.MISREAD
            yield text, [*encoded(first, Stage.ALL)], partial(encoded, Stage.ALL & ~first)


def decoded(value: bytes) -> str | bytes:
    """Returns the text that bytes are in UTF-8; themselves if they are none."""
    try:
        return value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return value


def bytes_in_utf16(value: bytes) -> set[int]:
    """Returns the bytes that stand in UTF-16 for characters of two bytes: such a byte may not show what it begins."""
    chars = {char for char in decoded(value) if isinstance(char, str) and char > _LAST_OF_ONE_BYTE}
    return set().union(*(char.encode("utf-16-le", "surrogatepass") for char in chars))


def _shows_in_utf16(text: str | bytes) -> bool:
    """Returns whether each character of a text shows that it is in UTF-16; a Chinese one may be two letters there."""
    return isinstance(text, bytes) or all(SHOWS.search(char.encode("utf-16-be", "surrogatepass")) for char in set(text))


def _encoded(
    text: str | bytes, visible: list[tuple[int, int]], significant: bytes, large: bool, waiting: Stage, wanted: Stage
) -> Iterator[Needle]:
    """Yields the needles of those stages that are wanted and have waited until now."""
    stage = waiting & wanted
    yield from needles(text, visible, significant=significant, large=large, stage=stage)
    plain = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if b"\x1b" in plain:
        # Control sequences are taken out of a text before it is searched, also those of a value. It is as before but
        # where these stood.
        shown, _ = without_ansi(plain)
        for needle in needles(decoded(shown), large=large, stage=stage):
            yield needle._replace(fresh=seams(plain)) if needle.data == shown else needle
