"""Names the encoding of what was found: some hundred ways to write a value down, in fourteen words."""

from __future__ import annotations

from enum import StrEnum

from .escapes import ESCAPES
from .patterns import lazy_pattern
from .search import Match


class Encoding(StrEnum):
    """How a value stands in a text."""

    TEXT = "text"
    PIECE = "piece"
    PART = "part"
    REPR = "repr"
    JSON = "json"
    HTML = "html"
    URL = "url"
    HEX = "hex"
    BASE64 = "base64"
    BASE64_URL = "base64url"
    SHELL = "shell"
    UTF_16 = "utf-16"
    LINES = "lines"
    ANSI = "ansi"


# By how the labels of needles and views begin; of one encoding in another the outer one counts.
_BEGINNINGS = {
    "URL-safe base64": Encoding.BASE64_URL,
    "base64": Encoding.BASE64,
    "hex": Encoding.HEX,
    "UTF-16": Encoding.UTF_16,
    "JSON": Encoding.JSON,
    "HTML": Encoding.HTML,
    "XML": Encoding.HTML,
    "URL": Encoding.URL,
    "shell": Encoding.SHELL,
    "repr": Encoding.REPR,
    "ascii": Encoding.REPR,
    "bytes repr": Encoding.REPR,
}


_OF_BYTES = frozenset({Encoding.HEX, Encoding.BASE64, Encoding.BASE64_URL, Encoding.UTF_16})
"""Encodings in which a piece of a value does not look like one."""
_REPR_ALONE = lazy_pattern(rb"\\[xU']")
"""Escapes that JSON does not have."""
_JSON_ALONE = lazy_pattern(rb"\\[\"/]")
"""Escapes that repr does not write."""
_BY_ESCAPE = {b"'": Encoding.SHELL, b"%": Encoding.URL, b"&": Encoding.HTML}
"""By how escapes begin, of those that are none of Python's and of JSON's."""


def _of_label(label: str) -> Encoding:
    """Returns the encoding that a needle's label names; ``text`` where the value stands as it is."""
    outer = label.rpartition(" in ")[2]
    return next((known for begins, known in _BEGINNINGS.items() if outer.startswith(begins)), Encoding.TEXT)


def _of_escapes(written: bytes, value: bytes) -> Encoding:
    """Returns which encoding has the escapes with which a value is written; those of the value itself do not count."""
    kinds = {first[:1] for first, pattern in ESCAPES.items() if pattern.search(written) and not pattern.search(value)}
    for first, encoding in _BY_ESCAPE.items():
        if first in kinds:
            return encoding
    return Encoding.JSON if _JSON_ALONE.search(written) else Encoding.REPR


def encoding_of(match: Match, data: bytes) -> Encoding:
    """Returns how the value of a match stands in the text."""
    is_undone = match.needle.encoding == "escaped"  # in a view of the text: the needle is the value as it is
    written = data[match.start : match.end] if is_undone else match.needle.data
    encoding = _of_escapes(written, match.needle.data) if is_undone else _of_label(match.needle.encoding)
    if encoding is Encoding.REPR and data[match.start - 1 : match.start] == b'"' and not _REPR_ALONE.search(written):
        return Encoding.JSON  # which escapes a line break in the same way
    if encoding is Encoding.TEXT and (match.needle.is_line or _is_lines(match)):
        return Encoding.LINES
    if not is_whole(match) and encoding not in _OF_BYTES:
        return Encoding.PIECE
    return Encoding.PART if encoding is Encoding.TEXT and match.owner.is_part else encoding


def is_whole(match: Match) -> bool:
    """Returns whether a match is all of a value, perhaps but for blanks around it."""
    data = match.needle.data
    stands = match.is_whole or data[match.offset : match.end_offset].strip() == data.strip()
    return stands and not match.needle.is_line


def _is_lines(match: Match) -> bool:
    """Returns whether a piece is made of whole lines of its value; blanks around them do not count."""
    data, first, last = match.needle.data, match.offset, match.end_offset
    if is_whole(match) or b"\n" not in data.strip():
        return False
    piece = data[first:last]
    before, after = data[:first].rpartition(b"\n")[2], data[last:].partition(b"\n")[0]
    starts = not before.strip() or b"\n" in piece[: len(piece) - len(piece.lstrip())]
    return starts and (not after.strip() or b"\n" in piece[len(piece.rstrip()) :])
