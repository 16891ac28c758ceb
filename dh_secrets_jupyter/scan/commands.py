"""``scan`` and ``scrub``: what they do, for whoever has read the line; text goes to the streams that are given."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TextIO

from ..errors import SecretsError
from ..guard.engine import Masker
from ..project import Project
from . import files, git, notebooks, values
from .document import Document
from .findings import Finding, NotSearched, Report
from .formats import FORMATS
from .search import THREADS, search

FOUND, COULD_NOT = 1, 2
"""Exit statuses."""
_PROGRESS_EVERY = 0.5
"""Seconds between two counts that a terminal shows."""


@dataclass(frozen=True)
class ScanOptions:
    """What ``scan`` is asked for.

    Attributes:
        paths: files and folders; without any, what git tracks or would track here, else this folder.
        staged: look at what a commit would change.
        history: what :func:`.git.history` has begun to read; of the two, one at most.
        allow_empty: having nothing to look for is no failure.
        format: one of :data:`.formats.FORMATS`.
    """

    paths: Sequence[str] = ()
    staged: bool = False
    history: Iterator[Document] | None = None
    allow_empty: bool = False
    format: str = "text"


def run_scan(open_project: Callable[[], Project], options: ScanOptions, out: TextIO, err: TextIO) -> int:
    """Looks for the project's values; returns the exit status: 0 nothing found, 1 something, 2 not all was searched.

    Raises:
        SecretsError: there is nothing to look for, no such path or repository, or the provider cannot be used.
    """
    in_history = options.history is not None
    if in_history and options.paths:
        raise SecretsError("--history", "it searches the whole repository, and takes no path", "Leave the path out")
    report = Report()
    try:
        masker = values.load(open_project(), report)
    except SecretsError as error:
        if not options.allow_empty:
            raise
        print(f"Nothing was searched. {error}", file=err)
        out.write(FORMATS[options.format](report))
        return 0
    if in_git := git.staged(Path(), options.paths) if options.staged else options.history:
        search(_counted(in_git, err), masker, report)
    else:
        from .shares import divide

        found = files.find(options.paths, report)
        report.add(divide(found.files, partial(_search_files, masker, err), partial(_search_files, masker, None)))
        search(files.targets(found.links), masker, report)
    missing = git.count_missing(Path()) if in_history else 0
    if missing:
        reason = f"{missing:,} objects are not in this partial clone, and were not searched"
        report.unread.append(NotSearched("history", reason))
    if in_history and git.is_shallow(Path()):
        report.unread.append(NotSearched("history", "a shallow clone, in which older commits are not searched"))
    findings = git.with_commits(Path(), report.findings) if in_history else report.findings
    report.findings = sorted(dict.fromkeys(_masked(finding, masker) for finding in findings), key=_order)
    _mask_unread(report, masker)
    out.write(FORMATS[options.format](report))
    _say(report, "blob" if in_history else "file", err)
    if report.findings:
        return FOUND
    return COULD_NOT if missing or (report.unread and not in_history) else 0


def run_scrub(
    open_project: Callable[[], Project],
    paths: Sequence[str],
    out: TextIO,
    err: TextIO,
    *,
    sources: bool = False,
    check: bool = False,
) -> int:
    """Puts marks in place of the project's values, and returns the exit status: with ``check`` 1 if any is there, also
    where it would stay.

    Args:
        paths: as in :class:`ScanOptions`.
        sources: also in sources, and in files that are not notebooks.
        check: write nothing.

    Raises:
        SecretsError: as :func:`run_scan`, or a file cannot be written. Those before it are done.
    """
    from .scrub import remove_drafts, scrub, write

    report = Report()
    project = open_project()
    masker = values.load(project, report)
    marked: list[Finding] = []
    found, links = files.find(paths, report)
    if not check:
        for folder in {(path.resolve() if path.is_symlink() else path).parent for path in found}:
            remove_drafts(folder)
        found = [path for path in found if path.exists()]
    search(files.targets(links), masker, report)
    for document in _counted(files.documents(found, report), err):
        report.searched += 1
        if document.size > notebooks.AT_MOST:
            report.unread.append(NotSearched(document.name, "too large to be scrubbed"))
            continue
        data = document.read(document.size)
        done = scrub(document.name, data, masker, sources=sources)
        if done.marked and not check and write(Path(document.name), data, done.data):
            reason = "has other names (hard links), which still lead to what it held"
            report.unread.append(NotSearched(document.name, reason))
        marked += done.marked
        report.findings += done.left
        report.unread += done.unread
        for finding in done.marked:
            print(f"{_line(finding, masker)}  {'would be marked' if check else 'marked'}", file=out)
    for finding in report.findings:
        print(f"{_line(finding, masker)}  left as it is", file=out)
    _mask_unread(report, masker)
    _say_what_to_do(project, [*marked, *report.findings], err)
    _say_gaps(report, err)
    if check and (marked or report.findings):
        return FOUND
    return COULD_NOT if report.unread else 0


def _search_files(masker: Masker, err: TextIO | None, paths: Sequence[Path], processes: int) -> Report:
    """Searches files, and counts them where somebody may watch."""
    report = Report()
    documents = files.documents(paths, report)
    search(_counted(documents, err) if err else documents, masker, report, max(THREADS // processes, 1))
    return report


def _counted(documents: Iterable[Document], err: TextIO) -> Iterator[Document]:
    """Yields documents, and shows their count where somebody watches a terminal."""
    if not err.isatty():
        yield from documents
        return
    shown, last = False, time.monotonic()
    for number, document in enumerate(documents, 1):
        if time.monotonic() - last > _PROGRESS_EVERY:
            print(f"\rsearched {number:,}", end="", file=err, flush=True)
            shown, last = True, time.monotonic()
        yield document
    if shown:
        print("\r\x1b[K", end="", file=err, flush=True)


def _masked(finding: Finding, masker: Masker) -> Finding:
    """Names of files may hold a value, too."""
    return replace(finding, file=masker.mask(finding.file)[0])


def _mask_unread(report: Report, masker: Masker) -> None:
    """As :func:`_masked`, for the files that could not be read."""
    report.unread = [replace(one, name=masker.mask(one.name)[0]) for one in report.unread]


def _order(finding: Finding) -> tuple[str, int, int, int]:
    place = finding.place
    return finding.file, place.cell or 0, place.output or 0, finding.line or 0


def _line(finding: Finding, masker: Masker) -> str:
    return FORMATS["text"](Report([_masked(finding, masker)])).rstrip("\n")


def _say(report: Report, kind: str, err: TextIO) -> None:
    """Says in a line each what was found, and what could not be."""
    plural = "" if report.searched == 1 else "s"
    if report.findings:
        names = ", ".join(sorted({finding.secret for finding in report.findings}))
        count = len(report.findings)
        print(f"{count} finding{'s' * (count > 1)} in {report.searched} {kind}{plural}. Rotate {names}.", file=err)
    else:
        print(f"Nothing found in {report.searched} {kind}{plural}.", file=err)
    _say_gaps(report, err)


def _say_gaps(report: Report, err: TextIO) -> None:
    """Says in a line each what could not be looked for, and what could not be read."""
    if report.unmaskable:
        reasons = ", ".join(f"{one.name} ({one.reason})" for one in report.unmaskable)
        print(f"Not looked for: {reasons}.", file=err)
    for one in report.unread:
        print(f"{one.name}: {one.reason}.", file=err)


def _say_what_to_do(project: Project, findings: list[Finding], err: TextIO) -> None:
    if not findings:
        print("Nothing found.", file=err)
        return
    names = ", ".join(sorted({finding.secret for finding in findings}))
    settings = f"DH_SECRETS_PROJECT={project.name} DH_SECRETS_PROVIDER={project.provider.name}"
    callback = "from dh_secrets_jupyter.scan import scrub_blob; scrub_blob(blob)"
    print(
        f"Rotate first: {names}. Whoever saw the files may have the values.\n"
        "What was committed is still in the history. To rewrite it, in a fresh clone with git-filter-repo installed,"
        " and before the new values are stored:\n"
        f"  {settings} git filter-repo --blob-callback '{callback}'",
        file=err,
    )
