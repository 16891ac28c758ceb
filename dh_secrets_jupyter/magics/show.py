"""``%secret`` alone, ``project``, ``list``, ``describe`` and ``guard``: what there is, never a value."""

from __future__ import annotations

from typing import Any

from .. import current, guard
from ..errors import SecretsError
from ..grammar import overview
from ..rendering import ELSEWHERE, Table, expiry, fields, moment, one_line, place, whole_place
from .line import Line


def status(shell: Any) -> None:
    """``%secret``"""
    project = current.project()
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
    rows["guard"] = str(guard.status()).splitlines()[0].removeprefix("guard: ")
    print(fields(rows), "", *overview(), "", "%secret COMMAND --help explains a command.", sep="\n")
    if failed:
        raise failed


def project(shell: Any, line: Line) -> None:
    """``%secret project NAME [--provider P]``"""
    switched = current.switch(line.single_word("NAME"), line.options.provider)
    print(f"Switched to {whole_place(switched)}.")


def list_secrets(shell: Any, line: Line) -> None:
    """``%secret list [GLOB]``"""
    from IPython.display import display

    project = current.project()
    pattern = line.single_word("GLOB") if line.words else "*"
    found = project.list_secrets(pattern)
    if found:
        display(Table(place(project), found))  # type: ignore[no-untyped-call]  # IPython's has no types
    elif line.words:
        print(f"No secrets match {one_line(pattern)} in {place(project)}.")
    else:
        print(f"There are no secrets in {place(project)}. Add one with %secret set NAME.")


def switch_guard(shell: Any, line: Line) -> None:
    """``%secret guard [on|off [NAME …]] [--all]``"""
    if not line.words:
        print(guard.status().text(everything=line.options.all))
        return
    state, *names = line.words
    switch = {"on": guard.on, "off": guard.off}.get(state)
    if switch is None:
        raise SecretsError("guard", '"on" or "off" is needed', "For example: %secret guard off API_KEY")
    now = guard.status()
    for name in names:
        if name not in {*now.held, *now.variables, *now.off, *now.unmaskable}:
            raise SecretsError(name, "the guard holds no value of this name", "Run %secret guard to see what it holds")
    print(switch(*names))


def describe(shell: Any, line: Line) -> None:
    """``%secret describe NAME``"""
    project = current.project()
    secret = project.get_secret(line.single_word("NAME"))
    metadata = secret.metadata
    print(
        fields(
            {
                "name": secret.name,
                "project": whole_place(project).removeprefix("project "),
                "key": secret.key,
                "description": metadata.description,
                "labels": ", ".join(metadata.labels),
                "expires": expiry(metadata),
                "created": _by(moment(metadata.created), metadata.created_by),
                "updated": _by(moment(metadata.updated), metadata.updated_by)
                if metadata.updated_by or not metadata.updated
                else f"{moment(metadata.updated)}, {ELSEWHERE}",
            }
        )
    )


def _by(time: str, who: str | None) -> str:
    return f"{time} by {who}" if who else time
