"""Reads XML as settings are written in it: elements, and pairs of attributes that are a key and its text."""

from __future__ import annotations

import re
from html import unescape
from itertools import chain

from ..patterns import lazy_pattern
from .connections import read_connection
from .found import Found

_ELEMENT = lazy_pattern(
    r"<(?P<key>[A-Za-z][\w.\-]{0,63})(?:\s[^<>]{0,500})?>\s*+"
    r"(?:<!\[CDATA\[(?P<data>.{1,4096}?)\]\]>|(?P<text>[^<>]*[^<>\s]))",
    re.DOTALL,
)
_SETTING = lazy_pattern(
    r'\b(?:key|name)="(?P<key>[^"<>]{1,64})"\s[^<>]{0,200}?\b(?:value|connectionString)="(?P<text>[^"<>]+)"'
)


def read_markup(found: Found, text: str) -> None:
    """Notes what stands in elements and under keys that are named like secrets, and who and where they lead to."""
    for one in chain(_ELEMENT.finditer(text), _SETTING.finditer(text)):
        raw, span = one[one.lastgroup or 0], one.span(one.lastgroup or 0)
        if not found.entry(one["key"], one.span("key"), *span, unescape(raw), raw):
            read_connection(found, text, *span)
