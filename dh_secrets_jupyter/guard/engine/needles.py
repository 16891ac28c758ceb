"""Spells a value in the ways in which it is met: as text, escaped, encoded."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from .encoders import ENCODERS, PLAIN, PLAIN_OR_NOT
from .policy import PIECE, PIECES_FROM, Scope, judge, telling

LARGE_FROM = 16_384
"""Characters from which on a value and its parts are not spelled: texts are decoded instead (:mod:`.large_values`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Needle:
    """One spelling of one value, as bytes: of text its UTF-8.

    Attributes:
        data: what to look for.
        starts: for each byte of ``data`` 1 where a character starts, else 0.
        told: for each byte of ``data`` 1 where it tells something of the value (:func:`policy.telling`), else 0.
        spelling: its name, for the receipt.
        word: whether it counts only as a whole word.
        pieces: whether a piece of it counts, too.
        fresh: for each byte of ``data`` 1 where it differs from another needle of the same value, and 0 in all that is
            in that one, too; empty where all of it is new.
        window: how many bytes a piece has at least.
        large: whether it is all of a value that is not spelled otherwise.
    """

    data: bytes
    starts: bytes
    told: bytes
    spelling: str
    word: bool
    pieces: bool
    fresh: bytes = b""
    window: int = PIECE
    large: bool = False


_UTF16 = ("utf-16-le", "utf-16-be")
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_URLSAFE_SIGNS = bytes([byte in b"-_" for byte in range(256)])
_NO_ZERO = bytes([byte != 0 for byte in range(256)])
_HEX_LETTERS = bytes([byte in b"ABCDEF" for byte in range(256)])


def needles(value: str | bytes, visible: Iterable[tuple[int, int]] = (), *, large: bool = False) -> Iterator[Needle]:
    """Yields every spelling of a value, or nothing of one that :func:`policy.judge` refuses; some may come twice.

    Args:
        visible: from which character of a text to which it may be seen (:func:`parts.texts`): common material.
        large: yields it as it is, and its lines, since texts are decoded instead (:mod:`.large_values`).
    """
    if isinstance(value, bytes):
        if judge(value.decode("latin-1")) is Scope.ANYWHERE:
            told = value.translate(_NO_ZERO)
            yield from [_bytes_needle(value, told, large=True)] if large else _binary(value, told)
        return
    scope = judge(value)
    if scope is Scope.WORD:
        core = value.strip()
        yield from _spelled(core, telling(core), word=True, pieces=False)
    elif scope is Scope.ANYWHERE:
        flags = bytearray(telling(value))
        for start, end in visible:
            flags[start:end] = bytes(end - start)
        for text, tells in {value: bytes(flags), **_lines(value, bytes(flags))}.items():
            pieces = text is value and len(value) >= PIECES_FROM
            if large:
                yield replace(_plain(text, tells, word=False, pieces=pieces), large=True)
                for order in _UTF16 if pieces and not text.isascii() else ():
                    units = [c.encode(order, "surrogatepass") for c in text]
                    yield replace(_joined(units, tells, order.upper(), word=False, pieces=True), large=True)
            else:
                yield from _spelled(text, tells, word=False, pieces=pieces)


def _lines(value: str, told: bytes) -> dict[str, bytes]:
    """Returns each line that is not itself short or common, and what it tells; longer ones are pieces already."""
    lines: dict[str, bytes] = {}
    at = 0
    for whole in value.splitlines(keepends=True):
        line, start = whole.strip(), at + len(whole) - len(whole.lstrip())
        at += len(whole)
        if line != value and (len(line) < PIECES_FROM or len(value) < PIECES_FROM) and line not in lines:
            tells = told[start : start + len(line)]
            if 1 in tells and judge(line) is Scope.ANYWHERE:
                lines[line] = tells
    return lines


def _bytes_needle(value: bytes, told: bytes, *, large: bool = False) -> Needle:
    return Needle(value, b"\1" * len(value), told, "bytes", False, len(value) >= PIECES_FROM, large=large)


def _spelled(text: str, told: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    """Yields all spellings of a text; ``told`` has a byte for each character."""
    yield (plain := _plain(text, told, word=word, pieces=pieces))
    yield from _encoded(plain.data, plain.told, word=word, pieces=pieces)
    yield from _escaped(text, told, word=word, pieces=pieces)
    if not word:
        for order in _UTF16:
            if text.isascii():
                starts = b"\1\0" * len(text)
                yield Needle(text.encode(order), starts, _twice(told), order.upper(), word, pieces, window=2 * PIECE)
            else:  # as a text it is each byte a character
                units = [c.encode(order, "surrogatepass") for c in text]
                yield replace(_joined(units, told, order.upper(), word=word, pieces=pieces), window=2 * PIECE)
                shown = [_utf8(unit.decode("latin-1")) for unit in units]
                yield _joined(shown, told, order.upper(), word=word, pieces=pieces)


def _plain(text: str, told: bytes, *, word: bool, pieces: bool) -> Needle:
    if text.isascii():
        return Needle(text.encode(), b"\1" * len(text), told, "text", word, pieces)
    return _joined(list(map(_utf8, text)), told, "text", word=word, pieces=pieces)


def _utf8(char: str) -> bytes:
    return char.encode("utf-8", "surrogatepass")


def _joined(parts: list[bytes], told: bytes, spelling: str, *, word: bool, pieces: bool) -> Needle:
    """Joins the spellings of single characters; each byte of one tells what the character tells."""
    data = b"".join(parts)
    if len(data) == len(parts):
        return Needle(data, _ones(len(data)), bytes(told), spelling, word, pieces)
    starts = b"".join([_FIRST[len(part)] if len(part) < len(_FIRST) else _first(len(part)) for part in parts])
    spread = b"".join([bytes((tell,)) * len(part) for part, tell in zip(parts, told, strict=True)])
    return Needle(data, starts, spread, spelling, word, pieces)


def _escaped(text: str, told: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    """Yields the spellings of a text that spell each character by itself, but for those that leave it as it is."""
    special = sorted(set(text) - PLAIN)
    tokens = PLAIN_OR_NOT.findall(text)
    ends = list(accumulate(map(len, tokens)))
    # Of each token what it tells, and a table of what is the same in all spellings.
    tells = [told[end - len(token) : end] for token, end in zip(tokens, ends, strict=True)]
    ones = {token: _ones(len(token)) for token in tokens}
    zeros = {token: bytes(len(token)) for token in tokens}
    counts = [text.count(char) for char in special]
    forms: dict[tuple[str, ...], str] = {}
    spelled = [_spelled_char(char) for char in special]
    for label, form in zip(ENCODERS, zip(*spelled, strict=True), strict=True) if special else ():
        forms.setdefault(form, label.strip())
    done = [tuple(special)]
    for form, label in forms.items():
        if form in done:
            continue
        # Next to the one that it is most like, a needle is new only where the two differ.
        alike = max(done, key=lambda other: sum(n for n, a, b in zip(counts, form, other, strict=True) if a == b))
        done.append(form)
        parts = dict(zip(special, form, strict=True))
        sizes = {char: len(_utf8(part)) for char, part in parts.items()}
        starts = ones | {char: _first(size) for char, size in sizes.items()}
        fresh = zeros | {
            c: _ones(sizes[c]) if parts[c] != other else bytes(sizes[c])
            for c, other in zip(special, alike, strict=True)
        }
        yield Needle(
            _utf8("".join(map(parts.get, tokens, tokens))),
            b"".join(map(starts.__getitem__, tokens)),
            b"".join([tell * sizes.get(token, 1) for token, tell in zip(tokens, tells, strict=True)]),
            label,
            word,
            pieces,
            b"".join(map(fresh.__getitem__, tokens)),
        )


@lru_cache(maxsize=2048)
def _spelled_char(char: str) -> tuple[str, ...]:
    """Returns a character as each encoder spells it."""
    return tuple(encode(char) for encode in ENCODERS.values())


def _first(size: int) -> bytes:
    return b"\1" + bytes(size - 1) if size else b""


_FIRST = [_first(size) for size in range(16)]


@lru_cache(maxsize=256)
def _ones(size: int) -> bytes:
    return b"\1" * size


def _twice(told: bytes) -> bytes:
    twice = bytearray(2 * len(told))
    twice[::2] = twice[1::2] = told
    return bytes(twice)


def _encoded(data: bytes, told: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    """Hex, and base64 in each of three alignments: of that the characters that depend on the value alone."""
    twice = _twice(told)
    lower, upper = data.hex().encode(), data.hex().upper().encode()
    yield Needle(lower, _ones(len(lower)), twice, "hex", word, pieces)
    if upper != lower:
        yield Needle(upper, _ones(len(upper)), twice, "hex", word, pieces, upper.translate(_HEX_LETTERS))
    for before in (0,) if word else (0, 1, 2):
        form = base64.b64encode(bytes(before) + data)
        tells = _told_in_base64(bytes(before) + told, len(form))
        if not word:
            cut = slice((before * 8 + 5) // 6, (before + len(data)) * 8 // 6)
            yield from _both_base64(form[cut], tells[cut], b"", word=word, pieces=pieces)
        if not before and (word or form.endswith(b"=")):
            fresh = bytes(len(form) - 4) + _ones(4)
            yield from _both_base64(form, tells, b"" if word else fresh, word=word, pieces=pieces)


def _both_base64(form: bytes, told: bytes, fresh: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    yield Needle(form, _ones(len(form)), told, "base64", word, pieces, fresh)
    if (safe := form.translate(_URLSAFE)) != form:
        fresh = safe.translate(_URLSAFE_SIGNS)
        yield Needle(safe, _ones(len(form)), told, "URL-safe base64", word, pieces, fresh)


def _told_in_base64(told: bytes, size: int) -> bytes:
    """A character of base64 tells something where one of the two bytes does that it is made of."""
    padded = told + bytes(3)
    tells = bytearray(size)
    for place, (first, second) in enumerate(((0, 0), (0, 1), (1, 2), (2, 2))):
        either = int.from_bytes(padded[first::3][: size // 4]) | int.from_bytes(padded[second::3][: size // 4])
        tells[place::4] = either.to_bytes(size // 4)
    return bytes(tells)


def _binary(value: bytes, told: bytes) -> Iterator[Needle]:
    """Yields all spellings of bytes that are not UTF-8."""
    pieces = len(value) >= PIECES_FROM
    yield _bytes_needle(value, told)
    yield from _encoded(value, told, word=False, pieces=pieces)
    for quote_ in ("'", r"\'"):
        shown = [quote_ if byte == 39 else repr(bytes((byte,)))[2:-1] for byte in value]
        for label, form in {"bytes repr": shown, "bytes repr in JSON": [json.dumps(c)[1:-1] for c in shown]}.items():
            yield _joined(list(map(_utf8, form)), told, label, word=False, pieces=pieces)
    yield _joined([_utf8(chr(byte)) for byte in value], told, "Latin-1", word=False, pieces=pieces)
    for errors in ("surrogateescape", "replace", "backslashreplace", "ignore"):
        text = value.decode("utf-8", errors)
        if judge(text) is Scope.ANYWHERE:
            tells = bytes([c not in "\0\ufffd" for c in text])
            long = len(text) >= PIECES_FROM
            yield _joined(list(map(_utf8, text)), tells, f"UTF-8, {errors}", word=False, pieces=long)
