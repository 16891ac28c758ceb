"""Reads a text as others would: decodes what is encoded or escaped in it, and remembers where that stood.

It is for values that are too long to be encoded in every way (:mod:`.large_values`): the text is decoded instead, but
only in ways in which it may hold such a value (:class:`Wanted`).
"""

from __future__ import annotations

import base64
import re
from binascii import unhexlify
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import cast

from .blocks import areas
from .encoders import PLAIN
from .policy import WINDOW
from .replacements import Place, Replaced

Chars = frozenset[int]

_RUN = re.compile(rb"[A-Za-z0-9+/_-]{11,}+")
_HEX = re.compile(rb"[0-9A-Fa-f]{16,}+")
_DIGITS = b"0123456789abcdefABCDEF"
_RUN_CHARS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_IS_RUN, _IS_DIGIT = (bytes(byte in chars for byte in range(256)) for chars in (_RUN_CHARS, _DIGITS))
_AS_RUN = bytes(byte if byte in _RUN_CHARS else ord("A") for byte in range(256)).translate(_STANDARD)
_AS_HEX = bytes(byte if byte in _DIGITS else ord("0") for byte in range(256))
_LATIN = re.compile(rb"([\xc2\xc3][\x80-\xbf])")
_PAIR = rb"u[dD][89abAB][0-9A-Fa-f]{2}"
_KINDS = {
    b"\\": rb"\\(?:"
    + _PAIR
    + rb"\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[\"'/\\abfnrtv])",
    b"%": rb"%[0-9A-Fa-f]{2}",
    b"&": rb"&(?:#\d{2}|#x[0-9A-Fa-f]{2}|[a-z]{2,4});",
}
_ESCAPES = {first: re.compile(b"(" + pattern + b")") for first, pattern in _KINDS.items()}
_ESCAPE = re.compile(b"(" + b"|".join(_KINDS.values()) + b")")
_UNFINISHED = re.compile(
    rb"(?:\\+(?:" + _PAIR + rb"(?:\\u?[0-9A-Fa-f]{0,3})?|[uU][0-9A-Fa-f]{0,7}|x[0-9A-Fa-f]?)?"
    rb"|%[0-9A-Fa-f]?|&#?[0-9a-z]{0,4})\Z"
)
_ESCAPED_CHARACTER = re.compile(rb"\\x[89a-fA-F]")
_AREA = 1024
"""Bytes of a text that may be encoded, which are decoded together."""
_IS_FORM = bytes(33 <= byte < 127 and byte not in b'"<>\\`{}|^' for byte in range(256))
_BLANKS = bytes.maketrans(b"+", b" ")
_CONTROLS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))
_NESTED = 3
"""Times that something is escaped: in JSON in JSON in a repr."""
_NEVER_ESCAPED = frozenset(map(ord, PLAIN))
_ASCII = frozenset(range(128))


@dataclass(frozen=True, slots=True)
class View:
    """What somebody reads in a text.

    Attributes:
        data: that.
        encoding: how it stands in the text.
        first: returns where in the text a byte of ``data`` begins.
        after: returns where in the text what is before a byte of ``data`` has ended.
        rest: returns how a value goes on in this encoding from an offset on, where the text has come to its end.
        near: returns where in ``data`` it differs from what an earlier view has; None where it does everywhere.
    """

    data: bytes
    encoding: str
    first: Place
    after: Place
    rest: Callable[[bytes, int], bytes]
    near: Callable[[], Iterator[tuple[int, int]]] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in a text.

    Attributes:
        find: returns where in some bytes something stands that is looked for.
        least: bytes of the shortest of that.
        chars: the bytes that it is made of.
        looks_escaped: whether anything in it reads like an escape itself, so that one too many may be undone.
    """

    find: Callable[[bytes], list[int]]
    least: int
    chars: Chars
    looks_escaped: bool = True


def views(data: bytes, wanted: Wanted) -> Iterator[View]:
    """Yields all ways to read a text in which it may hold what is wanted, itself first."""
    yield View(data, "text", _same, _same, _plain_rest)
    for run, start in _runs(data, _RUN, _RUN_CHARS, _in_base64(data, wanted)):
        yield from _base64_views(run, start)
    for run, start in _runs(data, _HEX, _DIGITS, _in_hex(data, wanted)):
        yield from _hex_views(run, start)
    yield from _unescaped_views(data, wanted.chars, wanted.looks_escaped)


def looks_escaped(data: bytes) -> bool:
    """Returns whether anything reads like an escape."""
    return _ESCAPE.search(data) is not None


def views_of_end(data: bytes, chars: Chars) -> Iterator[View]:
    """Yields all ways to read the end of a text, itself first; ``chars`` is as in :class:`Wanted`."""
    yield View(data, "text", _same, _same, _plain_rest)
    start = len(data.rstrip(_RUN_CHARS))
    yield from _base64_views(data[start:], start)
    start = len(data.rstrip(_DIGITS))
    yield from _hex_views(data[start:], start)
    yield from _unescaped_views(data, chars)


def _unescaped_views(data: bytes, chars: Chars, one_by_one: bool = True) -> Iterator[View]:
    """Yields a text with its escapes undone, and as what it is in other encodings than UTF-8.

    Args:
        one_by_one: whether escapes of one kind are also undone while those of other kinds stay.
    """
    is_ascii = chars <= _ASCII
    if not chars <= _NEVER_ESCAPED:
        kinds = [pattern for first, pattern in _ESCAPES.items() if first in data]
        if len(kinds) == 1 or one_by_one:
            for pattern in kinds:
                yield from _unescaped_view(data, pattern)
        if len(kinds) > 1:
            yield from _unescaped_view(data, _ESCAPE)
        if b"+" in data and ord(" ") in chars:
            yield from _form_views(data)
        if not is_ascii and _ESCAPED_CHARACTER.search(data):  # of bytes one byte, of a text one character
            yield from _unescaped_view(data, _ESCAPE, _unescaped_text)
    if not is_ascii and not data.isascii():
        latin = Replaced(_LATIN, lambda found: found.decode().encode("latin-1"), data)
        yield View(latin.data, "Latin-1", latin.place, latin.place, _no_rest, latin.near)
    if b"\0" in data:
        for phase in range(2):
            yield View(data[phase::2], "UTF-16", _doubled(phase), _doubled(phase), _no_rest)


def _form_views(data: bytes) -> Iterator[View]:
    """Yields the parts of a text that may be a form's fields, in which a blank is a ``+``."""
    for start, end in areas(data.translate(_IS_FORM), WINDOW, _AREA):
        if b"+" in (part := data[start:end]):
            blanks, at = part.translate(_BLANKS), _moved(start)
            yield View(blanks, "escaped", at, at, _no_rest)
            for view in _unescaped_view(blanks, _ESCAPE):
                at = _composed(view.first, _moved(start))
                yield replace(view, first=at, after=at)


def _in_base64(data: bytes, wanted: Wanted) -> Iterator[int]:
    """Yields where something is found in parts with long runs, read as if all of them were base64: that is quick."""
    for start, end in areas(data.translate(_IS_RUN), (8 * wanted.least + 5) // 6, _AREA):
        for phase in range(4):
            standard = data[start + phase : end - (end - start - phase) % 4].translate(_AS_RUN)
            yield from (start + phase + at * 8 // 6 for at in wanted.find(base64.b64decode(standard)))


def _in_hex(data: bytes, wanted: Wanted) -> Iterator[int]:
    for start, end in areas(data.translate(_IS_DIGIT), 2 * wanted.least, _AREA):
        for phase in range(2):
            digits = data[start + phase : end - (end - start - phase) % 2].translate(_AS_HEX)
            yield from (start + phase + 2 * at for at in wanted.find(unhexlify(digits)))


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


def _moved(start: int) -> Place:
    return lambda at: start + at


def _composed(inner: Place, outer: Place) -> Place:
    return lambda at: outer(inner(at))


def _base64_views(run: bytes, start: int) -> Iterator[View]:
    for phase in range(4):
        yield _base64(run[phase:], start + phase)


def _hex_views(run: bytes, start: int) -> Iterator[View]:
    for phase in range(2):
        yield _hex(run[phase:], start + phase)


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


def _unescaped(text: bytes) -> bytes:
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


def _unescaped_text(text: bytes) -> bytes:
    return _unescaped(text).decode("latin-1").encode() if text[1:2] == b"x" else _unescaped(text)


def _unescaped_view(
    data: bytes, pattern: re.Pattern[bytes], unescape_one: Callable[[bytes], bytes] = _unescaped
) -> Iterator[View]:
    """Yields a text with escapes undone, and, where that has some itself, with these undone, too."""
    at_outer = cast(Place, _same)
    for _ in range(_NESTED):
        if not pattern.search(data):
            return
        replaced = Replaced(pattern, unescape_one, data)
        data, at_outer = replaced.data, _composed(replaced.place, at_outer)
        yield View(data, "escaped", at_outer, at_outer, _no_rest, replaced.near)
