"""Searches a notebook that is no file yet: the objects of its JSON, as a server holds them before it saves them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..guard.engine import Masker
from . import notebooks
from .findings import Finding, Place
from .json_strings import Path
from .search import find_texts, holds_any


def find_in_content(name: str, content: dict[str, Any], masker: Masker) -> list[Finding]:
    """Returns what is found in a notebook, in order: one for each place, secret and encoding, without lines.

    One pass sees that nothing is there; where something is, another one looks for its places.
    """
    if not holds_any(notebooks.parts(notebooks.texts(content)), masker):
        return []
    found = dict.fromkeys(_places(content, masker))
    ordered = sorted(found, key=lambda one: (one[0].cell or 0, one[0].output or 0, one[1]))
    return [Finding(name, None, place.masked(masker.mask), secret, encoding) for place, secret, encoding in ordered]


def _places(content: dict[str, Any], masker: Masker) -> Iterator[tuple[Place, str, str]]:
    """Yields place, secret and encoding of what is found in each text by itself."""
    paths, texts = notebooks.encoded(said := list(notebooks.texts(content)))
    in_data: set[Path] = set()  # of what a value stands in as data, the base64 is no other place
    for number in find_texts(texts, masker):
        path = paths[number]
        if path in in_data or (place := notebooks.place_of(path)) is None:
            continue
        for one in masker.find(texts[number]):
            yield place, one.name, one.encoding
            if isinstance(said[number][1], bytes):
                in_data.add(path)
