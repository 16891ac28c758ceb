"""Puts marks in place of the values in a file, and changes no other byte of it."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from ..errors import SecretsError
from ..file_lock import try_lock
from ..guard.engine import ANSI, Encoding, Masker, Occurrence, mark
from . import notebooks
from .findings import Finding, NotSearched
from .json_strings import JsonString
from .search import find, find_in_field

Edit = tuple[int, int, bytes]
"""From which byte to which, and what takes their place."""
_DRAFT = ".dh-secrets"
"""The end of the name of a file that is being written."""
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]")
_ID_AT_MOST = 40
"""Characters of a secret's name in a cell's id, which may have 64."""
_RANDOM = 8
"""Characters before that end, which tempfile has chosen."""


@dataclass(frozen=True)
class Scrubbed:
    """What became of one file.

    Attributes:
        data: its bytes afterwards; the very same object where nothing is to be changed.
        marked: what was replaced.
        left: what stays, for it stands in sources, or in a file that is no notebook.
        unread: says that it could not be read as the notebook that its name promises.
    """

    data: bytes
    marked: list[Finding]
    left: list[Finding]
    unread: list[NotSearched]


def scrub(name: str, data: bytes, masker: Masker, *, sources: bool = False) -> Scrubbed:
    """Returns a file with marks in it: a notebook's outputs and metadata, with ``sources`` its sources and any file.

    Raises:
        SecretsError: the notebook would not be valid JSON any more.
    """
    report = find(name, data, masker)
    findings = report.findings
    in_notebook = bool(findings) and notebooks.is_notebook(data) and findings[0].place.is_any
    marked: list[Finding] = []
    left: list[Finding] = []
    for one in findings:
        (marked if sources or (in_notebook and one.place.field != "source") else left).append(one)
    if not marked:
        return Scrubbed(data, [], left, report.unread)
    if in_notebook:
        edits = [edit for field in notebooks.fields(data) for edit in _edits_of_field(field, data, masker, sources)]
    else:
        edits = [_edit_of_bytes(data, one) for one in masker.find(data)]
    scrubbed = _spliced(data, edits)
    if in_notebook:
        _check_notebook(name, scrubbed)
    return Scrubbed(scrubbed, marked, left, report.unread)


def write(path: Path, old: bytes, new: bytes) -> bool:
    """Puts a file in the place of another at once: whenever it is killed, there is the old one or the new one.

    A kill may leave a draft of it beside it, which :func:`remove_drafts` removes.

    Returns:
        whether the old file has other names, by which it can still be read.

    Raises:
        SecretsError: the file is another one by now, or cannot be written.
    """
    path = path.resolve()  # a link stays one
    try:
        known = path.stat()
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_DRAFT, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                try_lock(handle)  # so that nobody else removes it
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            _give(beside, known)
            Path(beside).chmod(stat.S_IMODE(known.st_mode))
            is_same = path.read_bytes() == old
            if is_same:
                Path(beside).replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(beside).unlink()
    except OSError as error:
        problem = f"cannot be written ({os.strerror(error.errno or 0)}), and is as it was"
    else:
        if is_same:
            return known.st_nlink > 1
        problem = "was changed meanwhile, and was left as it is"
    raise SecretsError(str(path), problem, "Save and close it elsewhere, and scrub again")


def _give(name: str, owners: os.stat_result) -> None:
    """Gives a file the group, and, where one may as root may, the owner of another."""
    if sys.platform != "win32":
        for uid, gid in (-1, owners.st_gid), (owners.st_uid, -1):
            with contextlib.suppress(PermissionError):
                os.chown(name, uid, gid)


def remove_drafts(folder: Path) -> None:
    """Removes the drafts in a folder that nobody writes any more."""
    for draft in folder.glob(f".*.{'?' * _RANDOM}{_DRAFT}"):
        with contextlib.suppress(OSError):
            with draft.open("r+b") as file:
                is_left = try_lock(file.fileno())
            if is_left:  # closed by now, since Windows removes no open file
                draft.unlink()


def _edit_of_bytes(data: bytes, found: Occurrence) -> Edit:
    """Returns what is to be done in a file that is no notebook; colours within a value stay, behind its mark."""
    shown = mark(found.name)
    if found.encoding is not Encoding.UTF_16:
        return found.start, found.end, b"".join([shown, *ANSI.findall(data, found.start, found.end)])
    # Read in the other order it seems to stand a byte beside where it does: whole characters are taken.
    start, end = found.start, found.end
    if start % 2:
        start += -1 if data[start] else 1  # a NUL is the first half of a character, or the second one of another
    if end % 2:
        end += 1 if data[end - 1] else -1
    return start, end, shown.decode().encode("utf-16-be" if data[start] == 0 else "utf-16-le")


def _edits_of_field(field: notebooks.Field, data: bytes, masker: Masker, sources: bool) -> Iterator[Edit]:
    if field.place.field == "source" and not sources:
        return
    found, in_base64 = find_in_field(field, masker)
    if not found:
        return
    first = field.strings[0]
    if field.place.field is None:  # a cell's id: the format allows it no mark, and wants another one for each cell
        name = _NOT_IN_ID.sub("-", found[0].name)[:_ID_AT_MOST]
        yield first.start, first.end, f'"secret-{name}-{field.place.cell}"'.encode()
        return
    if in_base64:
        yield first.start, field.strings[-1].end, b'"%b"' % mark(found[0].name)
    elif not first.is_quoted:
        yield first.start, first.end, b'"%b"' % mark(found[0].name)
    else:
        starts = list(accumulate((len(string.value) for string in field.strings), initial=0))
        for one in found:
            yield from _edits_of_strings(field.strings, starts, data, one)


def _edits_of_strings(strings: list[JsonString], starts: list[int], data: bytes, found: Occurrence) -> Iterator[Edit]:
    """Yields what is to be done in each of the strings that a value stands in: the mark goes into the first."""
    shown = mark(found.name)
    for number in range(bisect_right(starts, found.start) - 1, bisect_left(starts, found.end)):
        string, at = strings[number], starts[number]
        start, end = max(found.start - at, 0), min(found.end, starts[number + 1]) - at
        if start < end:
            colours = (string.span(*colour.span()) for colour in ANSI.finditer(string.value, start, end))
            kept = b"".join(data[slice(*span)] for span in colours)
            yield *string.span(start, end), shown + kept
            shown = b""


def _spliced(data: bytes, edits: list[Edit]) -> bytes:
    parts, at = [], 0
    for start, end, new in sorted(edits):
        parts += [data[at:start], new]
        at = end
    return b"".join([*parts, data[at:]])


def _check_notebook(name: str, data: bytes) -> None:
    try:
        notebooks.parts_of(data)
    except ValueError:
        is_valid = False
    else:
        is_valid = True
    if not is_valid:
        problem = "the result would not be a valid notebook, so the file was left as it is"
        raise SecretsError(name, problem, "Clear its outputs")
