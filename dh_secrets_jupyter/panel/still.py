"""The still list: what a saved notebook shows where there is no kernel. Names and metadata, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..project import Project, Secret

COLUMNS = ("Name", "Description", "Labels", "Updated", "By", "Expires")


def html(project: Project, secrets: Sequence[Secret]) -> str:
    """Returns the list as a table, everything in it escaped."""
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(secret))}</tr>" for secret in secrets)
    caption = escape(_title(project, secrets))
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def text(project: Project, secrets: Sequence[Secret]) -> str:
    """Returns the list as one line of names."""
    return f"{_title(project, secrets)}: {', '.join(secret.name for secret in secrets) or 'none'}"


def _title(project: Project, secrets: Sequence[Secret]) -> str:
    many = "secret" if len(secrets) == 1 else "secrets"
    return f"{len(secrets)} {many} of project {project.name} ({project.provider.name}, {project.place})"


def _cells(secret: Secret) -> tuple[str, ...]:
    metadata = secret.metadata
    return (
        secret.name,
        metadata.description,
        ", ".join(metadata.labels),
        f"{metadata.updated:%Y-%m-%d %H:%M} UTC" if metadata.updated else "",
        metadata.updated_by or "",
        f"{metadata.expires}{' (expired)' if metadata.expired else ''}" if metadata.expires else "",
    )
