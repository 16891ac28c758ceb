"""``%secret`` alone, ``project``, ``list``, ``describe`` and ``guard``: what there is, never a value."""

from __future__ import annotations

from typing import Any

from .. import current, guard
from ..errors import SecretsError
from ..project import Project
from ..rendering import ELSEWHERE, Table, fields, moment, one_line
from .commands import Line, lines


def where(project: Project) -> str:
    """Returns project, provider and place, as every command that writes says them."""
    return f"project {project.name} ({project.provider.name}: {project.place})"


def status(shell: Any) -> None:
    """``%secret``"""
    project = current.project()
    number, failed = "unknown", None
    try:
        number = str(len(project.list_secrets()))
    except SecretsError as error:
        failed = error
    rows = {"project": project.name, "provider": project.provider.name, "place": project.place, "secrets": number}
    if project.warning:
        rows["warning"] = project.warning
    rows["guard"] = str(guard.status()).splitlines()[0].removeprefix("guard: ")
    print(fields(rows), "", *lines(), sep="\n")
    if failed:
        raise failed


def project(shell: Any, line: Line) -> None:
    """``%secret project NAME [--provider P]``"""
    print(f"Now in {where(current.switch(line.only('NAME'), line.options.provider))}.")


def list_secrets(shell: Any, line: Line) -> None:
    """``%secret list [GLOB]``"""
    from IPython.display import display

    project = current.project()
    pattern = line.only("GLOB") if line.words else "*"
    found = project.list_secrets(pattern)
    if found:
        display(Table(where(project), found))  # type: ignore[no-untyped-call]  # IPython's has no types
    else:
        what = f"no secrets like {one_line(pattern)}" if line.words else "no secrets yet; add one with %secret set NAME"
        print(f"In {where(project)} there are {what}.")


def set_guard(shell: Any, line: Line) -> None:
    """``%secret guard [on|off [NAME …]] [--all]``"""
    if not line.words:
        print(guard.status().text(everything=line.options.all))
        return
    state, *names = line.words
    switch = {"on": guard.on, "off": guard.off}.get(state)
    if switch is None:
        raise SecretsError("guard", "it can be on or off", "Write on or off, then names if only they are meant")
    now = guard.status()
    for name in names:
        if name not in {*now.held, *now.variables, *now.off, *now.unmaskable}:
            raise SecretsError(name, "the guard holds no value of that name", "See %secret guard")
    print(switch(*names))


def describe(shell: Any, line: Line) -> None:
    """``%secret describe NAME``"""
    secret = current.project().get_secret(line.only("NAME"))
    metadata = secret.metadata
    print(
        fields(
            {
                "name": secret.name,
                "project": where(current.project()).removeprefix("project "),
                "key": secret.key,
                "description": metadata.description,
                "labels": ", ".join(metadata.labels),
                "expires": f"{metadata.expires or ''}{' (expired)' if metadata.expired else ''}",
                "created": _by(moment(metadata.created), metadata.created_by),
                "updated": _by(moment(metadata.updated), metadata.updated_by)
                if metadata.updated_by or not metadata.updated
                else f"{moment(metadata.updated)}, {ELSEWHERE}",
            }
        )
    )


def _by(time: str, who: str | None) -> str:
    return f"{time} by {who}" if who else time
