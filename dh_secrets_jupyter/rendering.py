"""What people read: how sentences are worded, and how places and lists are shown.

Every line that a person can see keeps to these rules:

- An error is ``NAME: what is wrong. What to do.`` NAME is the secret, else the project, the option, the command or the
  provider. What to do is something that can be done, at best the command to type.
- What was done is one line, in the past tense. A warning is a line before it, and says why with "because".
- Plain English, as in the manuals of git and kubectl: a full sentence, or a customary short form ("no such secret").
- One thing has one word: secret, project, provider, value, variable, environment variable, guard, to mask.
- What was typed is quoted where it could be read as a part of the sentence. Numbers agree: 1 secret, 2 secrets.
- Names, numbers and places may be shown; a value, a token or the body of a response never.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from .errors import SecretsError
from .models import Metadata
from .project import Project, Secret

_COLUMNS = ("name", "description", "labels", "updated", "by", "expires", "use")
ELSEWHERE = "changed elsewhere"
"""In place of a name, where the last change was made without us."""


def place(project: Project) -> str:
    """Returns where a project is, briefly: ``project demo, local``."""
    return f"project {project.name}, {project.provider.name}"


def whole_place(project: Project) -> str:
    """Returns where a project is, with the file, or the Secret and its namespace."""
    return f"project {project.name} ({project.provider.name}: {project.place})"


class Table:
    """A table of secrets. Texts are anybody's, and shown as texts.

    Args:
        caption: where they are.
        secrets: the rows, in their order.
    """

    def __init__(self, caption: str, secrets: Sequence[Secret]) -> None:
        self._caption = caption
        self._rows = [tuple(map(one_line, _row(secret))) for secret in secrets]

    def __repr__(self) -> str:
        lines = [_COLUMNS, *self._rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )

    def _repr_html_(self) -> str:
        # Colours are the theme's; only the alignment is set, for notebooks align cells to the right.
        return self.html(' style="text-align: left"')

    def html(self, attributes: str = "") -> str:
        """Returns the table as HTML; with ``attributes`` in the tag of each cell."""
        head = "".join(f'<th scope="col"{attributes}>{column}</th>' for column in _COLUMNS)
        body = "".join(
            f'<tr><th scope="row"{attributes}>{escape(name)}</th>'
            + "".join(f"<td{attributes}>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
            for name, *cells in self._rows
        )
        caption = f"<caption{attributes}>Secrets of {escape(self._caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def fields(rows: Mapping[str, str]) -> str:
    """Returns aligned lines of a name and a text each."""
    width = max(map(len, rows))
    return "\n".join(f"{name:{width}}  {one_line(text)}".rstrip() for name, text in rows.items())


def expiry(metadata: Metadata) -> str:
    """Returns the last valid day, and whether it is over."""
    return f"{metadata.expires or ''}{' (expired)' if metadata.is_expired else ''}"


def expired_line(secret: Secret) -> str:
    """Returns what to say of a secret that was read after its last valid day."""
    return f"{secret.name}: this secret has expired; its last valid day was {secret.metadata.expires}."


def skipped_line(error: SecretsError) -> str:
    """Returns what to say of a secret that cannot be read, and was not asked for by its name."""
    return f"{error.subject}: skipped ({error.problem})."


def moment(time: datetime | None) -> str:
    """Returns a time to the minute, where the kernel is; in UTC where that has no such time."""
    if time is None:
        return ""
    with contextlib.suppress(ValueError, OverflowError, OSError):  # the first and the last hours that Python knows
        time = time.astimezone()
    return time.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


def one_line(text: str) -> str:
    """Returns a text without line breaks and other signs that move a terminal's cursor."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _row(secret: Secret) -> tuple[str, ...]:
    metadata = secret.metadata
    by = metadata.updated_by or (ELSEWHERE if metadata.updated else "")
    return (
        secret.name,
        metadata.description,
        ", ".join(metadata.labels),
        moment(metadata.updated),
        by,
        expiry(metadata),
        ", ".join(metadata.hosts),
    )
