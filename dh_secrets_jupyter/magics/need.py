"""``need``: what a notebook needs, said by the notebook; what is missing is asked for, stored, and read.

1. Read what is there, in one request.
2. Where something is missing, ask for all of it, by a form in the notebook or else by prompts, and store what was
   entered as one change. Where nobody can answer, or the question is cancelled, one line names all that is missing.
3. Put the values into the kernel, all or none.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import injection
from ..commands.prompts import UnansweredError
from ..errors import AccessDeniedError, SecretExistsError, SecretNotFoundError, SecretsError
from ..grammar.parsing import Line
from ..injection import SecretRef
from ..models.hosts import check_hosts
from ..project import Project, Secret
from ..rendering import place, whole_place
from . import read, use
from .front import ShellFront
from .line import refs_of


@dataclass(frozen=True)
class _Found:
    """Those of the wanted secrets that are there: what was read, and the names of what is to be used."""

    read: Mapping[str, tuple[Secret, injection.Value]]
    to_use: Collection[str]

    def __contains__(self, name: str) -> bool:
        return name in self.read or name in self.to_use


def need(front: ShellFront, line: Line) -> None:
    """``%secret need NAME [as VAR] … [--optional NAME [as VAR] …] [--env | --use] [--about TEXT]``"""
    required, optional = refs_of(line), refs_of(line, optional=True)
    if not required and not optional:
        raise line.missing("NAME")
    destination = use.destination_of(line)
    targets = injection.targets(destination, [*required, *optional])  # a bad name fails before the provider is asked
    project = front.project()
    found = _look(project, targets.values(), to_use=line.options.use)
    if missing := _missing(required, found):
        _ask(front, project, missing, line)
        found = _look(project, targets.values(), to_use=line.options.use)
        if missing := _missing(required, found):
            raise _unmet(project, missing)
    stand_ins = use.stand_ins(front, {target: name for target, name in targets.items() if name in found.to_use})
    read.warn(found.read)
    values = {target: found.read[name][1] for target, name in targets.items() if name in found.read}
    read.put(front, values, destination)
    use.put(front, stand_ins, destination)


def _look(project: Project, names: Iterable[str], *, to_use: bool) -> _Found:
    """Reads what is there, in one request unless some of it is only to be used; with ``to_use`` all of it is used."""
    if not to_use:
        with contextlib.suppress(AccessDeniedError):
            return _Found(project.read_secrets([], optional=names), ())
    stored = {secret.name: secret.metadata for secret in project.list_secrets()}
    used = {name for name in names if name in stored and (to_use or stored[name].hosts)}
    others = [name for name in names if name in stored and name not in used]
    return _Found(project.read_secrets([], optional=others) if others else {}, used)


def _missing(required: Iterable[SecretRef], found: _Found) -> list[str]:
    return list(dict.fromkeys(ref.name for ref in required if ref.name not in found))


def _ask(front: ShellFront, project: Project, missing: Sequence[str], line: Line) -> None:
    """Asks for all values that are missing, and stores them as one change."""
    is_stored = _ask_by_form(front.shell, project, missing, line)
    if is_stored is None:
        values = _ask_by_prompts(front, project, missing, line.options.about)
        hosts = _ask_hosts(front, values) if line.options.use else {}
        if is_stored := bool(values):
            print(_store(project, values, hosts))
    if not is_stored:
        raise _unmet(project, missing)


def _ask_hosts(front: ShellFront, names: Iterable[str]) -> dict[str, list[str]]:
    """Returns the hosts that secrets are to be for, each asked for."""
    return {name: check_hosts(name, front.ask_hosts(name).split(",")) for name in names}


def _ask_by_form(shell: Any, project: Project, missing: Sequence[str], line: Line) -> bool | None:
    """Returns whether what was entered is stored, or None where no form can be shown."""
    kernel = getattr(shell, "kernel", None)
    # Both are ipykernel's own: whether the running request allows stdin, and whether it has subshells (version 7).
    if not (getattr(kernel, "_allow_stdin", False) and getattr(kernel, "_supports_kernel_subshells", False)):
        return None
    from ..panel.form import NeedForm, Outcome  # with ipywidgets

    def store(values: Mapping[str, str], hosts: Mapping[str, list[str]]) -> str:
        return _store(project, values, hosts)

    where, options = whole_place(project), line.options
    try:
        form = NeedForm(where, missing, options.about, store, with_hosts=options.use)
    except SecretsError:  # the front end is not built
        return None
    outcome = form.ask()
    return None if outcome is Outcome.NOT_SHOWN else outcome is Outcome.STORED


def _ask_by_prompts(front: ShellFront, project: Project, missing: Sequence[str], about: str | None) -> dict[str, str]:
    """Returns the values; none where nobody can answer, or where one is left empty: a slip, or a way to give up."""
    where = whole_place(project)
    try:
        values = {name: front.ask_needed(name, where, about) for name in missing}
    except UnansweredError:
        return {}
    return values if all(values.values()) else {}


def _store(project: Project, values: Mapping[str, str], hosts: Mapping[str, list[str]]) -> str:
    """Stores values as one change, and returns what to say. Raises as :meth:`.project.Project.import_values`."""
    try:
        project.import_values(values, hosts)
    except SecretExistsError as error:
        taken = error
    else:
        return "\n".join([f"{', '.join(values)}: stored in {place(project)}.", *project.notices])
    raise SecretExistsError(
        taken.subject, taken.problem, "Nothing was stored; run this cell again to read what is there"
    )


def _unmet(project: Project, missing: Sequence[str]) -> SecretNotFoundError:
    name, each = (missing[0], "") if len(missing) == 1 else ("NAME", " for each")
    return SecretNotFoundError(
        ", ".join(missing),
        f"missing from {whole_place(project)}",
        f"Run %secret set {name}{each}, or jupyter secrets set {name} in a terminal, then run this cell again",
    )
