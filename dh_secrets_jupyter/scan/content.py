"""Searches a notebook that is no file yet: the objects of its JSON, as a server holds them before it saves them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from ..guard.engine import Masker
from . import notebooks
from .findings import Finding, Place
from .json_strings import Path
from .search import holds_any


def find_in_content(name: str, content: dict[str, Any], masker: Masker) -> list[Finding]:
    """Returns what is found in a notebook, in order: one for each place, secret and encoding, without lines.

    One pass sees that nothing is there; where something is, another one looks for its places.
    """
    if not holds_any(notebooks.parts(notebooks.texts(content)), masker):
        return []
    found = dict.fromkeys(_places(content, masker))
    ordered = sorted(found, key=lambda one: (one[0].cell or 0, one[0].output or 0, one[1]))
    return [Finding(name, None, *one) for one in ordered]


def _places(content: dict[str, Any], masker: Masker) -> Iterator[tuple[Place, str, str]]:
    """Yields place, secret and encoding of what is found in each text by itself."""
    texts = list(notebooks.texts(content))
    encoded = [said.encode("utf-8", "surrogatepass") if isinstance(said, str) else said for _, said in texts]
    starts = list(accumulate((len(said) + 1 for said in encoded), initial=0))
    in_data: set[Path] = set()  # of what a value stands in as data, the base64 is no other place
    for number in dict.fromkeys(bisect_right(starts, one.start) - 1 for one in masker.find(b"\n".join(encoded))):
        path, said = texts[number]
        if path in in_data or (place := notebooks.place_of(path)) is None:
            continue
        for one in masker.find(encoded[number]):
            yield place, one.name, one.encoding
            if isinstance(said, bytes):
                in_data.add(path)
