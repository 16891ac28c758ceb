"""JSON objects as text: what others wrote is kept to the letter, however large, deep or odd it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

Member = tuple[str, str]
"""A member of an object: its name, and its value as JSON text."""

# A string without an end reaches to the end of the text, so that no part of it is searched twice.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)|[][{}:,]', re.DOTALL)
_decode = json.JSONDecoder(parse_int=float).decode


def read(text: str) -> dict[str, object]:
    """Returns an object's members as values, as :func:`load` reads them.

    Raises:
        ValueError: it is no JSON object.
    """
    found = load(text)
    if found is ...:  # as a whole it is too deep: each by itself
        return {name: load(value) for name, value in split(text)}
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def split(text: str) -> list[Member]:
    """Returns the members of an object that :func:`read` takes, in their order, each value on one line; where several
    have the same name, all of them.

    Raises:
        ValueError: it has no end, or is no object.
    """
    found: list[Member] = []
    depth, start, name = 0, 0, None
    for token in _TOKEN.finditer(text):
        sign, at = token[0], token.start()
        if depth == 1 and sign == ":":
            name, start = load(text[start:at]), at + 1
        elif depth == 1 and sign in (",", "}"):
            if isinstance(name, str):
                found.append((name, re.sub("[\r\n]", " ", text[start:at].strip())))
            name, start = None, at + 1
        elif depth == 0:
            start = at + 1
        depth += (sign in ("{", "[")) - (sign in ("}", "]"))
    if depth or not text.lstrip().startswith("{"):
        raise ValueError("no JSON object")
    return found


def join(members: Iterable[Member]) -> str:
    """Returns the object of these members, as short as it can be, in text that UTF-8 can hold."""
    text = ",".join(f"{dump(name)}:{value}" for name, value in members)
    return f"{{{text}}}".encode(errors="backslashreplace").decode()  # half a surrogate pair, as JSON spells it, too


def dump(value: object) -> str:
    """Returns a value as JSON, as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> object:
    """Reads JSON. Numbers are read as floats, which have no size, and what is too deep to be read as ``...``.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return _decode(text)
    except RecursionError:
        return ...
