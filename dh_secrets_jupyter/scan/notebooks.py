"""Reads a notebook as what it means: sources, outputs by MIME type, tracebacks, metadata, widgets, attachments.

It is read twice at most. :func:`parts_of` gives all that a notebook says, fast, to see that nothing is in it;
:func:`fields` gives each field with its place and where in the file it stands, for the few that hold something. Of a
notebook that is no file :func:`texts` gives both.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from .findings import Place
from .json_strings import JsonString, Leaf, Path, leaves

AT_MOST = 32 << 20
"""Bytes up to which a notebook is read as one."""
_BASE64_FROM = 16
"""Characters from which on data in base64 can hold anything."""
_DATA_FROM = 1024
"""Characters from which on base64 of an image, of sound or of a PDF is certainly no text that happens to decode."""
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
_BINARY = ("data", "png", "jpeg", "pdf")
_OBJECT, _NUMBER = (tuple, dict), (int, float)
"""Types; an object may be read as a tuple of its pairs."""
_OWN_KEYS = {"metadata", "attachments"}
"""Where keys are somebody's own."""
_PROTOCOL = ("cell_type", "id", "execution_count", "prompt_number", "language", "output_type", "name", "stream")


@dataclass(frozen=True)
class Field:
    """A field of a notebook, as one text, whether it stands there in one string or in a list of lines.

    Attributes:
        place: where in the notebook it is.
        strings: where it stands in the file, in order.
        is_binary: whether it may be data in base64.
    """

    place: Place
    strings: list[JsonString]
    is_binary: bool = False

    @property
    def text(self) -> bytes:
        """What it says, in UTF-8."""
        return b"".join(string.value for string in self.strings)

    @property
    def decoded(self) -> bytes | None:
        """What its base64 stands for, if it is an attachment's, a widget's or that of an output which is no text."""
        return _decoded(self.text.decode("latin-1")) if self.is_binary else None


def is_notebook(data: bytes) -> bool:
    """Whether a file looks like a notebook; what it is called does not matter, for a blob has no name."""
    begins = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins[:1] != b"{" or data.rfind(b'"nbformat"') < 0:  # it stands near the end
        return False
    return b'"cells"' in data or b'"worksheets"' in data


def parts_of(document: bytes) -> list[bytes]:
    """Returns all that a notebook says, in no particular order: its texts, and of an image what its base64 stands for.

    Raises:
        ValueError: it is no JSON object.
    """
    return parts(texts(read(document)))


def read(document: bytes) -> object:
    """Returns a notebook's objects, each as a tuple of its pairs, for its keys may come twice; numbers as they stand.

    Raises:
        ValueError: it is no JSON object.
    """
    try:
        notebook = json.loads(document, parse_int=str, parse_float=str, object_pairs_hook=tuple)
    except RecursionError:
        notebook = None
    if not isinstance(notebook, tuple):
        raise ValueError("no notebook")
    return notebook


def parts(said: Iterable[tuple[Path, str | bytes]]) -> list[bytes]:
    """Returns all of what :func:`texts` yields: its texts as one, a line each, and its data."""
    strings: list[str] = []
    data: list[bytes] = []
    for _, one in said:
        if isinstance(one, str):
            strings.append(one)
        else:
            data.append(one)
    return [_utf8("\n".join(strings)), *data]


def encoded(said: Iterable[tuple[Path, str | bytes]]) -> tuple[list[Path], list[bytes]]:
    """Returns the paths of what :func:`texts` yields, and the texts and data themselves, in bytes."""
    paths: list[Path] = []
    data: list[bytes] = []
    for path, one in said:
        paths.append(path)
        data.append(_utf8(one) if isinstance(one, str) else one)
    return paths, data


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def texts(notebook: object) -> Iterator[tuple[Path, str | bytes]]:
    """Yields with its path each text of a notebook as JSON's objects, keys too, and the data that base64 stands for.

    The data come before the text that they are decoded from.

    Args:
        notebook: the objects; one of them may be the pairs of its keys and values.
    """
    unread: list[tuple[Path, object]] = [((), notebook)]
    while unread:
        path, value = unread.pop()
        if isinstance(value, str):
            text = value
        elif isinstance(value, _OBJECT):
            for key, inner in value.items() if isinstance(value, dict) else value:
                below = (*path, key)
                yield below, key
                unread.append((below, inner))
            continue
        elif isinstance(value, list):
            try:
                text = ("" if _is_in_lines(path) else "\n").join(value)
            except TypeError:  # not of texts alone
                unread += [((*path, number), inner) for number, inner in enumerate(value)]
                continue
        elif isinstance(value, _NUMBER) and not isinstance(value, bool):
            text = repr(value)
        else:
            continue
        if _may_be_binary(path) and (data := _decoded(text)):
            yield path, data
            if len(text) >= _DATA_FROM and _is_binary(path):
                continue
        yield path, text


def fields(document: bytes, places: Container[Place | None] | None = None) -> Iterator[Field]:
    """Yields the fields of a notebook that :func:`read` can read, in their order in the file.

    Args:
        document: the file.
        places: the only ones that are asked for; without it all are. A cell's id in a place is not looked at.
    """
    ids: dict[int, str] = {}
    found: list[Field] = []
    for leaf in leaves(document):
        match leaf.path:
            case ("cells", int(cell), "id") if not leaf.is_key:
                ids[cell + 1] = leaf.strings[0].value.decode("utf-8", "replace")
        found += [one for one in _fields_of(leaf) if places is None or one.place in places]
    for one in found:
        cell_id = ids.get(one.place.cell) if one.place.cell else None
        yield replace(one, place=replace(one.place, cell_id=cell_id))


def _fields_of(leaf: Leaf) -> Iterator[Field]:
    path = leaf.path
    if (place := place_of(path)) is None:
        return
    if leaf.is_key:
        if _is_deep(path):
            yield Field(place, leaf.strings)
    elif _is_in_lines(path):
        yield Field(place, leaf.strings, _may_be_binary(path))
    else:
        yield from (Field(place, [string], _may_be_binary(path)) for string in leaf.strings)


def _is_in_lines(path: Path) -> bool:
    """Whether a list of strings there is one text, in lines: a source, a stream, what an output is as a MIME type."""
    if path[:1] == ("worksheets",):
        path = path[2:]
    match path:
        case ("cells", _, "source" | "input") | ("cells", _, "outputs", _, "text"):
            return True
        case ("cells", _, "outputs", _, "data", mime) | ("cells", _, "attachments", _, mime):
            return not str(mime).endswith("json")
        case ("cells", _, "outputs", _, old):
            return old in _OLD_MIMES
    return False


def _may_be_binary(path: Path) -> bool:
    """Whether a text there may be data in base64: what is no text by its MIME type, or a widget's buffer."""
    last = path[-1] if path else ""
    return isinstance(last, str) and (last in _BINARY or ("/" in last and last[:5] != "text/"))


def _is_binary(path: Path) -> bool:
    """Whether what may be data in base64 there is nothing else, by its MIME type."""
    mime = _OLD_MIMES.get(str(path[-1]), str(path[-1]))
    return mime.startswith(("image/", "audio/", "video/", "application/pdf"))


def _is_deep(path: Path) -> bool:
    """Whether a key is somebody's own, not one of the format's."""
    return not _OWN_KEYS.isdisjoint(path[:-1]) or any(isinstance(key, str) and "/" in key for key in path)


def place_of(path: Path) -> Place | None:
    """Returns where something is; None for the format's own words."""
    match path:
        case ("cells", int(cell), *rest) | ("worksheets", int(), "cells", int(cell), *rest):
            return _place_in_cell(cell + 1, tuple(rest))
        case ("metadata", "widgets", *rest):
            return Place(field="widget", mime=str(rest[0]) if rest else None)
        case ("nbformat" | "nbformat_minor", *_):
            return None
    return Place(field="metadata")


def places_of(path: Path) -> Iterator[Place | None]:
    """Yields where something is: as a member of a list, too, where the whole list is."""
    yield place_of(path)
    while path and isinstance(path[-1], int):
        path = path[:-1]
        yield place_of(path)


def _place_in_cell(cell: int, path: Path) -> Place | None:
    match path:
        case ("source" | "input",):
            return Place(cell, field="source")
        case ("outputs", int(output), *rest):
            return _place_in_output(cell, output + 1, tuple(rest))
        case ("attachments", str(), str(mime), *_):
            return Place(cell, field="attachment", mime=mime)
        case ("attachments", str()):
            return Place(cell, field="attachment")
        case ("id",):
            return Place(cell)
        case (str(key),) if key in _PROTOCOL:
            return None
    return Place(cell, field="metadata")


def _place_in_output(cell: int, output: int, path: Path) -> Place | None:
    match path:
        case ("data", str(mime), *_):
            return Place(cell, None, output, "output", mime)
        case ("traceback" | "ename" | "evalue",):
            return Place(cell, None, output, "traceback")
        case ("metadata", *_):
            return Place(cell, None, output, "metadata")
        case (str(key),) if key in _PROTOCOL:
            return None
        case (str(key), *_) if key in _OLD_MIMES and key != "text":
            return Place(cell, None, output, "output", _OLD_MIMES[key])
    return Place(cell, None, output, "output")


def _decoded(text: str) -> bytes | None:
    """Returns what base64 stands for, with whatever line breaks it has, or None where it is none."""
    if len(text) < _BASE64_FROM or not text.isascii():
        return None
    try:
        return binascii.a2b_base64("".join(text.split()) if "\n" in text else text, strict_mode=True)
    except binascii.Error:
        return None
