"""Finds the files to search: what git tracks or would track, else a folder, or just what is named."""

from __future__ import annotations

import os
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


def find(paths: Iterable[str]) -> Found:
    """Returns once each the files that are named, and those of the folders that are; without any, of this folder.

    Of a folder these are the files that git tracks there or would track, else all of them.

    Raises:
        SecretsError: there is no such file or folder.
    """
    found: dict[str, tuple[Path, bool]] = {}
    for name in paths or ["."]:
        path = Path(name)
        if not name or not path.exists():  # an empty name is that of a variable that was not set
            raise SecretsError(name or "''", "no such file or folder", "Check the path")
        for file, is_link in _below(path) if path.is_dir() else [(path, False)]:
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
            report.unread.append(NotSearched(str(path), f"cannot be read ({os.strerror(error.errno or 0)})"))


def targets(links: Iterable[Path]) -> Iterator[Document]:
    """Yields what links say, by the links' names; one that is gone by now says nothing."""
    for path in links:
        with suppress(OSError):
            data = os.fsencode(path.readlink())
            yield Document(str(path), len(data), BytesIO(data).read)


def _below(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yields the files and the links of a folder, and whether it is a link."""
    # Where git names none, as below a folder that it ignores, all of them are meant.
    for path in git.tracked(folder) or _walk(folder):
        if (is_link := path.is_symlink()) or path.is_file():
            yield path, is_link


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git"})
        links = {name for name in folders if Path(parent, name).is_symlink()}
        yield from (Path(parent, name) for name in sorted({*names, *links}))
