"""``list`` and ``describe``, and where one is: what there is, never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..errors import SecretsError
from ..grammar import SET
from ..grammar.parsing import Line
from ..project import Project
from ..rendering import ELSEWHERE, Table, expiry, fields, moment, one_line, place, whole_place
from ..wire import secret_to_json, secrets_to_json
from .front import Front


def status(project: Project, more: Mapping[str, str], commands: Iterable[str]) -> None:
    """Says which project it is, and what can be typed. Raises what listing it raises, when all else is said.

    Args:
        more: what there is to say of this place, by what it is about.
        commands: the lines about commands.
    """
    number, failed = "unknown", None
    try:
        number = str(len(project.list_secrets()))
    except SecretsError as error:
        failed = error
    rows = {
        "project": project.name,
        "provider": project.provider.name,
        "place": project.place_and_register,
        "secrets": number,
    }
    if project.warning:
        rows["warning"] = project.warning
    if project.remark:
        rows["note"], project.remark = project.remark, ""  # once
    print(fields(rows | dict(more)), "", *commands, sep="\n")
    if failed:
        raise failed


def list_secrets(front: Front, line: Line) -> None:
    """``list [GLOB] [--json]``"""
    pattern = line.single_word("GLOB") if line.words else "*"
    project = front.project()
    found = project.list_secrets(pattern)
    if line.has("json"):
        secrets = secrets_to_json({secret.name: secret.metadata for secret in found})
        print(json.dumps({"secrets": secrets}, indent=2))
    elif found:
        front.show_table(Table(place(project), found))
    elif line.words:
        print(f"No secrets match {one_line(pattern)} in {place(project)}.")
    else:
        print(f"There are no secrets in {place(project)}. Add one with {SET.on(line.command.surface).call} NAME.")


def describe(front: Front, line: Line) -> None:
    """``describe NAME [--json]``"""
    name = line.single_word("NAME")
    project = front.project()
    secret = project.get_secret(name)
    metadata = secret.metadata
    if line.has("json"):
        print(json.dumps(secret_to_json(name, metadata), indent=2))
        return
    print(
        fields(
            {
                "name": secret.name,
                "project": whole_place(project).removeprefix("project "),
                "key": secret.key,
                "description": metadata.description,
                "labels": ", ".join(metadata.labels),
                "expires": expiry(metadata),
                "only for": ", ".join(metadata.hosts),
                "created": _by(moment(metadata.created), metadata.created_by),
                "updated": _by(moment(metadata.updated), metadata.updated_by)
                if metadata.updated_by or not metadata.updated
                else f"{moment(metadata.updated)}, {ELSEWHERE}",
            }
        )
    )


def _by(time: str, who: str | None) -> str:
    return f"{time} by {who}" if who else time
