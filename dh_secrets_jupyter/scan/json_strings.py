"""Reads JSON and keeps where in the file each string stands, so that a part of one can be replaced and nothing else."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import cached_property, lru_cache

Path = tuple[str | int, ...]
"""The keys and numbers that lead to something in a JSON document."""

_QUOTE = ord('"')
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL)


@lru_cache(1024)
def _character(escape: bytes) -> bytes:
    """Returns what an escape stands for, in UTF-8."""
    return str(json.loads(b'"' + escape + b'"')).encode("utf-8", "surrogatepass")


class JsonString:
    """A string, or a number, of a document; what it says is read when that is asked for, which is of few.

    Attributes:
        start: where it begins in the document, with its quotation mark.
        end: where it ends, with its quotation mark.
        is_quoted: whether it is a string.
    """

    def __init__(self, document: bytes, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.is_quoted = document[start] == _QUOTE
        self._document = document

    @property
    def value(self) -> bytes:
        """What it says, in UTF-8."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[bytes, list[int], list[int]]:
        """What it says; and where stretches begin, in that and in the document: the even ones are alike, the odd ones
        are escapes."""
        document, last = self._document, self.end - self.is_quoted
        new, old = [0], [self.start + self.is_quoted]
        parts: list[bytes] = []
        size = 0
        for escape in _ESCAPE.finditer(document, old[0], last):
            plain = document[old[-1] : escape.start()]
            char = _character(escape[0])
            parts += [plain, char]
            new += [size + len(plain), size := size + len(plain) + len(char)]
            old += [escape.start(), escape.end()]
        parts.append(document[old[-1] : last])
        return b"".join(parts), new, old

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Returns where in the document bytes ``start`` to ``end`` of the value stand: of an escape all of it."""
        return self._place(start), self._place(end - 1, after=True)

    def _place(self, at: int, *, after: bool = False) -> int:
        _, new, old = self._read
        part = bisect_right(new, at) - 1
        if part % 2:
            return old[part + after]
        return old[part] + at - new[part] + after


class Leaf:
    """A string, a number, or a list of nothing but these.

    Attributes:
        path: what leads to it.
        strings: it, or the members of the list.
        is_key: whether it is the key that the path ends in.
    """

    __slots__ = ("is_key", "path", "strings")

    def __init__(self, path: Path, strings: list[JsonString], *, is_key: bool = False) -> None:
        self.path = path
        self.strings = strings
        self.is_key = is_key


def leaves(document: bytes) -> Iterator[Leaf]:
    """Yields all strings, numbers and keys of a document that is valid JSON, in its order."""
    path: list[str | int] = []
    awaits_key = False
    members: list[JsonString] | None = None  # of a list that holds nothing else so far
    for token in _TOKEN.finditer(document, len(BOM_UTF8) if document.startswith(BOM_UTF8) else 0):
        sign = token[0]
        if sign in (b"{", b"["):
            if members:
                yield Leaf(tuple(path[:-1]), members)
            path.append("" if sign == b"{" else 0)
            awaits_key = sign == b"{"
            members = [] if sign == b"[" else None
        elif sign in (b"}", b"]"):
            path.pop()
            if members:
                yield Leaf(tuple(path), members)
            awaits_key, members = False, None
        elif sign == b",":
            if isinstance(path[-1], int):
                path[-1] += 1
            else:
                awaits_key = True
        elif sign == b":":
            awaits_key = False
        elif awaits_key:
            key = JsonString(document, *token.span())
            path[-1] = key.value.decode("utf-8", "surrogatepass")
            yield Leaf(tuple(path), [key], is_key=True)
        elif members is not None:
            members.append(JsonString(document, *token.span()))
        else:
            yield Leaf(tuple(path[:-1] if isinstance(path[-1], int) else path), [JsonString(document, *token.span())])
