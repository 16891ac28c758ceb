"""The escapes that stand for a character in source code, JSON, URLs, HTML and shells, and how each is undone."""

from __future__ import annotations

from html import unescape

from .patterns import lazy_pattern

_PAIR = rb"u[dD][89abAB][0-9A-Fa-f]{2}"
BACKSLASH, AMPERSAND = b"\\", b"&"
_KINDS = {
    BACKSLASH: rb"\\(?:"
    + _PAIR
    + rb"\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[\"'/\\abfnrtv])",
    b"%": rb"%[0-9A-Fa-f]{2}",
    AMPERSAND: rb"&(?:#\d{2}|#x[0-9A-Fa-f]{2}|[a-z]{2,4});",
    rb"'\''": rb"'\\''",  # of shells, in both ways
    b"'\"'\"'": b"'\"'\"'",
}
ESCAPES = {first: lazy_pattern(b"(" + pattern + b")") for first, pattern in _KINDS.items()}
"""The patterns of escapes, by what all those of a kind begin with."""
ESCAPE = lazy_pattern(b"(" + b"|".join(_KINDS.values()) + b")")
"""The pattern of all of them."""
_UNFINISHED = tuple(
    lazy_pattern(pattern + rb"\Z")
    for pattern in (
        rb"\\+(?:" + _PAIR + rb"(?:\\u?[0-9A-Fa-f]{0,3})?|[uU][0-9A-Fa-f]{0,7}|x[0-9A-Fa-f]?)?",
        rb"(?:%[0-9A-Fa-f]?|&#?[0-9a-z]{0,4})",
        rb"'(?:\\'?|\"(?:'\"?)?)?",
    )
)
_LONGEST = 16
"""Bytes at the end of a text among which an escape may begin that has not come to its end."""
ESCAPED_CHARACTER = lazy_pattern(rb"\\x[89a-fA-F]")
"""An escaped byte that is not ASCII."""
_CONTROLS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))


def looks_escaped(data: bytes) -> bool:
    """Returns whether anything reads like an escape."""
    return ESCAPE.search(data) is not None


def unfinished(data: bytes) -> set[int]:
    """Returns how many of the last bytes may be the beginning of an escape, or of one within another; 0, too."""
    found = {0}
    for _ in range(2):
        for over in list(found):
            end = len(data) - over
            begun = (pattern.search(data, max(end - _LONGEST, 0), end) for pattern in _UNFINISHED)
            found |= {over + len(match[0]) for match in begun if match}
    return found


def unescaped(text: bytes) -> bytes:
    """Returns what an escape stands for: a byte, or a character in UTF-8."""
    if text[:1] == b"'":
        return b"'"
    if text[:1] == b"&":
        return unescape(text.decode()).encode()
    if text[:1] == b"%" or text[1:2] == b"x":
        return bytes.fromhex(text[-2:].decode())
    if text[1:2] == b"U":
        return chr(min(int(text[2:], 16), 0x10FFFF)).encode("utf-8", "surrogatepass")
    if text[1:2] == b"u":
        units = bytes.fromhex(text.replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    return bytes((_CONTROLS.get(text[1], text[1]),))


def unescaped_text(text: bytes) -> bytes:
    """As :func:`unescaped`, where escaped bytes are the first 256 characters."""
    return unescaped(text).decode("latin-1").encode() if text[1:2] == b"x" else unescaped(text)
