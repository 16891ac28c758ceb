"""Spells a value in the ways in which it is met: as text, escaped, encoded."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from urllib.parse import quote

from .rule import PIECES_FROM, Scope, judge, telling

_FEW_SPELLINGS_FROM = 16_384
"""Characters from which on a text is looked for in the spellings of :data:`_FEW` alone, for the time that it takes:
in others it is met in its pieces."""


@dataclass(frozen=True, slots=True, eq=False)
class Needle:
    """One spelling of one value, as bytes: of text its UTF-8.

    Attributes:
        data: what to look for.
        starts: for each byte of ``data`` 1 where a character starts, else 0.
        told: for each byte of ``data`` 1 where it tells something of the value (:func:`rule.telling`), else 0.
        spelling: its name, for the receipt.
        word: whether it counts only as a whole word.
        pieces: whether a piece of it counts, too.
    """

    data: bytes
    starts: bytes
    told: bytes
    spelling: str
    word: bool
    pieces: bool


def _html(text: str, single: str, double: str) -> str:
    return html.escape(text, quote=False).replace("'", single).replace('"', double)


def _bytes_repr(char: str) -> str:
    return repr(char.encode("utf-8", "surrogatepass"))[2:-1]


def _json_html(char: str) -> str:
    """JSON that may stand in HTML: Django, Jinja."""
    return f"\\u{ord(char):04x}" if char in "<>&'" else json.dumps(char)[1:-1]


Encoder = Callable[[str], str]

# Each spells one character. Whether repr escapes a quote depends on the other quote in the text: so both ways.
_REPR: dict[str, Encoder] = {
    "repr": lambda c: repr(c)[1:-1],
    "repr ": lambda c: r"\'" if c == "'" else repr(c)[1:-1],
    "ascii": lambda c: ascii(c)[1:-1],
    "ascii ": lambda c: r"\'" if c == "'" else ascii(c)[1:-1],
    "bytes repr": _bytes_repr,
    "bytes repr ": lambda c: r"\'" if c == "'" else _bytes_repr(c),
}
_JSON: dict[str, Encoder] = {
    "JSON": lambda c: json.dumps(c, ensure_ascii=False)[1:-1],
    "JSON with escapes": lambda c: json.dumps(c)[1:-1],
    r"JSON with \/": lambda c: r"\/" if c == "/" else json.dumps(c, ensure_ascii=False)[1:-1],
    r"JSON with escapes and \/": lambda c: r"\/" if c == "/" else json.dumps(c)[1:-1],
    "JSON for HTML": _json_html,
    "JSON by Go": lambda c: "'" if c == "'" else _json_html(c),
    "JSON with upper-case escapes": lambda c: (
        json.dumps(c)[1:-1] if c.isascii() else json.dumps(c)[1:-1].upper().replace("U", "u")
    ),
}
_HTML: dict[str, Encoder] = {
    "HTML": lambda c: _html(c, "&#x27;", "&quot;"),
    "HTML with &#39;": lambda c: _html(c, "&#39;", "&#34;"),
    "HTML with &#39; and &quot;": lambda c: _html(c, "&#39;", "&quot;"),
    "HTML with &apos;": lambda c: _html(c, "&apos;", "&quot;"),
    "HTML text": lambda c: _html(c, "'", '"'),
    "XML attribute": lambda c: _html(c, "'", "&quot;"),
}
_URL_SAFE = {"URL": "", "URL path": "/", "URL as requested": "!#$%&'()*+,/:;=?@[]~"}


def _quoted(char: str, safe: str, plus: bool, lower: bool) -> str:
    if plus and char == " ":
        return "+"
    text = quote(char, safe=safe, errors="surrogatepass")
    return text.lower() if lower and text != char else text


def _url(safe: str, plus: bool, lower: bool) -> Encoder:
    return lambda c: _quoted(c, safe, plus, lower)


# What else is left as it is, by who makes the URL; a form's blanks are `+`.
_URL_KEPT = {
    "URL by SQLAlchemy": (" +", False),
    "URL by JavaScript": ("!'()*", False),
    "URL's query by yarl": ("!$'()*,/:?@", True),
    "URL's path by yarl": ("!$&'()*+,/:;=@", False),
    "URL's user by yarl": ("!$&'()*+,;=", False),
    "URL's user by httpx": ("!$&'()*+,", False),
}
_OTHER: dict[str, Encoder] = {
    **{
        f"{label}{', +' * plus}{', lower case' * lower}": _url(safe, plus, lower)
        for (label, safe), plus, lower in product(_URL_SAFE.items(), (False, True), (False, True))
    },
    **{label: _url(safe, plus, lower=False) for label, (safe, plus) in _URL_KEPT.items()},
    "shell": lambda c: "'\"'\"'" if c == "'" else c,
    "shell ": lambda c: "'\\''" if c == "'" else c,
}
_ENCODERS = {**_REPR, **_JSON, **_HTML, **_OTHER}


def _chained(first: Encoder, second: Encoder) -> Encoder:
    return lambda c: "".join(map(second, first(c)))


# One in the other, as met: JSON in JSON, the repr of JSON, either of them in HTML, HTML in JSON, JSON in a URL.
for inner, outer in (
    *product(_JSON, ("JSON", "JSON with escapes")),
    *product((r"JSON with \/", r"JSON with escapes and \/"), (r"JSON with \/",)),
    *product(_REPR, ("JSON", "JSON with escapes", "HTML", "HTML with &#39;")),
    *product(("repr", "repr ", "JSON", "JSON with escapes"), ("repr", "repr ")),
    *product(("JSON", "JSON with escapes"), (*_HTML, "URL", "URL, +")),
    *product((*_HTML, "shell", "shell "), ("JSON", "JSON with escapes", "repr", "repr ")),
):
    _ENCODERS[f"{inner.strip()} in {outer}"] = _chained(_ENCODERS[inner], _ENCODERS[outer])

_FEW = {label: _ENCODERS[label] for label in ("repr", "ascii", "JSON", "JSON with escapes", r"JSON with \/")}

# Every encoder above leaves these as they are, so that most values need none of them.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_PLAIN_OR_NOT = re.compile(r"[A-Za-z0-9_.\-]+|.", re.DOTALL)
_URLSAFE = bytes.maketrans(b"+/", b"-_")


def needles(value: str | bytes, visible: Iterable[tuple[int, int]] = ()) -> Iterator[Needle]:
    """Yields every spelling of a value, or nothing of one that :func:`rule.judge` refuses; some may come twice.

    Args:
        visible: from which character of a text to which it may be seen (:func:`parts.texts`): common material.
    """
    if isinstance(value, bytes):
        if judge(value.decode("latin-1")) is Scope.ANYWHERE:
            yield from _binary(value)
        return
    scope = judge(value)
    if scope is Scope.WORD:
        core = value.strip()
        yield from _spelled(core, telling(core), word=True, pieces=False)
    elif scope is Scope.ANYWHERE:
        told = bytearray(telling(value))
        for start, end in visible:
            told[start:end] = bytes(end - start)
        yield from _spelled(value, bytes(told), word=False, pieces=len(value) >= PIECES_FROM)
        yield from _lines(value, bytes(told))


def _lines(value: str, told_of_all: bytes) -> Iterator[Needle]:
    """Each line that is not itself short or common; the longer ones are pieces of the value already."""
    starts: dict[str, int] = {}
    at = 0
    for whole in value.splitlines(keepends=True):
        starts.setdefault(whole.strip(), at + len(whole) - len(whole.lstrip()))
        at += len(whole)
    for line, start in starts.items():
        if line != value and (len(line) < PIECES_FROM or len(value) < PIECES_FROM):
            told = told_of_all[start : start + len(line)]
            if judge(line) is Scope.ANYWHERE and 1 in told:
                if len(value) < _FEW_SPELLINGS_FROM:
                    yield from _spelled(line, told, word=False, pieces=False)
                else:
                    yield _joined(list(map(_utf8, line)), told, "text", word=False, pieces=False)


def _spelled(text: str, told: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    """Yields all spellings of a text; ``told`` has a byte for each character."""
    chars = list(map(_utf8, text))
    yield (plain := _joined(chars, told, "text", word=word, pieces=pieces))
    yield from _encoded(plain.data, plain.told, word=word, pieces=pieces)
    seen = {text}
    tokens = _PLAIN_OR_NOT.findall(text)
    special = sorted(set(text) - _PLAIN)
    encoders = _ENCODERS if len(text) < _FEW_SPELLINGS_FROM else _FEW
    for label, encode in encoders.items() if special else ():
        table = {ord(c): encode(c) for c in special}
        if (spelled := text.translate(table)) not in seen:
            seen.add(spelled)
            yield _escaped(tokens, told, table, label.strip(), word=word, pieces=pieces)
    if not word:
        for order in ("utf-16-le", "utf-16-be"):
            units = [c.encode(order, "surrogatepass") for c in text]
            yield _joined(units, told, order.upper(), word=word, pieces=pieces)
            if not text.isascii():  # as a text it is each byte a character
                shown = [_utf8(unit.decode("latin-1")) for unit in units]
                yield _joined(shown, told, order.upper(), word=word, pieces=pieces)


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


def _escaped(
    tokens: list[str], told: bytes, table: dict[int, str], spelling: str, *, word: bool, pieces: bool
) -> Needle:
    """As :func:`_joined`, of a text in runs of plain characters and single others, spelled by a table."""
    data, starts, spread, at = bytearray(), bytearray(), bytearray(), 0
    for token in tokens:
        if ord(token[0]) in table:
            part = _utf8(table[ord(token)])
            starts += _FIRST[len(part)] if len(part) < len(_FIRST) else _first(len(part))
            spread += told[at : at + 1] * len(part)
        else:
            part = _utf8(token)
            starts += _ones(len(part))
            spread += told[at : at + len(token)]
        data += part
        at += len(token)
    return Needle(bytes(data), bytes(starts), bytes(spread), spelling, word, pieces)


def _first(size: int) -> bytes:
    return b"\1" + bytes(size - 1) if size else b""


_FIRST = [_first(size) for size in range(16)]


@lru_cache(maxsize=256)
def _ones(size: int) -> bytes:
    return b"\1" * size


def _encoded(data: bytes, told: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    """Hex, and base64 in each of three alignments: of that the characters that depend on the value alone."""
    twice = bytearray(2 * len(data))
    twice[::2] = twice[1::2] = told
    for digits in {data.hex(), data.hex().upper()}:
        yield Needle(digits.encode(), _ones(len(digits)), bytes(twice), "hex", word, pieces)
    for before in (0,) if word else (0, 1, 2):
        form = base64.b64encode(bytes(before) + data)
        tells = _told_in_base64(bytes(before) + told, len(form))
        if not word:
            cut = slice((before * 8 + 5) // 6, (before + len(data)) * 8 // 6)
            yield from _both_base64(form[cut], tells[cut], word=word, pieces=pieces)
        if not before and (word or form.endswith(b"=")):
            yield from _both_base64(form, tells, word=word, pieces=pieces)


def _both_base64(form: bytes, told: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    yield Needle(form, _ones(len(form)), told, "base64", word, pieces)
    if (safe := form.translate(_URLSAFE)) != form:
        yield Needle(safe, _ones(len(form)), told, "URL-safe base64", word, pieces)


def _told_in_base64(told: bytes, size: int) -> bytes:
    """A character of base64 tells something where one of the two bytes does that it is made of."""
    padded = told + bytes(3)
    tells = bytearray(size)
    for place, (first, second) in enumerate(((0, 0), (0, 1), (1, 2), (2, 2))):
        pairs = zip(padded[first::3], padded[second::3], strict=False)
        tells[place::4] = bytes([a | b for a, b in pairs])[: size // 4]
    return bytes(tells)


def _binary(value: bytes) -> Iterator[Needle]:
    """Yields all spellings of bytes that are not UTF-8."""
    pieces = len(value) >= PIECES_FROM
    told = bytes([byte != 0 for byte in value])
    yield Needle(value, _ones(len(value)), told, "bytes", False, pieces)
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
