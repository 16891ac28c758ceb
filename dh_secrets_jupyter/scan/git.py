"""Asks git for files, and for the blobs of an index or a history."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..errors import SecretsError
from .cat_file import cat_file, failed
from .document import Document
from .findings import Commits, Finding, NotSearched, Report

_SUBMODULE, _LINK = b"160000", b"120000"
"""The modes of an entry that is a commit of another repository, and of one that is a link."""
_UNOPENED = re.compile(rb"could not open directory '([^'\n]*)")
"""Said by git, which goes on then; the path is the repository's."""
_LOG_SETTINGS = ("-c", "log.showRoot=true", "-c", "log.showSignature=false", "-c", "diff.relative=false")
"""Whatever somebody has set for a log that is read by people."""


def tracked(folder: Path, report: Report) -> list[Path] | None:
    """Returns the files below a folder that git tracks, or would track; None where git knows nothing of it.

    Folders in which it cannot look are reported.
    """
    # Where the environment names a repository, its files may be elsewhere, and the names that git lists none of here.
    if _run(folder, "rev-parse", "--is-inside-work-tree") != b"true\n":
        return None
    done = _done(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if done is None or done.returncode:
        return None
    for name in _UNOPENED.findall(done.stderr):
        report.unread.append(NotSearched(_text(name), "git cannot look into this folder"))
    names = dict.fromkeys(name for name in done.stdout.split(b"\0") if name)
    return [folder / name.decode("utf-8", "surrogateescape") for name in names]


def staged(folder: Path, paths: Sequence[str]) -> Iterator[Document]:
    """Yields what a commit would change, with its content from the index; of what is not merged yet each version.

    Raises:
        SecretsError: this is no repository, or git knows nothing of a path.
    """
    _needs_repository(folder, "--staged")
    head = "HEAD"
    if _run(folder, "rev-parse", "--verify", "--quiet", "HEAD") is None:  # before the first commit
        head = (_run(folder, "hash-object", "-t", "tree", "--stdin") or b"").decode().strip()
    _check_known(folder, head, paths)
    changes = _run(folder, "diff-index", "--cached", "--no-renames", "-z", "--diff-filter=d", head, "--", *paths)
    if changes is None:
        raise SecretsError("--staged", "git cannot compare the index with HEAD", "See what git diff --staged says")
    blobs: list[tuple[bytes, bytes, bool]] = []
    unmerged: dict[bytes, bytes] = {}  # by name what HEAD has
    entries = iter(changes.split(b"\0"))
    for change, name in zip(entries, entries, strict=False):
        _, mode, in_head, blob, status = change.split()
        if status == b"U":
            unmerged[name] = in_head
        elif mode != _SUBMODULE:
            blobs.append((name, blob, mode == _LINK))
    listing = _must(folder, "ls-files", "--unmerged", "--full-name", "-z", "--", ":(top)") if unmerged else b""
    for entry in filter(None, listing.split(b"\0")):  # up to three versions of each
        version, _, name = entry.partition(b"\t")
        mode, blob, _ = version.split()
        if unmerged.get(name, blob) != blob and mode != _SUBMODULE:
            blobs.append((name, blob, mode == _LINK))
    with cat_file(folder, "--batch") as git:
        for name, blob, is_link in dict.fromkeys(blobs):
            git.ask(blob.decode())
            yield from (replace(one, is_link=is_link) for one in git.blobs(_text(name)))


@contextmanager
def history(folder: Path) -> Iterator[Iterator[Document]]:
    """Has git read the history from now on, while the caller gets ready to search it.

    It gives every blob of the repository, by its id, in the order in which git reads them fastest.

    Raises:
        SecretsError: this is no repository, or one that lacks what its branches lead to.
    """
    if _run(folder, "rev-list", "--all", "--max-count=1") is None:
        _needs_repository(folder, "--history")
        raise failed("rev-list")
    with cat_file(folder, "--batch", "--batch-all-objects", "--unordered", ahead=True) as git:
        yield git.blobs()


def is_shallow(folder: Path) -> bool:
    """Whether the history here goes back to some commits only, as that of a clone with ``--depth``."""
    return _run(folder, "rev-parse", "--is-shallow-repository") == b"true\n"


def count_missing(folder: Path) -> int:
    """Returns how many objects of the history were never fetched, as in a clone with ``--filter``."""
    if not _run(folder, "config", "--get-regexp", r"^remote\..*\.promisor$"):
        return 0
    command = ["git", "-C", str(folder), "rev-list", "--objects", "--all", "--missing=print"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        count = sum(line.startswith(b"?") for line in process.stdout)
    if process.returncode:
        raise failed("rev-list")
    return count


def with_commits(folder: Path, findings: list[Finding]) -> list[Finding]:
    """Returns findings in blobs with the blobs' newest paths and their commits."""
    if not findings:
        return []
    wanted = {finding.file.encode() for finding in findings}
    paths: dict[bytes, str] = {}
    commits: defaultdict[bytes, dict[str, None]] = defaultdict(dict)  # the newest first
    log = ("log", "--all", "-c", "--raw", "--no-abbrev", "--no-renames", "-z", "--format=%H")
    tokens = iter(_must(folder, *_LOG_SETTINGS, *log).split(b"\0"))
    commit = ""
    for token in tokens:
        change = token.lstrip(b"\n")
        if not change.startswith(b":"):
            commit = change.decode() or commit
            continue
        name = _text(next(tokens))
        *ids, after, _ = change.split()
        for blob in wanted.intersection((*ids, after)):
            commits[blob].setdefault(commit)
            if blob == after:
                paths.setdefault(blob, name)
    found = []
    for finding in findings:
        blob = finding.file.encode()
        holders = list(commits[blob])
        known = Commits(holders[-1], holders[0], len(holders)) if holders else None
        found.append(replace(finding, file=paths.get(blob, finding.file), commits=known, reachable=known is not None))
    return found


def _needs_repository(folder: Path, option: str) -> None:
    if _run(folder, "rev-parse", "--git-dir") is None:
        raise SecretsError(option, "git finds no repository here", "Run it inside a repository; git status says more")


def _check_known(folder: Path, head: str, paths: Sequence[str]) -> None:
    """Has git refuse what ``git commit PATH`` refuses: a path of which neither the index nor HEAD knows anything."""
    known = ("ls-files", "--error-unmatch", f"--with-tree={head}", "--")
    if paths and _run(folder, *known, *paths) is None:
        path = next((path for path in paths if _run(folder, *known, path) is None), paths[0])
        raise SecretsError(path or "''", "git knows no such file or folder", "Check the path, or run git add")


def _must(folder: Path, *arguments: str) -> bytes:
    output = _run(folder, *arguments)
    if output is None:
        raise failed(arguments[0])
    return output


def _run(folder: Path, *arguments: str) -> bytes | None:
    """Returns what git prints, or None where it fails, is not installed or cannot be run."""
    done = _done(folder, *arguments)
    return done.stdout if done and done.returncode == 0 else None


def _done(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """Returns what came of a run of git, which speaks English in it; None where it cannot be run."""
    command, environment = ["git", "-C", str(folder), *arguments], {**os.environ, "LC_ALL": "C"}
    with suppress(OSError):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=environment)
    return None


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
