"""Reads a text as others would: decodes what is encoded or escaped in it, and remembers where that stood.

It is for values that are too long to be encoded in every way (:mod:`.large_values`): the text is decoded instead.
"""

from __future__ import annotations

import base64
import re
from binascii import unhexlify
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import cast

Place = Callable[[int], int]
Find = Callable[[bytes], list[int]]
"""Returns where in some bytes something stands that is looked for."""

_RUN = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{11,}+")
_HEX = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{16,}+")
_DIGITS = b"0123456789abcdefABCDEF"
_RUN_CHARS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_AS_RUN = bytes(byte if byte in _RUN_CHARS else ord("A") for byte in range(256))
_AS_HEX = bytes(byte if byte in _DIGITS else ord("0") for byte in range(256))
_LATIN = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_PAIR = rb"u[dD][89abAB][0-9A-Fa-f]{2}"
_KINDS = {
    b"\\": rb"\\(?:"
    + _PAIR
    + rb"\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[\"'/\\abfnrtv])",
    b"%": rb"%[0-9A-Fa-f]{2}",
    b"&": rb"&(?:#\d{2}|#x[0-9A-Fa-f]{2}|[a-z]{2,4});",
}
_ESCAPES = {first: re.compile(pattern) for first, pattern in _KINDS.items()}
_ESCAPE = re.compile(b"|".join(_KINDS.values()))
_UNFINISHED = re.compile(
    rb"(?:\\+(?:" + _PAIR + rb"(?:\\u?[0-9A-Fa-f]{0,3})?|[uU][0-9A-Fa-f]{0,7}|x[0-9A-Fa-f]?)?"
    rb"|%[0-9A-Fa-f]?|&#?[0-9a-z]{0,4})\Z"
)
_ESCAPED_CHARACTER = re.compile(rb"\\x[89a-fA-F]")
_BLANKS = bytes.maketrans(b"+", b" ")
_CONTROLS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))
_NESTED = 3
"""Times that something is escaped: in JSON in JSON in a repr."""


@dataclass(frozen=True, slots=True)
class View:
    """What somebody reads in a text.

    Attributes:
        data: that.
        encoding: how it stands in the text.
        first: returns where in the text a byte of ``data`` begins.
        after: returns where in the text what is before a byte of ``data`` has ended.
        rest: returns how a value goes on in this encoding from an offset on, where the text has come to its end.
    """

    data: bytes
    encoding: str
    first: Place
    after: Place
    rest: Callable[[bytes, int], bytes]


def views(data: bytes, find: Find | None = None) -> Iterator[View]:
    """Yields all ways to read a text, itself first.

    Args:
        data: the text.
        find: of runs of base64 and hex those are read in which it finds something; without it the one at the end.
    """
    yield View(data, "text", _same, _same, _plain_rest)
    for run, start in _runs(data, _RUN, _RUN_CHARS, _in_base64(data, find)) if find else _run_at_end(data, _RUN_CHARS):
        for phase in range(4):
            yield _base64(run[phase:], start + phase)
    for run, start in _runs(data, _HEX, _DIGITS, _in_hex(data, find)) if find else _run_at_end(data, _DIGITS):
        for phase in range(2):
            yield _hex(run[phase:], start + phase)
    kinds = [pattern for first, pattern in _ESCAPES.items() if first in data]
    for pattern in kinds:
        yield from _escaped(data, _unescaped, pattern)
    if len(kinds) > 1:
        yield from _escaped(data, _unescaped, _ESCAPE)
    if b"+" in data:  # a form's blanks
        yield from _escaped(data.translate(_BLANKS), _unescaped, _ESCAPE)
    if _ESCAPED_CHARACTER.search(data):  # of bytes one byte, of a text one character
        yield from _escaped(data, _unescaped_text, _ESCAPE)
    if not data.isascii():
        latin, at = _replaced(_LATIN, data, lambda found: found[0].decode().encode("latin-1"))
        yield View(latin, "Latin-1", at, at, _no_rest)
    if b"\0" in data:
        for phase in range(2):
            yield View(data[phase::2], "UTF-16", _doubled(phase), _doubled(phase), _no_rest)


def _escaped(
    data: bytes, unescape_one: Callable[[re.Match[bytes]], bytes], pattern: re.Pattern[bytes]
) -> Iterator[View]:
    outer, at_outer = data, cast(Place, _same)
    for _ in range(_NESTED):
        inner, at = _replaced(pattern, outer, unescape_one)
        outer, at_outer, before = inner, _composed(at, at_outer), outer
        yield View(inner, "escaped", at_outer, at_outer, _no_rest)
        if inner == before:
            break


def _in_base64(data: bytes, find: Find) -> Iterator[int]:
    """Yields where something is found in a text that is read as if all of it were base64, which is quick."""
    if not _RUN.search(data):
        return
    standard = data.translate(_AS_RUN).translate(_STANDARD)
    for phase in range(4):
        decoded = base64.b64decode(standard[phase : phase + (len(data) - phase) // 4 * 4])
        yield from (phase + at * 8 // 6 for at in find(decoded))


def _in_hex(data: bytes, find: Find) -> Iterator[int]:
    if not _HEX.search(data):
        return
    digits = data.translate(_AS_HEX)
    for phase in range(2):
        decoded = unhexlify(digits[phase : phase + (len(data) - phase) // 2 * 2])
        yield from (phase + 2 * at for at in find(decoded))


def _runs(data: bytes, pattern: re.Pattern[bytes], chars: bytes, places: Iterator[int]) -> Iterator[tuple[bytes, int]]:
    """Yields the runs around these places, each once, and where it starts."""
    end = 0
    for place in sorted(places):
        if place >= end:
            start = _start_of_run(data, place, chars)
            found = pattern.match(data, start)
            end = found.end() if found else place + 1
            if found:
                yield found[0], start


def _start_of_run(data: bytes, place: int, chars: bytes) -> int:
    size = 64
    while True:
        first = max(place - size, 0)
        before = data[first:place].rstrip(chars)
        if before or first == 0:
            return first + len(before)
        size *= 2


def _run_at_end(data: bytes, chars: bytes) -> Iterator[tuple[bytes, int]]:
    start = len(data.rstrip(chars))
    yield data[start:], start


def unfinished(data: bytes) -> int:
    """Returns how many of the last bytes are the beginning of an escape."""
    found = _UNFINISHED.search(data, max(len(data) - 16, 0))
    return len(found[0]) if found else 0


def _same(at: int) -> int:
    return at


def _plain_rest(value: bytes, at: int) -> bytes:
    return value[at:]


def _no_rest(value: bytes, at: int) -> bytes:
    return b""


def _doubled(phase: int) -> Place:
    return lambda at: 2 * at + phase


def _composed(inner: Place, outer: Place) -> Place:
    return lambda at: outer(inner(at))


def _base64(run: bytes, start: int) -> View:
    """Four characters are three bytes; of one that is made of two bytes both are read, and what is over is left."""
    standard = run.translate(_STANDARD)
    data = base64.b64decode(standard + b"A" * (-len(run) % 4))[: len(run) * 6 // 8]

    def rest(value: bytes, at: int) -> bytes:
        over = len(data) % 3
        form = base64.b64encode(value[max(at - over, 0) :])
        if standard != run:
            form = form.translate(bytes.maketrans(b"+/", b"-_"))
        return form[len(run) % 4 :]

    return View(
        data, "base64", lambda at: start + at * 8 // 6, lambda at: start + min((at * 8 + 5) // 6, len(run)), rest
    )


def _hex(run: bytes, start: int) -> View:
    data = bytes.fromhex(run[: len(run) // 2 * 2].decode())

    def rest(value: bytes, at: int) -> bytes:
        digits = value[at:].hex()
        return (digits if run.islower() or run.isdigit() else digits.upper()).encode()[len(run) % 2 :]

    return View(data, "hex", lambda at: start + 2 * at, lambda at: start + 2 * at, rest)


def _unescaped(found: re.Match[bytes]) -> bytes:
    text = found[0]
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


def _unescaped_text(found: re.Match[bytes]) -> bytes:
    text = _unescaped(found)
    return text.decode("latin-1").encode() if found[0][1:2] == b"x" else text


def _replaced(
    pattern: re.Pattern[bytes], data: bytes, replacement: Callable[[re.Match[bytes]], bytes]
) -> tuple[bytes, Place]:
    """Replaces all that a pattern finds; returns the bytes, and a function from a place in them to where it stood."""
    parts: list[bytes] = []
    # By turns the starts of what is copied and of what is replaced, in the new bytes and in the old.
    new, old, at, size = [0], [0], 0, 0
    for found in pattern.finditer(data):
        parts += [data[at : found.start()], replacement(found)]
        size += found.start() - at
        new.append(size)
        old.append(found.start())
        size += len(parts[-1])
        at = found.end()
        new.append(size)
        old.append(at)
    parts.append(data[at:])

    def place(byte: int) -> int:
        part = bisect_right(new, byte) - 1
        return old[part] + (byte - new[part] if part % 2 == 0 else 0)

    return b"".join(parts), place
