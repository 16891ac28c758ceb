"""Spells a value in the ways in which it is met: as text, escaped, encoded."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote

from .rule import ANYWHERE_FROM, PIECES_FROM, Scope, judge, telling

START, TELLS = 1, 2
"""Flags of a byte of a needle: a character starts here; it tells something of the value (:func:`rule.telling`)."""

_FEW_SPELLINGS_FROM = 16_384
"""Bytes from which on the lines of a value are looked for as they are, and not in every spelling."""


@dataclass(frozen=True, slots=True, eq=False)
class Needle:
    """One spelling of one value, as bytes: of text its UTF-8.

    Attributes:
        data: what to look for.
        flags: for each byte of ``data`` :data:`START` and :data:`TELLS`.
        spelling: its name, for the receipt.
        word: whether it counts only as a whole word.
        pieces: whether a piece of it counts, too.
    """

    data: bytes
    flags: bytes
    spelling: str
    word: bool
    pieces: bool


def _html(text: str, single: str, double: str) -> str:
    return html.escape(text, quote=False).replace("'", single).replace('"', double)


def _bytes_repr(char: str) -> str:
    return repr(char.encode("utf-8", "surrogatepass"))[2:-1]


def _json_html(char: str) -> str:
    """JSON that may stand in HTML: Go, Django, Jinja."""
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
    "JSON in HTML": _json_html,
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
}
_URL_SAFE = {"URL": "", "URL path": "/", "URL as requested": "!#$%&'()*+,/:;=?@[]~"}


def _quoted(char: str, safe: str, plus: bool, lower: bool) -> str:
    if plus and char == " ":
        return "+"
    text = quote(char, safe=safe, errors="surrogatepass")
    return text.lower() if lower and text != char else text


def _url(safe: str, plus: bool, lower: bool) -> Encoder:
    return lambda c: _quoted(c, safe, plus, lower)


_OTHER: dict[str, Encoder] = {
    **{
        f"{label}{', +' * plus}{', lower case' * lower}": _url(safe, plus, lower)
        for (label, safe), plus, lower in product(_URL_SAFE.items(), (False, True), (False, True))
    },
    "shell": lambda c: "'\"'\"'" if c == "'" else c,
    "shell ": lambda c: "'\\''" if c == "'" else c,
}
_ENCODERS = {**_REPR, **_JSON, **_HTML, **_OTHER}


def _chained(first: Encoder, second: Encoder) -> Encoder:
    return lambda c: "".join(map(second, first(c)))


# One in the other, as met: JSON in JSON, the repr of JSON, either of them in HTML, HTML in JSON, JSON in a URL.
for inner, outer in (
    *product(_JSON, ("JSON", r"JSON with \/", "JSON in HTML")),
    *product(_REPR, ("JSON", "repr", "repr ", "HTML", "HTML with &#39;", "HTML text")),
    *product(("JSON", "JSON with escapes"), ("repr", "repr ", *_HTML, "URL", "URL, +")),
    *product(_HTML, ("JSON", r"JSON with \/", "repr", "repr ")),
    *product(("shell", "shell "), ("JSON", "repr", "repr ")),
):
    _ENCODERS[f"{inner.strip()} in {outer}"] = _chained(_ENCODERS[inner], _ENCODERS[outer])

# Every encoder above leaves these as they are, so that most values need none of them.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


def needles(value: str | bytes) -> Iterator[Needle]:
    """Yields every spelling of a value, or nothing of one that :func:`rule.judge` refuses; some may come twice."""
    if isinstance(value, bytes):
        text = value.decode("latin-1")
        if judge(text) is Scope.ANYWHERE:
            yield from _binary(value)
        return
    scope = judge(value)
    if not isinstance(scope, Scope):
        return
    core = value.strip()
    if scope is Scope.WORD:
        yield from _spelled(core, telling(core), word=True, pieces=False)
        return
    flags = telling(value)
    yield from _spelled(value, flags, word=False, pieces=len(value) >= PIECES_FROM)
    yield from _lines(value)


def _lines(value: str) -> Iterator[Needle]:
    """Each line that is not itself short or common; the longer ones are pieces of the value already."""
    for line in {line.strip() for line in value.splitlines()} - {value}:
        if ANYWHERE_FROM <= len(line) < PIECES_FROM or len(value) < PIECES_FROM:
            flags = telling(line)
            if judge(line) is Scope.ANYWHERE and 1 in flags:
                if len(value) < _FEW_SPELLINGS_FROM:
                    yield from _spelled(line, flags, word=False, pieces=False)
                else:
                    yield _text(line, "line", map(_utf8, line), flags, word=False, pieces=False)


def _spelled(text: str, flags: bytes | bytearray, *, word: bool, pieces: bool) -> Iterator[Needle]:
    yield _text(text, "text", map(_utf8, text), flags, word=word, pieces=pieces)
    if special := set(text) - _PLAIN:
        for label, encode in _ENCODERS.items():
            table = {c: encode(c) for c in special}
            if any(c != e for c, e in table.items()):
                yield _text(
                    text, label.strip(), [_utf8(table.get(c, c)) for c in text], flags, word=word, pieces=pieces
                )
    encoded = [_utf8(c) for c in text]
    data = b"".join(encoded)
    tells = b"".join(bytes([f]) * len(e) for f, e in zip(flags, encoded, strict=True))
    yield from _encoded(data, tells, word=word, pieces=pieces)
    for order in () if word else ("utf-16-le", "utf-16-be"):
        units = [c.encode(order, "surrogatepass") for c in text]
        yield _text(text, order.upper(), units, flags, word=word, pieces=pieces, inner_starts=True)
        if not text.isascii():
            as_latin = [_utf8(u.decode("latin-1")) for u in units]
            yield _text(text, order.upper(), as_latin, flags, word=word, pieces=pieces)


def _utf8(char: str) -> bytes:
    return char.encode("utf-8", "surrogatepass")


def _text(
    text: str,
    spelling: str,
    encoded: Iterator[bytes] | list[bytes] | map[bytes],
    tells: bytes | bytearray,
    *,
    word: bool,
    pieces: bool,
    inner_starts: bool = False,
) -> Needle:
    """Joins the spellings of the characters; each byte of one tells what the character tells."""
    parts = list(encoded)
    flags = bytearray()
    for part, tell in zip(parts, tells, strict=True):
        inner = tell * TELLS + START * inner_starts
        flags += bytes((tell * TELLS + START,)) + bytes((inner,)) * (len(part) - 1)
    return Needle(b"".join(parts), bytes(flags), spelling, word, pieces)


def _encoded(data: bytes, tells: bytes, *, word: bool, pieces: bool) -> Iterator[Needle]:
    """Hex, and base64 in each of three alignments: of that the characters that depend on the value alone."""
    digits = bytes(START + TELLS * tell for tell in tells for _ in "12")
    for hexed in {data.hex(), data.hex().upper()}:
        yield Needle(hexed.encode(), digits, "hex", word, pieces)
    for before in (0,) if word else (0, 1, 2):
        text = base64.b64encode(bytes(before) + data)
        bits = range(0, len(text.rstrip(b"=")) * 6, 6)
        last = len(data) - 1
        tell = bytes(
            START + TELLS * (tells[max(b // 8 - before, 0)] | tells[min((b + 5) // 8 - before, last)]) for b in bits
        )
        cut = slice((before * 8 + 5) // 6, (before + len(data)) * 8 // 6)
        for name, form in {"base64": text, "URL-safe base64": text.translate(_URLSAFE)}.items():
            if not word:
                yield Needle(form[cut], tell[cut], name, word, pieces)
            if not before and form.endswith(b"="):
                yield Needle(form, tell + bytes([START]) * (len(form) - len(tell)), name, word, pieces)
            elif word:
                yield Needle(form, tell, name, word, pieces)


_URLSAFE = bytes.maketrans(b"+/", b"-_")


def _binary(value: bytes) -> Iterator[Needle]:
    pieces = len(value) >= PIECES_FROM
    tells = bytes(b != 0 for b in value)
    yield Needle(value, bytes(START + TELLS * t for t in tells), "bytes", False, pieces)
    chars = [bytes([b]) for b in value]
    for label in ("bytes repr", "bytes repr "):
        shown = [_REPR["repr" + label[10:]](chr(b)) if b < 128 else f"\\x{b:02x}" for b in value]
        yield _text("", label.strip(), map(_utf8, shown), tells, word=False, pieces=pieces)
        in_json = [json.dumps(c)[1:-1].encode() for c in shown]
        yield _text("", "bytes repr in JSON", in_json, tells, word=False, pieces=pieces)
    yield _text("", "Latin-1", [_utf8(c.decode("latin-1")) for c in chars], tells, word=False, pieces=pieces)
    for errors in ("surrogateescape", "replace", "backslashreplace", "ignore"):
        text = value.decode("utf-8", errors)
        if judge(text) is Scope.ANYWHERE:
            flags = bytes(c not in "\0\ufffd" for c in text)
            yield _text(text, f"UTF-8, {errors}", map(_utf8, text), flags, word=False, pieces=len(text) >= PIECES_FROM)
    yield from _encoded(value, tells, word=False, pieces=pieces)
