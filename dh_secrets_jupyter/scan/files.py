"""Finds the files to search: what git tracks or would track, else a folder, or just what is named."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import NamedTuple

from ..errors import SecretsError
from . import git
from .document import Document
from .findings import NotSearched, Report
from .notebooks import AT_MOST

_HANDED_OVER = re.compile(r"/dev/stdin|/(dev|proc/self)/fd/\d+")
"""Names of what this command was given open: somebody writes to such a pipe."""
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
"""What has no content of its own, and may have no end or nobody who writes to it."""


class Found(NamedTuple):
    """What there is to search.

    Attributes:
        files: files, and links that were named.
        links: the links within folders: they are not followed, but where one leads to is a text that git commits.
    """

    files: list[Path]
    links: list[Path]


def find(paths: Iterable[str], report: Report) -> Found:
    """Returns once each the files that are named, and those of the folders that are; without any, of this folder.

    Of a folder these are the files that git tracks there or would track, else all of them. What cannot be read of it is
    reported.

    Raises:
        SecretsError: there is no such file or folder.
    """
    found: dict[str, tuple[Path, bool]] = {}
    for name in paths or ["."]:
        _check_exists(name)
        path = Path(name)
        for file, is_link in _below(path, report) if path.is_dir() else [(path, False)]:
            found.setdefault(os.path.abspath(file), (file, is_link))  # noqa: PTH100  # which does not ask the system
    files, links = ([file for file, is_link in found.values() if is_link == kind] for kind in (False, True))
    return Found(files, links)


def documents(found: Iterable[Path], report: Report) -> Iterator[Document]:
    """Yields the files, open; what cannot be read, or is no file, is reported."""
    for path in found:
        try:
            if reason := _no_content(path):
                report.unread.append(NotSearched(str(path), reason))
                continue
            with path.open("rb") as file:
                yield from _opened(file, str(path), report)
        except OSError as error:
            report.unread.append(_unread(str(path), error))


def _opened(file: BufferedReader, name: str, report: Report) -> Iterator[Document]:
    def read(size: int) -> bytes:
        try:
            return file.read(size)
        except OSError as error:
            report.unread.append(_unread(name, error))
            return b""

    status = os.fstat(file.fileno())
    if status.st_size > AT_MOST and os.path.realpath(name).startswith("/proc/"):
        report.unread.append(NotSearched(name, "the system's memory, not a file"))
    elif status.st_size:
        yield Document(name, status.st_size, read)
    else:  # it is empty, a pipe, or what the system makes up
        is_made_up = stat.S_ISREG(status.st_mode)
        if is_made_up and hasattr(os, "set_blocking"):
            os.set_blocking(file.fileno(), False)
        first = file.read(AT_MOST + 1)  # None where one would have to wait, as for what a kernel logs next
        if first is None or (is_made_up and len(first) > AT_MOST):
            report.unread.append(NotSearched(name, "may have no end"))
            return
        begins = BytesIO(first)
        yield Document(name, len(first), lambda size: begins.read(size) or read(size))


def targets(links: Iterable[Path]) -> Iterator[Document]:
    """Yields what links say, by the links' names; one that is gone by now says nothing."""
    for path in links:
        with suppress(OSError):
            data = os.fsencode(path.readlink())
            yield Document(str(path), len(data), BytesIO(data).read, is_link=True)


def _check_exists(name: str) -> None:
    problem, hint = "no such file or folder", "Check the path"
    try:
        if name:  # an empty one is that of a variable that was not set
            Path(name).stat()
            return
    except PermissionError:
        problem, hint = "you may not look into its folder", "Ask whoever owns it"
    except (OSError, ValueError):
        pass
    raise SecretsError(name or "''", problem, hint)


def _no_content(path: Path) -> str | None:
    """Says why something is not to be opened: it is no file, nor a pipe that somebody has handed to this command."""
    mode = path.stat().st_mode
    if str(path) == os.devnull:  # an empty file to everybody
        return None
    if stat.S_ISFIFO(mode) and _HANDED_OVER.fullmatch(os.path.abspath(path)):  # noqa: PTH100
        return None
    return next((f"{kind}, not a file" for is_kind, kind in _KINDS if is_kind(mode)), None)


def _unread(name: str, error: OSError) -> NotSearched:
    return NotSearched(name, f"cannot be read ({os.strerror(error.errno or 0)})")


def _below(folder: Path, report: Report) -> Iterator[tuple[Path, bool]]:
    """Yields the files and the links of a folder, and whether it is a link."""
    # Where git names none, as below a folder that it ignores, all of them are meant.
    for path in git.tracked(folder, report) or _walk(folder, report):
        try:
            mode = path.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue  # git tracks it, and somebody has removed it
        except OSError as error:
            report.unread.append(_unread(str(path), error))
            continue
        if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
            yield path, stat.S_ISLNK(mode)


def _walk(folder: Path, report: Report) -> Iterator[Path]:
    def note(error: OSError) -> None:
        report.unread.append(_unread(error.filename, error))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(set(folders) - {".git"})
        links = {name for name in folders if os.path.islink(f"{parent}/{name}")}  # noqa: PTH114  # which raises nothing
        yield from (Path(parent, name) for name in sorted({*names, *links}))
