"""Reads a notebook as what it means: sources, outputs by MIME type, tracebacks, metadata, widgets, attachments.

It is read twice at most. :func:`text_of` gives all that a notebook says in one text, fast, to see that nothing is in
it; :func:`fields` gives each field with its place and where in the file it stands, for the few that hold something.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from .findings import Place
from .json_strings import JsonString, Leaf, Path, leaves

AT_MOST = 32 << 20
"""Bytes up to which a notebook is read as one."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]{16,}={0,2}\s*")
# What a notebook of the format's third version calls MIME types.
_OLD_MIMES = {
    "text": "text/plain",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "pdf": "application/pdf",
    "latex": "text/latex",
    "javascript": "application/javascript",
    "json": "application/json",
}
_PROTOCOL = ("cell_type", "id", "execution_count", "prompt_number", "language", "output_type", "name", "stream")
_OUTSIDE = Place(field="metadata")


@dataclass(frozen=True)
class Field:
    """A field of a notebook, as one text, whether it stands there in one string or in a list of lines.

    Attributes:
        place: where in the notebook it is.
        strings: where it stands in the file, in order.
        is_key: whether it is a name in metadata or JSON.
    """

    place: Place
    strings: list[JsonString]
    is_key: bool = False

    @property
    def text(self) -> bytes:
        """What it says, in UTF-8."""
        return b"".join(string.value for string in self.strings)

    @property
    def decoded(self) -> bytes | None:
        """What its base64 stands for, if it is an attachment's, a widget's or that of an output which is no text."""
        return _decoded(self.text) if self.place.field in ("output", "attachment", "widget") else None


def is_notebook(data: bytes) -> bool:
    """Whether a file looks like a notebook; what it is called does not matter, for a blob has no name."""
    begins = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return begins[:1] == b"{" and b'"nbformat"' in data and (b'"cells"' in data or b'"worksheets"' in data)


def text_of(document: bytes) -> bytes:
    """Returns all that a notebook says, a field a line, in no particular order.

    Raises:
        ValueError: it is no JSON object.
    """
    try:
        notebook = json.loads(document, parse_int=str, parse_float=str)
    except RecursionError:
        notebook = None
    if not isinstance(notebook, dict):
        raise ValueError("no notebook")
    said: list[str] = []
    binary: list[bytes] = []
    open_values: list[tuple[Path, object]] = [((), notebook)]
    while open_values:
        path, value = open_values.pop()
        if isinstance(value, dict):
            said += value
            open_values += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list) and not all(isinstance(inner, str) for inner in value):
            open_values += [((*path, number), inner) for number, inner in enumerate(value)]
        elif isinstance(value, (str, list)):
            place, is_text = _place(path)
            texts = [value] if isinstance(value, str) else ["".join(value)] if is_text else cast("list[str]", value)
            said += texts
            if place and (place.mime or place.field == "widget"):
                for text in texts:
                    if plain := _decoded(text.encode("utf-8", "surrogatepass")):
                        binary.append(plain)
    return b"\n".join(["\n".join(said).encode("utf-8", "surrogatepass"), *binary])


def fields(document: bytes) -> Iterator[Field]:
    """Yields the fields of a notebook that :func:`text_of` can read, in their order in the file."""
    ids: dict[int, str] = {}
    found: list[Field] = []
    for leaf in leaves(document):
        match leaf.path:
            case ("cells", int(cell), "id") if not leaf.is_key:
                ids[cell + 1] = leaf.strings[0].value.decode("utf-8", "replace")
        found += _fields_of(leaf)
    for one in found:
        cell_id = ids.get(one.place.cell) if one.place.cell else None
        yield replace(one, place=replace(one.place, cell_id=cell_id))


def _fields_of(leaf: Leaf) -> Iterator[Field]:
    place, is_text = _place(leaf.path)
    if place is None:
        return
    if leaf.is_key:
        if not is_text and _is_deep(leaf.path):
            yield Field(place, leaf.strings, is_key=True)
    elif is_text:
        yield Field(place, leaf.strings)
    else:
        yield from (Field(place, [string]) for string in leaf.strings)


def _is_deep(path: Path) -> bool:
    """Whether a key is somebody's own, not one of the format's."""
    return "metadata" in path[:-1] or any(isinstance(key, str) and "/" in key for key in path[:-1])


def _place(path: Path) -> tuple[Place | None, bool]:
    """Returns where something is, None for the format's own words; and whether it is a text that may stand in lines."""
    match path:
        case ("cells", int(cell), *rest) | ("worksheets", int(), "cells", int(cell), *rest):
            return _place_in_cell(cell + 1, tuple(rest))
        case ("metadata", "widgets", str(mime), *_):
            return Place(field="widget", mime=mime if "/" in mime else None), False
        case ("metadata", *_):
            return _OUTSIDE, False
        case ("nbformat" | "nbformat_minor" | "cells" | "worksheets", *_):
            return None, False
    return _OUTSIDE, False


def _place_in_cell(cell: int, path: Path) -> tuple[Place | None, bool]:
    match path:
        case ("source" | "input",):
            return Place(cell, field="source"), True
        case ("outputs", int(output), *rest):
            return _place_in_output(cell, output + 1, tuple(rest))
        case ("attachments", str(), str(mime), *_):
            return Place(cell, field="attachment", mime=mime), True
        case (str(key),) if key in _PROTOCOL:
            return None, False
    return Place(cell, field="metadata"), False


def _place_in_output(cell: int, output: int, path: Path) -> tuple[Place | None, bool]:
    match path:
        case ("data", str(mime), *deeper):
            return Place(cell, None, output, "output", mime), not deeper and not mime.endswith("json")
        case ("text",):
            return Place(cell, None, output, "output"), True
        case (str(key), *deeper) if key in _OLD_MIMES:
            return Place(cell, None, output, "output", _OLD_MIMES[key]), not deeper
        case ("traceback" | "ename" | "evalue",):
            return Place(cell, None, output, "traceback"), False
        case ("metadata", *_):
            return Place(cell, None, output, "metadata"), False
        case (str(key),) if key in _PROTOCOL:
            return None, False
    return Place(cell, None, output, "output"), False


def _decoded(text: bytes) -> bytes | None:
    """Returns what base64 stands for, with whatever line breaks it has, or None where it is none."""
    if not _BASE64.fullmatch(text):
        return None
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return None
