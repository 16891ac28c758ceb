"""Finds the files to search: what git tracks or would track, else a folder, or just what is named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from ..errors import SecretsError
from . import git
from .findings import NotSearched, Report
from .search import Document


def files(paths: Iterable[str]) -> list[Path]:
    """Returns once each the files that are named, and those of the folders that are; without any, of this folder.

    Of a folder these are the files that git tracks there or would track, else all of them. Links within it are not
    followed.

    Raises:
        SecretsError: there is no such file or folder.
    """
    found: dict[str, Path] = {}
    for name in paths or ["."]:
        path = Path(name)
        if not name or not path.exists():  # an empty name is that of a variable that was not set
            raise SecretsError(name or "''", "no such file or folder", "Check the path")
        for file in _below(path) if path.is_dir() else [path]:
            found.setdefault(os.path.abspath(file), file)  # noqa: PTH100  # which does not ask the system
    return list(found.values())


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


def _below(folder: Path) -> Iterator[Path]:
    # Where git names none, as below a folder that it ignores, all of them are meant.
    for path in git.tracked(folder) or _walk(folder):
        if path.is_file() and not path.is_symlink():
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git"})
        yield from (Path(parent, name) for name in sorted(names))
