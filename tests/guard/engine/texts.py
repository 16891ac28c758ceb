"""Values, and output that shows them whole, in part, or not at all, for the property tests."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Callable

from hypothesis import strategies as st

from dh_secrets_jupyter.guard.engine.masker import Masker

SIGNS = "abcXYZ019-_+/='\"\\<&% \n\téß€😀"
"""Few characters, so that values overlap, repeat and begin with each other's ends; the ones that encodings escape."""

ENCODINGS: dict[str, Callable[[str], str]] = {
    "text": str,
    "repr": lambda v: repr(v)[1:-1],
    "repr of the bytes": lambda v: repr(v.encode())[2:-1],
    "ascii": lambda v: ascii(v)[1:-1],
    "JSON": lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    "JSON with escapes": lambda v: json.dumps(v)[1:-1],
    r"JSON with \/": lambda v: json.dumps(v)[1:-1].replace("/", r"\/"),
    "JSON in JSON": lambda v: json.dumps(json.dumps(v))[1:-1],
    "JSON in a repr": lambda v: repr(json.dumps({"k": v}))[1:-1],
    "repr in JSON": lambda v: json.dumps(repr(v))[1:-1],
    "HTML": html.escape,
    "HTML as of Jinja": lambda v: html.escape(v).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "HTML text": lambda v: html.escape(v, quote=False),
    "XML attribute": lambda v: html.escape(v, quote=False).replace('"', "&quot;"),
    "JSON by Go": lambda v: "".join(f"\\u{ord(c):04x}" if c in "<>&" else json.dumps(c)[1:-1] for c in v),
    "JSON by .NET": lambda v: "".join(map(_json_by_dotnet, v)),
    "repr in HTML": lambda v: html.escape(repr(v)),
    "JSON in HTML": lambda v: html.escape(json.dumps(v)),
    "HTML in JSON": lambda v: json.dumps(html.escape(v))[1:-1],
    "URL": urllib.parse.quote,
    "URL with plus": urllib.parse.quote_plus,
    "URL, nothing left": lambda v: urllib.parse.quote(v, safe=""),
    "URL, lower case": lambda v: _lower_percent(urllib.parse.quote(v)),
    "URL with plus, lower case": lambda v: _lower_percent(urllib.parse.quote_plus(v)),
    "URL by SQLAlchemy": lambda v: urllib.parse.quote(v, safe=" +"),
    "URL by JavaScript": lambda v: urllib.parse.quote(v, safe="!'()*"),
    "query by yarl": lambda v: urllib.parse.quote_plus(v, safe="!$'()*,/:?@"),
    "user by yarl": lambda v: urllib.parse.quote(v, safe="!$&'()*+,;="),
    "user by httpx": lambda v: urllib.parse.quote(v, safe="!$&'()*+,"),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 after one byte": lambda v: base64.b64encode(b":" + v.encode()).decode(),
    "base64 after two bytes": lambda v: base64.b64encode(b"u:" + v.encode()).decode(),
    "base64 with a suffix": lambda v: base64.b64encode(b"user:" + v.encode() + b"@host").decode(),
    "base64 with another suffix": lambda v: base64.b64encode(b"user:" + v.encode() + b"@h").decode(),
    "URL-safe base64": lambda v: base64.urlsafe_b64encode(b"1" + v.encode() + b"2").decode(),
    "shell": lambda v: v.replace("'", "'\"'\"'"),
    "shell, the other way": lambda v: v.replace("'", r"'\''"),
    "UTF-16, little end first": lambda v: v.encode("utf-16-le").decode("latin-1"),
    "UTF-16, big end first": lambda v: v.encode("utf-16-be").decode("latin-1"),
    "ANSI as tput resets it in between": lambda v: "\x1b(B\x1b[m".join((v[: len(v) // 2], v[len(v) // 2 :])),
    "ANSI colours in between": lambda v: "".join(f"\x1b[38;5;{i}m{c}\x1b[39m" for i, c in enumerate(v)),
}
"""Every encoding of a value, made by other means than those of the guard."""

BYTES: dict[str, Callable[[bytes], str]] = {
    "repr": repr,
    "repr of a bytearray": lambda b: repr(bytearray(b)),
    "repr in JSON": lambda b: json.dumps(repr(b)),
    "repr in HTML": lambda b: html.escape(repr(b)),
    "repr as HTML's text": lambda b: html.escape(repr(b), quote=False),
    "URL": urllib.parse.quote_from_bytes,
    "URL, everything quoted": lambda b: urllib.parse.quote_from_bytes(b, safe=""),
    "form": urllib.parse.quote_plus,
    "URL, lower case": lambda b: _lower_percent(urllib.parse.quote_from_bytes(b)),
    "hex": bytes.hex,
    "HEX": lambda b: b.hex().upper(),
    "base64": lambda b: base64.b64encode(b).decode(),
    "base64 with more around": lambda b: base64.b64encode(b"ab" + b + b"c").decode(),
    "URL-safe base64": lambda b: base64.urlsafe_b64encode(b"a" + b).decode(),
    "Latin-1": lambda b: b.decode("latin-1"),
    "surrogateescape": lambda b: b.decode("utf-8", "surrogateescape"),
    "replace": lambda b: b.decode("utf-8", "replace"),
    "backslashreplace": lambda b: b.decode("utf-8", "backslashreplace"),
    "ignore": lambda b: b.decode("utf-8", "ignore"),
}
"""The same of bytes that are no UTF-8."""


def _json_by_dotnet(char: str) -> str:
    if char in "\"'<>&+`":
        return f"\\u{ord(char):04X}"
    return json.dumps(char)[1:-1] if char.isascii() else json.dumps(char)[1:-1].upper().replace("\\U", "\\u")


def _lower_percent(text: str) -> str:
    parts = text.split("%")
    return parts[0] + "".join("%" + part[:2].lower() + part[2:] for part in parts[1:])


def masker_of(*values: str | bytes) -> Masker:
    """Returns a masker that knows these values as V0, V1, …"""
    made = Masker()
    for number, value in enumerate(values):
        made.add(f"V{number}", value)
    return made


values = st.one_of(
    st.text(SIGNS, min_size=1, max_size=60),
    st.text("ab", min_size=8, max_size=30),
    st.text("0123456789", min_size=6, max_size=30),
    st.text("0123456789abcdefABCDEF-", min_size=24, max_size=80),
    st.lists(st.text("abcXYZ019+/", min_size=4, max_size=40), min_size=2, max_size=5).map("\n".join),
)


@st.composite
def shown(draw: st.DrawFn) -> tuple[list[str], str]:
    """Draws some values, and a text that shows them in any encoding, whole or in part, among other things."""
    known = draw(st.lists(values, min_size=1, max_size=4))
    parts: list[str] = []
    for _ in range(draw(st.integers(0, 8))):
        value = draw(st.sampled_from(known))
        if draw(st.booleans()):
            value = ENCODINGS[draw(st.sampled_from(sorted(ENCODINGS)))](value)
        if draw(st.booleans()):
            start = draw(st.integers(0, len(value)))
            value = value[start : draw(st.integers(start, len(value)))]
        parts += [
            value,
            draw(st.sampled_from(["", "", " ", "\n", "\x1b[0m", "\x1b[K", "\x1b[1;31m", "a", "0", "-----", "\ud83d"])),
        ]
        if draw(st.booleans()):
            parts.append(draw(st.text(SIGNS, max_size=12)))
    return known, "".join(parts)


@st.composite
def cut(draw: st.DrawFn, text: str) -> list[str]:
    """Draws a text cut anywhere."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
