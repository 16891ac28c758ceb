"""Finds the files to search: what git tracks or would track, else a folder, or just what is named."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ..errors import SecretsError
from . import git
from .findings import NotSearched, Report
from .search import Document


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
        path = Path(name)
        # An empty name is that of a variable that was not set; pathlib's own question raises for a long one.
        if not name or not os.path.exists(path):  # noqa: PTH110
            raise SecretsError(name or "''", "no such file or folder", "Check the path")
        for file, is_link in _below(path, report) if path.is_dir() else [(path, False)]:
            found.setdefault(os.path.abspath(file), (file, is_link))  # noqa: PTH100  # which does not ask the system
    files, links = ([file for file, is_link in found.values() if is_link == kind] for kind in (False, True))
    return Found(files, links)


def documents(found: Iterable[Path], report: Report) -> Iterator[Document]:
    """Yields the files, open; what cannot be read is reported."""
    for path in found:
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size:
                    yield Document(str(path), size, file.read)
                else:  # it is empty, or a pipe
                    data = file.read()
                    yield Document(str(path), len(data), BytesIO(data).read)
        except OSError as error:
            report.unread.append(_unread(str(path), error))


def targets(links: Iterable[Path]) -> Iterator[Document]:
    """Yields what links say, by the links' names; one that is gone by now says nothing."""
    for path in links:
        with suppress(OSError):
            data = os.fsencode(path.readlink())
            yield Document(str(path), len(data), BytesIO(data).read, is_link=True)


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
