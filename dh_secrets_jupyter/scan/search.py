"""Bytes and a name in, findings out: knows what files mean, but not where they come from.

1. Documents are read one after the other and put together in batches. Unless there are processes for that, threads
   search them: the engine gives the interpreter's lock up while it looks through a batch, so that git, reading and
   searching go on side by side.
2. A batch is searched as one text, in which there is nearly always nothing.
3. Where there is something, each of its files is searched by itself, and a notebook field by field.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING

from ..guard.engine import ANSI, Masker, Occurrence
from . import notebooks
from .document import Document
from .findings import Finding, NotSearched, Place, Report

if TYPE_CHECKING:
    from concurrent.futures import Future

THREADS = min(os.cpu_count() or 1, 4)
"""Threads that search; more of them would wait for each other."""
_BATCH = 1 << 19
"""Bytes of small files that are searched at once, to see that nothing is in them: of more, most leave the caches."""
_AHEAD = 16 * _BATCH
"""Bytes that may have been read and not been searched yet; a single file may have more."""
_WINDOW, _OVERLAP = 8 << 20, 256 << 10
"""Bytes of a large file that are held at once, and those that are searched with the next ones, too."""
_LINES_IN = 8_000
"""Bytes of a file that are looked at to tell whether it has lines, as git does."""


Batch = list[tuple[str, bytes]]
"""Names of files and their bytes."""


def search(documents: Iterable[Document], masker: Masker, report: Report, threads: int = THREADS) -> None:
    """Searches documents, and adds to a report what was found, what was searched and what could not be read.

    Args:
        threads: how many may search; a single batch needs none, as in most folders and in most commits.
    """
    batches = _batches(documents, masker, report)
    first = list(islice(batches, 2))
    if len(first) == 1 or threads == 1:
        for batch, _ in chain(first, batches):
            report.add(_search_batch(batch, masker))
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads, "dh-secrets-scan") as pool:
        under_way: deque[tuple[int, Future[Report]]] = deque()
        ahead = 0
        for batch, size in chain(first, batches):
            under_way.append((size, pool.submit(_search_batch, batch, masker)))
            ahead += size
            while ahead > _AHEAD:
                searched, found = under_way.popleft()
                report.add(found.result())
                ahead -= searched
        for _, found in under_way:
            report.add(found.result())


def _batches(documents: Iterable[Document], masker: Masker, report: Report) -> Iterator[tuple[Batch, int]]:
    """Yields batches and their sizes; a file that is too large for one is searched here, while it is read."""
    batch: Batch = []
    size = 0
    for document in documents:
        report.searched += 1
        if document.size > notebooks.AT_MOST:
            report.findings += _find_in_windows(document, masker, report)
            continue
        data = document.read(document.size)
        if document.is_link:
            report.findings += _by_lines(document.name, _numbered(data, masker.find(data)), has_lines=True)
            continue
        batch.append((document.name, data))
        size += document.size
        if size > _BATCH:
            yield batch, size
            batch, size = [], 0
    yield batch, size


def find(name: str, data: bytes, masker: Masker) -> Report:
    """Returns what is to be said of one file of moderate size, a notebook or any other."""
    return _search_batch([(name, data)], masker)


def find_in_field(field: notebooks.Field, masker: Masker) -> tuple[list[Occurrence], bool]:
    """Returns what is found in a field of a notebook, and whether it stands in what the field's base64 stands for."""
    if (decoded := field.decoded) and (found := masker.find(decoded)):
        return found, True
    return masker.find(field.text, text=True), False


def holds_any(parts: Iterable[bytes], masker: Masker) -> bool:
    """Returns whether anything is found in any of some texts and data."""
    # Control sequences are taken out of each part: few have any, though most batches have some bytes that look like it.
    plain = [ANSI.sub(b"", part) if b"\x1b" in part else part for part in parts]
    return bool(masker.find_plain_spans(b"\n".join(plain)))


def _search_batch(batch: Batch, masker: Masker) -> Report:
    report = Report()
    said = [_parts(name, data, report) for name, data in batch]
    if not holds_any(chain.from_iterable(said), masker):
        return report
    for (name, data), parts in zip(batch, said, strict=True):
        if not holds_any(parts, masker):
            continue
        if parts[0] is data:
            report.findings += _by_lines(name, _numbered(data, masker.find(data)), _has_lines(data))
        else:
            report.findings += _find_in_notebook(name, data, masker)
    return report


def _parts(name: str, data: bytes, report: Report) -> list[bytes]:
    """Returns what a notebook says; any other file, or one that cannot be read as what it is called, as it stands."""
    if not notebooks.is_notebook(data):
        if name.endswith(".ipynb") and data.strip():
            report.unread.append(NotSearched(name, "not a notebook; searched as plain bytes"))
        return [data]
    try:
        return notebooks.parts_of(data)
    except ValueError:
        report.unread.append(NotSearched(name, "not valid JSON; searched as plain bytes"))
        return [data]


def find_texts(texts: list[bytes], masker: Masker) -> list[int]:
    """Returns the numbers of those texts in which anything may be found: all of them are searched as one."""
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    touched: dict[int, None] = {}
    for one in masker.find(b"\n".join(texts)):
        first, last = (bisect_right(starts, at) - 1 for at in (one.start, one.end - 1))
        touched |= dict.fromkeys(range(first, last + 1))  # lines of a value may stand in one text and in the next
    return list(touched)


def _find_in_notebook(name: str, data: bytes, masker: Masker) -> Iterator[Finding]:
    """Yields one finding for each place, secret and encoding."""
    known: set[tuple[Place, str, str]] = set()
    paths, texts = notebooks.encoded(notebooks.texts(notebooks.read(data)))
    places = {place for number in find_texts(texts, masker) for place in notebooks.places_of(paths[number])}
    line, at = 1, 0
    for field in notebooks.fields(data, places):
        line += data.count(b"\n", at, field.strings[0].start)
        at = field.strings[0].start
        for found in find_in_field(field, masker)[0]:
            if (key := (field.place, found.name, found.encoding)) not in known:
                known.add(key)
                yield Finding(name, line, field.place.masked(masker.mask), found.name, found.encoding)


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
            found.append(one._replace(start=start + one.start, end=start + one.end))
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
