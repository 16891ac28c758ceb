"""Reads JSON, and what YAML writes like it: maps and lists in brackets, at any depth."""

from __future__ import annotations

import json
import re

from ..patterns import lazy_pattern
from . import keys
from .connections import read_connection
from .found import Found, Range

_TOKEN = lazy_pattern(
    r"""(?P<text>"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*(?:''[^']*)*')|(?P<sign>[\[\]{},:])|(?P<plain>[^\s\[\]{},:"'](?:[^\[\]{},:\n]|:(?!\s))*)""",
    re.DOTALL,
)


_YAML_ESCAPE = lazy_pattern(r"\\(?:x([0-9A-Fa-f]{2})|.)", re.DOTALL)
"""An escape, with the digits of the one that JSON does not have."""

Key = tuple[str, Range]
"""A key, and where it stands."""


def read_flow(found: Found, text: str, start: int, end: int, key: Key | None = None) -> None:
    """Notes what stands under keys: text directly under one, or in lists under it, but not in maps.

    Args:
        key: the key under which the whole of it stands.
    """
    outer: list[tuple[bool, Key | None]] = []  # for each bracket that is open: whether a map's, and the key before it
    last: Key | None = None  # a text that is a key if a colon follows
    for token in _TOKEN.finditer(text, start, end):
        sign, in_map = token["sign"], bool(outer) and outer[-1][0]
        if sign in ("[", "{"):
            outer.append((sign == "{", key))
            key = None if sign == "{" else key
        elif sign in ("]", "}"):
            key = outer.pop()[1] if outer else None
        elif sign == "," and in_map:
            key = None
        elif sign == ":" and in_map:
            key = last
            if key and (around := outer[-1][1]) and keys.holds_hosts(around[0]):
                found.common(*key[1])
        elif not sign:
            plain, span = _read(token)
            last = plain, span
            if key and not found.entry(*key, *span, plain):
                read_nested(found, text, plain, span)


def read_nested(found: Found, text: str, plain: str, span: Range) -> None:
    """Reads JSON or a connection string under any other key; one with escapes by itself."""
    read = read_flow if plain[:1] in ("{", "[") else read_connection
    if text[slice(*span)] == plain:
        read(found, text, *span)
    else:
        inner = found.for_inner_text()
        read(inner, plain, 0, len(plain))
        found.embed(inner, plain, text, span)


def unescaped(raw: str) -> str:
    """Returns what a text in double quotes says, to JSON or to YAML; raises ValueError where it says nothing."""
    return str(json.loads(f'"{_YAML_ESCAPE.sub(_as_json, raw)}"', strict=False))


def _as_json(escape: re.Match[str]) -> str:
    return json.dumps(chr(int(escape[1], 16)))[1:-1] if escape[1] else escape[0]


def _read(token: re.Match[str]) -> tuple[str, Range]:
    raw, (start, end) = token[0], token.span()
    if token["plain"]:
        plain = raw.rstrip()
        return plain, (start, start + len(plain))
    if raw[0] == "'":
        return raw[1:-1].replace("''", "'"), (start + 1, end - 1)
    if "\\" in raw:
        try:
            return unescaped(raw[1:-1]), (start + 1, end - 1)
        except ValueError:
            pass
    return raw[1:-1], (start + 1, end - 1)
