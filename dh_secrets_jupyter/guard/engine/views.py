"""Reads a text as others would: decodes what is encoded or escaped in it, and remembers where that stood.

It is for values that are too long to be encoded in every way (:mod:`.large_values`): the text is decoded instead, but
only in ways in which it may hold such a value (:class:`Wanted`).
"""

from __future__ import annotations

import base64
import re
from binascii import unhexlify
from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

from .blocks import areas
from .encoders import PLAIN
from .escapes import AMPERSAND, BACKSLASH, ESCAPE, ESCAPED_CHARACTER, ESCAPES, unescaped, unescaped_text
from .patterns import lazy_pattern
from .policy import WINDOW
from .replacements import Place, Replaced
from .search import Match

Chars = frozenset[int]

_RUN = lazy_pattern(rb"[A-Za-z0-9+/_-]{11,}+")
_HEX = lazy_pattern(rb"[0-9A-Fa-f]{16,}+")
_DIGITS = b"0123456789abcdefABCDEF"
_RUN_CHARS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_IS_RUN, _IS_DIGIT = (bytes(byte in chars for byte in range(256)) for chars in (_RUN_CHARS, _DIGITS))
_AS_RUN = bytes(byte if byte in _RUN_CHARS else ord("A") for byte in range(256)).translate(_STANDARD)
_AS_HEX = bytes(byte if byte in _DIGITS else ord("0") for byte in range(256))
_LATIN = lazy_pattern(rb"([\xc2\xc3][\x80-\xbf])")
_AREA = 1024
"""Bytes of a text that may be encoded, which are decoded together."""
_IS_FORM = bytes(33 <= byte < 127 and byte not in b'"<>\\`{}|^' for byte in range(256))
_BLANKS = bytes.maketrans(b"+", b" ")
_NESTED = 3
"""Times that something is escaped: in JSON in JSON in a repr."""
_NEVER_ESCAPED = frozenset(map(ord, PLAIN))
_ASCII = frozenset(range(128))


class View(NamedTuple):
    """What somebody reads in a text.

    Attributes:
        data: that.
        encoding: how it stands in the text.
        first: returns where in the text a byte of ``data`` begins.
        after: returns where in the text what is before a byte of ``data`` has ended.
        rest: returns how a value goes on in this encoding from an offset on, where the text has come to its end.
        replaced: the replacements by which it differs from an earlier view; None where it differs everywhere.
    """

    data: bytes
    encoding: str
    first: Place
    after: Place
    rest: Callable[[bytes, int], bytes]
    replaced: Replaced | None = None


class Wanted(NamedTuple):
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
    yield from encoded_views(data, wanted, in_turn=False)


def encoded_views(data: bytes, wanted: Wanted, *, in_turn: bool = True) -> Iterator[View]:
    r"""As :func:`views`, but for the text itself and for base64.

    Args:
        in_turn: whether to undo escapes of one kind, and only then those of another kind that stood within them, where
            that may be another text than with both undone at once: as after ``\&quot;``.
    """
    for run, start in _runs(data, _HEX, _DIGITS, _in_hex(data, wanted)):
        yield from _hex_views(run, start)
    yield from _unescaped_views(data, wanted.chars, wanted.looks_escaped, in_turn=in_turn)


def encoded_as(view: View, match: Match) -> Match:
    """Returns a match in a view, which says how it stands in the text."""
    return match if view.encoding == "text" else match._replace(needle=match.needle._replace(encoding=view.encoding))


def views_of_end(data: bytes, chars: Chars) -> Iterator[View]:
    """Yields all ways to read the end of a text; ``chars`` is as in :class:`Wanted`."""
    start = len(data.rstrip(_RUN_CHARS))
    yield from _base64_views(data[start:], start)
    yield from encoded_views_of_end(data, chars, in_turn=False)


def encoded_views_of_end(data: bytes, chars: Chars, *, in_turn: bool = True) -> Iterator[View]:
    """As :func:`views_of_end`, but for base64; ``in_turn`` as in :func:`encoded_views`."""
    yield View(data, "text", _same, _same, _plain_rest)
    start = len(data.rstrip(_DIGITS))
    yield from _hex_views(data[start:], start)
    yield from _unescaped_views(data, chars, in_turn=in_turn)


def _unescaped_views(data: bytes, chars: Chars, one_by_one: bool = True, *, in_turn: bool) -> Iterator[View]:
    """Yields a text with its escapes undone, and as what it is in other encodings than UTF-8.

    Args:
        one_by_one: whether escapes of one kind are also undone while those of other kinds stay.
        in_turn: as in :func:`encoded_views`.
    """
    is_ascii = chars <= _ASCII
    if not chars <= _NEVER_ESCAPED:
        kinds = [first for first in ESCAPES if first in data]
        for first in kinds:
            alone = one_by_one or len(kinds) == 1
            ambiguous = in_turn and (one_by_one or (first == AMPERSAND and BACKSLASH + AMPERSAND in data))
            for view in _unescaped_view(data, ESCAPES[first]) if alone or ambiguous else ():
                if alone:
                    yield view
                for second in {BACKSLASH, AMPERSAND} - {first} if ambiguous else ():
                    yield from _moved_views(_unescaped_view(view.data, ESCAPES[second]), view.first)
        if len(kinds) > 1:
            yield from _unescaped_view(data, ESCAPE)
        if b"+" in data and ord(" ") in chars:
            yield from _form_views(data)
        if not is_ascii and ESCAPED_CHARACTER.search(data):  # of bytes one byte, of a text one character
            yield from _unescaped_view(data, ESCAPE, unescaped_text)
    if not is_ascii and not data.isascii():
        latin = Replaced(_LATIN, lambda found: found.decode().encode("latin-1"), data)
        yield View(latin.data, "Latin-1", latin.place, latin.place, _no_rest, latin)
    if b"\0" in data:
        yield from (_utf16(data, phase) for phase in range(2))


def _form_views(data: bytes) -> Iterator[View]:
    """Yields the parts of a text that may be a form's fields, in which a blank is a ``+``."""
    for start, end in areas(data.translate(_IS_FORM), WINDOW, _AREA):
        if b"+" in (part := data[start:end]):
            blanks, at = part.translate(_BLANKS), _moved(start)
            yield View(blanks, "escaped", at, at, _no_rest)
            yield from _moved_views(_unescaped_view(blanks, ESCAPE), at)


def _moved_views(views: Iterator[View], outer: Place) -> Iterator[View]:
    """Yields views of a text that is itself a view, in which ``outer`` says where a byte stood."""
    for view in views:
        at = _composed(view.first, outer)
        yield view._replace(first=at, after=at)


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


def _same(at: int) -> int:
    return at


def _plain_rest(value: bytes, at: int) -> bytes:
    return value[at:]


def _no_rest(value: bytes, at: int) -> bytes:
    return b""


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


def _utf16(data: bytes, phase: int) -> View:
    """Every other byte, as which ASCII stands in UTF-16, in either order; the last one may have none behind it."""

    def place(at: int) -> int:
        return min(2 * at + phase, len(data))

    def rest(value: bytes, at: int) -> bytes:
        spaced = b"".join([bytes((0, byte)) for byte in value[at:]])
        return spaced if (len(data) - phase) % 2 else spaced[1:]

    return View(data[phase::2], "UTF-16", place, place, rest)


def _unescaped_view(
    data: bytes, pattern: re.Pattern[bytes], unescape_one: Callable[[bytes], bytes] = unescaped
) -> Iterator[View]:
    """Yields a text with escapes undone, and, where that has some itself, with these undone, too."""
    at_outer = cast(Place, _same)
    for _ in range(_NESTED):
        if not pattern.search(data):
            return
        replaced = Replaced(pattern, unescape_one, data)
        data, at_outer = replaced.data, _composed(replaced.place, at_outer)
        yield View(data, "escaped", at_outer, at_outer, _no_rest, replaced)
