"""Finds the secrets within a value that is made of several parts, and what of it may be seen.

People keep a whole connection string, credentials file or service account as one secret, and mean the password in it.
So its password is masked by itself, too, and its user, host, port, database and project id are common material, as long
as the value is of a form that is known here. What is not recognized stays significant.

The readers go over a text once; nothing of them raises or imports anything heavy.
"""

from __future__ import annotations

from ..patterns import lazy_pattern
from .connections import read_urls
from .flow import read_flow
from .found import Found, Range
from .lines import read_lines
from .markup import read_markup

__all__ = ["PART_FROM", "Range", "texts"]

PART_FROM = 8
"""Characters from which on a part is masked by itself."""
_DEPTH = 3
"""How deep composites are read in one another, as a connection string in JSON in a dotenv file."""
_INI_SECTION = lazy_pattern(r"\s*\[[^\]\n\"'{\[]+\][ \t\r]*(?:\n|\Z)")


def texts(value: str, *, urls_are_common: bool = False) -> dict[str, list[Range]]:
    """Returns the texts to be masked: the value and its secret parts, each with the spans of it that may be seen.

    Args:
        urls_are_common: whether a URL under a key that is not named like a secret may be seen.
    """
    known: dict[str, list[Range]] = {}
    new: dict[str, list[Range]] = {value: []}
    for _ in range(_DEPTH):
        found = {text: _read(text, urls_are_common) for text in new if text not in known}
        known |= {text: read.visible() + new[text] for text, read in found.items()}
        parts = [part for read in found.values() for part in read.secrets.items()]
        new = {text: visible for text, visible in parts if len(text.strip()) >= PART_FROM}
    return known


def _read(text: str, urls_are_common: bool) -> Found:
    found = Found(urls_are_common=urls_are_common)
    read_urls(found, text)
    start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    if text[start : start + 1] == "<":
        read_markup(found, text)
    if text[start : start + 1] in ("{", "[") and not _INI_SECTION.match(text):
        read_flow(found, text, start, len(text))
    elif "=" in text or ":" in text or "password" in text or (" " in text and "--" in text):
        read_lines(found, text)
    return found
