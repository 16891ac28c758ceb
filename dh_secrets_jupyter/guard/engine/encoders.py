"""The encodings that write each character by itself: escaped for a language, quoted, or one within another."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from itertools import product
from urllib.parse import quote

from .patterns import lazy_pattern


def _html(text: str, single: str, double: str) -> str:
    return html.escape(text, quote=False).replace("'", single).replace('"', double)


def _bytes_repr(char: str) -> str:
    return repr(char.encode("utf-8", "surrogatepass"))[2:-1]


def _json_html(char: str) -> str:
    """JSON that may stand in HTML: Django, Jinja."""
    return f"\\u{ord(char):04x}" if char in "<>&'" else json.dumps(char)[1:-1]


def _json_upper(char: str) -> str:
    text = json.dumps(char)[1:-1]
    return text if char.isascii() else text.upper().replace("U", "u")


def _json_dotnet(char: str) -> str:
    """JSON that may stand in HTML, as .NET's own serializer writes it."""
    return f"\\u{ord(char):04X}" if char in "\"'<>&+`" else _json_upper(char)


Encoder = Callable[[str], str]

# Each encodes one character. Whether repr escapes a quote depends on the other quote in the text: so both ways.
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
    "JSON with upper-case escapes": _json_upper,
    "JSON by .NET": _json_dotnet,
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


# The characters that are left as they are, by who makes the URL; in a form a blank is `+`.
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
ENCODERS = {**_REPR, **_JSON, **_HTML, **_OTHER}


def _chained(first: Encoder, second: Encoder) -> Encoder:
    return lambda c: "".join(map(second, first(c)))


# One within another, as they occur: JSON in JSON, the repr of JSON, either in HTML, HTML in JSON, JSON in a URL.
for inner, outer in (
    *product(_JSON, ("JSON", "JSON with escapes")),
    *product((r"JSON with \/", r"JSON with escapes and \/"), (r"JSON with \/",)),
    *product(_REPR, ("JSON", "JSON with escapes", "HTML", "HTML with &#39;")),
    *product(("repr", "repr ", "JSON", "JSON with escapes"), ("repr", "repr ")),
    *product(("JSON", "JSON with escapes"), (*_HTML, "URL", "URL, +")),
    *product((*_HTML, "shell", "shell "), ("JSON", "JSON with escapes", "repr", "repr ")),
):
    ENCODERS[f"{inner.strip()} in {outer}"] = _chained(ENCODERS[inner], ENCODERS[outer])


def _url_of_byte(safe: str, plus: bool, lower: bool) -> Encoder:
    return lambda c: _quoted(c, safe, plus, lower) if c.isascii() else f"%{ord(c):02{'x' if lower else 'X'}}"


_REPR_OF_BYTE: dict[str, Encoder] = {
    "bytes repr": lambda c: repr(c.encode("latin-1"))[2:-1],
    "bytes repr ": lambda c: r"\'" if c == "'" else repr(c.encode("latin-1"))[2:-1],
}
# Each encodes one byte of what is no text, given as the character of Latin-1.
BYTE_ENCODERS = {
    **_REPR_OF_BYTE,
    **{
        f"{label} in {outer}": _chained(encode, {**_JSON, **_HTML}[outer])
        for (label, encode), outer in product(_REPR_OF_BYTE.items(), ("JSON", "HTML", "HTML with &#39;", "HTML text"))
    },
    **{
        f"{label}{', +' * plus}{', lower case' * lower}": _url_of_byte(_URL_SAFE[label], plus, lower)
        for label, plus, lower in product(("URL", "URL path"), (False, True), (False, True))
    },
}

# Every encoder above leaves these characters as they are, so that most values need none of them.
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
PLAIN_OR_NOT = lazy_pattern(r"[A-Za-z0-9_.\-]+|.", re.DOTALL)
