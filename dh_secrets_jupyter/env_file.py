"""Reads dotenv files as python-dotenv does, but replaces nothing in a value, and knows bad lines by their numbers.

What python-dotenv makes of a comment behind nothing (``KEY=  # comment``) and of escapes differs from one of its
versions to the next; what is stored as a secret must not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

_NOTHING = re.compile(r"[^\S\n]*(?:#[^\n]*)?(?:\n|\Z)")
_ENTRY = re.compile(
    r"""
    [^\S\n]* (?:export[^\S\n]+)? (?P<key>'[^'\n]+'|[^=\#\s]+) [^\S\n]* =
    (?:
        [^\S\n]* (?: '(?P<single>[^'\\]*(?:\\.[^'\\]*)*)' | "(?P<double>[^"\\]*(?:\\.[^"\\]*)*)" )
        [^\S\n]* (?:\#[^\n]*)?
      | (?![^\S\n]*['"]) (?P<plain>[^\n]*)
    )
    (?:\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"\s+#.*")
_SINGLE_ESCAPES, _DOUBLE_ESCAPES = re.compile(r"\\[\\']"), re.compile(r"\\[\\'\"abfnrtv]")


def read(text: str, is_name: Callable[[str], bool]) -> tuple[dict[str, str], list[int]]:
    """Returns the values by name, and the numbers of the lines that are no entry.

    The file's own line ends, of whatever system, are line feeds in a value of several lines.

    Args:
        is_name: whether a secret can have that name.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    values: dict[str, str] = {}
    bad: list[int] = []
    at = 0
    while at < len(text):
        if nothing := _NOTHING.match(text, at):
            at = nothing.end()
        elif (entry := _ENTRY.match(text, at)) and is_name(entry["key"].strip("'")):
            values[entry["key"].strip("'")] = _value(entry)
            at = entry.end()
        else:
            bad.append(text.count("\n", 0, at) + 1)
            end = entry.end() if entry else text.find("\n", at) + 1
            at = end or len(text)
    return values, bad


def _value(entry: re.Match[str]) -> str:
    if entry["single"] is not None:
        return _unescaped(_SINGLE_ESCAPES, entry["single"])
    if entry["double"] is not None:
        return _unescaped(_DOUBLE_ESCAPES, entry["double"])
    return _COMMENT.sub("", entry["plain"]).strip()


def _unescaped(escapes: re.Pattern[str], text: str) -> str:
    return escapes.sub(lambda escape: codecs.decode(escape[0], "unicode-escape"), text)
