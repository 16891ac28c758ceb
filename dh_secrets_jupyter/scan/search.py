"""Bytes and a name in, findings out: knows what files mean, but not where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..guard.engine import Masker, Occurrence
from . import notebooks
from .findings import Finding, NotSearched, Place, Report

_BATCH = 1 << 20
"""Bytes of small files that are searched at once, to see that nothing is in them."""
_WINDOW, _OVERLAP = 8 << 20, 256 << 10
"""Bytes of a large file that are held at once, and those that are searched with the next ones, too."""
_LINES_IN = 8_000
"""Bytes of a file that are looked at to tell whether it has lines, as git does."""


@dataclass
class Document:
    """Something to search.

    Attributes:
        name: what it is called in findings.
        size: its bytes.
        read: gives so many of the next bytes.
    """

    name: str
    size: int
    read: Callable[[int], bytes]


def search(documents: Iterable[Document], masker: Masker, report: Report) -> None:
    """Searches documents, and adds to a report what was found, what was searched and what could not be read.

    Small files are searched many at once, and each by itself only where there is something in them.
    """
    batch: list[tuple[str, bytes, bytes]] = []  # name, content, and what the content says
    size = 0
    for document in documents:
        report.searched += 1
        if document.size > notebooks.AT_MOST:
            report.findings += _find_in_windows(document, masker, report)
            continue
        data = document.read(document.size)
        batch.append((document.name, data, _said(document.name, data, report)))
        size += len(batch[-1][2])
        if size > _BATCH:
            report.findings += _find_in_batch(batch, masker)
            batch, size = [], 0
    report.findings += _find_in_batch(batch, masker)


def find(name: str, data: bytes, masker: Masker) -> list[Finding]:
    """Returns what is found in one file of moderate size, a notebook or any other."""
    report = Report()
    return list(_find_in_batch([(name, data, _said(name, data, report))], masker))


def find_in_field(field: notebooks.Field, masker: Masker) -> tuple[list[Occurrence], bool]:
    """Returns what is found in a field of a notebook, and whether it stands in what the field's base64 stands for."""
    if (decoded := field.decoded) and (found := masker.find(decoded)):
        return found, True
    return masker.find(field.text, text=True), False


def _said(name: str, data: bytes, report: Report) -> bytes:
    if not notebooks.is_notebook(data):
        if name.endswith(".ipynb") and data.strip():
            report.unread.append(NotSearched(name, "no notebook; searched as plain bytes"))
        return data
    try:
        return notebooks.text_of(data)
    except ValueError:
        report.unread.append(NotSearched(name, "no valid JSON; searched as plain bytes"))
        return data


def _find_in_batch(batch: list[tuple[str, bytes, bytes]], masker: Masker) -> Iterator[Finding]:
    if not masker.find(b"\n".join(said for _, _, said in batch)):
        return
    for name, data, said in batch:
        if found := masker.find(said):
            in_lines = _by_lines(name, _numbered(data, found), _has_lines(data))
            yield from in_lines if said is data else _find_in_notebook(name, data, masker)


def _find_in_notebook(name: str, data: bytes, masker: Masker) -> Iterator[Finding]:
    """Yields one finding for each place, secret and encoding."""
    known: set[tuple[Place, str, str]] = set()
    for field in notebooks.fields(data):
        for found in find_in_field(field, masker)[0]:
            if (key := (field.place, found.name, found.encoding)) not in known:
                known.add(key)
                line = data.count(b"\n", 0, field.strings[0].start) + 1
                yield Finding(name, line, field.place, found.name, found.encoding)


def _find_in_windows(document: Document, masker: Masker, report: Report) -> Iterator[Finding]:
    """Searches a file that is too large to be held at once."""
    found: list[Occurrence] = []
    lines: dict[int, int] = {}  # of each place where something starts or ends
    window = document.read(_WINDOW)
    start, line = 0, 1
    has_lines = _has_lines(window)
    if notebooks.is_notebook(window):
        report.unread.append(NotSearched(document.name, "too large for a notebook; searched as plain bytes"))
    while window:
        for one in masker.find(window):
            found.append(replace(one, start=start + one.start, end=start + one.end))
            for at in (one.start, one.end):
                lines.setdefault(start + at, line + window.count(b"\n", 0, at))
        gone = max(len(window) - _OVERLAP, 0)
        line += window.count(b"\n", 0, gone)
        start += gone
        more = document.read(_WINDOW)
        window = window[gone:] + more if more else b""
    places = Occurrence.longest_of_overlapping(found)
    return _by_lines(document.name, [(one, lines[one.start], lines[one.end]) for one in places], has_lines)


def _numbered(data: bytes, found: list[Occurrence]) -> Iterator[tuple[Occurrence, int, int]]:
    """Yields what was found with its first and its last line."""
    line, at = 1, 0
    for one in found:
        line += data.count(b"\n", at, one.start)
        at = one.start
        yield one, line, line + data.count(b"\n", one.start, one.end)


def _by_lines(name: str, numbered: Iterable[tuple[Occurrence, int, int]], has_lines: bool) -> Iterator[Finding]:
    """Yields one finding for each line, secret and encoding; pieces of one value on line after line are one finding."""
    known: set[tuple[int | None, str, str]] = set()
    unfinished: dict[tuple[str, str], int] = {}  # by secret and encoding: the last line of a piece
    for one, first, last in numbered:
        kind = one.name, one.encoding
        goes_on = not one.is_whole and first <= unfinished.get(kind, -1) + 1
        if not one.is_whole:
            unfinished[kind] = last
        line = first if has_lines else None
        if not goes_on and (line, *kind) not in known:
            known.add((line, *kind))
            yield Finding(name, line, Place(), *kind)


def _has_lines(data: bytes) -> bool:
    return b"\0" not in data[:_LINES_IN]
