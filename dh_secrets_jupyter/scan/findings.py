"""What a scan found: where, of which secret and in which encoding, never the value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Commits:
    """The commits of all branches and tags that bring a blob in or take it out, as ``git log --find-object`` has them.

    Attributes:
        first: the id of the oldest.
        last: the id of the newest.
        count: how many they are.
    """

    first: str
    last: str
    count: int


@dataclass(frozen=True)
class Place:
    """Where in a notebook; in any other file all of it is None. A cell without a field is the cell's id.

    Attributes:
        cell: the cell's number, from 1.
        cell_id: its id, where the notebook gives it one.
        output: the output's number in its cell, from 1.
        field: ``source``, ``output``, ``traceback``, ``metadata``, ``widget`` or ``attachment``.
        mime: the MIME type of an output or an attachment.
    """

    cell: int | None = None
    cell_id: str | None = None
    output: int | None = None
    field: str | None = None
    mime: str | None = None

    @property
    def is_any(self) -> bool:
        """Whether it is a place in a notebook."""
        return self.cell is not None or self.field is not None

    def masked(self, mask: Callable[[str], tuple[str, object]]) -> Place:
        """Returns the place without a value that somebody wrote into a cell's id or a MIME type.

        Args:
            mask: returns a text with marks in place of values, and what else it knows of it.
        """
        cell_id, mime = (text and mask(text)[0] for text in (self.cell_id, self.mime))
        return replace(self, cell_id=cell_id, mime=mime)


@dataclass(frozen=True)
class Finding:
    """A value in one place.

    Attributes:
        file: its path; of a blob that no commit holds its id.
        line: the first line of the file that holds it, from 1; None where a file has no lines.
        place: where in a notebook.
        secret: the secret's name.
        encoding: how the value stands there, by one of the names of :class:`.guard.engine.Encoding`.
        commits: those of the blob, where history was searched.
        reachable: whether any branch or tag leads to the blob, where history was searched.
    """

    file: str
    line: int | None
    place: Place
    secret: str
    encoding: str
    commits: Commits | None = None
    reachable: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns it as ``--format json`` has it: each field there, None where it does not apply."""
        return {
            "file": self.file,
            "line": self.line,
            **asdict(self.place),
            "secret": self.secret,
            "encoding": self.encoding,
            "commits": asdict(self.commits) if self.commits else None,
            "reachable": self.reachable,
        }

    @property
    def where(self) -> str:
        """The place in words: ``cell 3 output 1 text/html``, ``line 12``."""
        return " ".join(self._words()) or "bytes"

    def _words(self) -> Iterator[str]:
        place = self.place
        if place.cell is not None:
            yield f"cell {place.cell}"
        if place.output is not None:
            yield f"output {place.output}"
        if place.field is None:
            yield from ["id"] if place.is_any else [f"line {self.line}"] if self.line else []
        elif place.field != "output":
            yield place.field
        if place.mime:
            yield place.mime


@dataclass(frozen=True)
class NotSearched:
    """What could not be looked for, or looked at.

    Attributes:
        name: the secret's name, or the file's.
        reason: why, in a few words.
    """

    name: str
    reason: str


@dataclass
class Report:
    """What a scan says.

    Attributes:
        findings: by file and place.
        searched: how many files, or blobs, were searched.
        unmaskable: secrets that cannot be looked for: short values and common words.
        unread: files that could not be read, or not as what they are.
    """

    findings: list[Finding] = field(default_factory=list)
    searched: int = 0
    unmaskable: list[NotSearched] = field(default_factory=list)
    unread: list[NotSearched] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Adds what another report says of other files."""
        self.findings += other.findings
        self.searched += other.searched
        self.unmaskable += other.unmaskable
        self.unread += other.unread
