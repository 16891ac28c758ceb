"""Chooses which needles of a value and its parts are learned at once, and which wait for a text that may hold them.

What shows to be encoded is learned when it shows: few texts hold anything escaped, in hex or in UTF-16, and it takes
most of the time. A short text is learned at once, and so is one that is too long to be encoded (:mod:`.large_values`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from .ansi import seams, without_ansi
from .needles import LARGE_FROM, Needle, Stage, needles
from .policy import significant_chars_of

STAGES_FROM = 400
"""Characters from which on an ASCII text is encoded in two stages."""

Later = Callable[[], Iterable[Needle]]
"""Makes the needles that wait."""


def staged(
    texts: dict[str | bytes, list[tuple[int, int]]], size: int
) -> Iterator[tuple[str | bytes, list[Needle], Later | None]]:
    """Yields each text with the needles that are learned at once, and with those that wait, if any do.

    Args:
        texts: a value, its parts or both, and what of each may be seen.
        size: characters of the value.
    """
    large = size >= LARGE_FROM
    strings = [text for text in texts if isinstance(text, str)]
    significant: dict[str | bytes, bytes] = dict(zip(strings, significant_chars_of(strings), strict=True))
    for text, visible in texts.items():
        encoded = partial(needles, text, visible, significant=significant.get(text, b""), large=large)
        if large or isinstance(text, bytes) or len(text) < STAGES_FROM or not text.isascii():
            yield text, [*encoded()], None
        else:
            yield text, [*encoded(stage=Stage.PLAIN)], partial(encoded, stage=Stage.ENCODED)
        plain = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        if b"\x1b" in plain:
            # Control sequences are taken out of a text before it is searched, also those of a value.
            yield text, [*_without_ansi(plain, large=large)], None


def decoded(value: bytes) -> str | bytes:
    """Returns the text that bytes are in UTF-8; themselves if they are none."""
    try:
        return value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return value


def _without_ansi(value: bytes, *, large: bool) -> Iterator[Needle]:
    """Yields the needles of a value without its control sequences; it is as before but where these stood."""
    shown, _ = without_ansi(value)
    for needle in needles(decoded(shown), large=large):
        yield replace(needle, fresh=seams(value)) if needle.data == shown else needle
