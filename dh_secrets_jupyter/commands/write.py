"""``set``, ``edit``, ``import`` and ``delete``: everything that changes a project."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .. import env_file, guard
from ..errors import SecretsError
from ..grammar.parsing import Line, holds_value, typed_value_error
from ..models import MAX_TOTAL, SecretValue, check_description, check_expires, check_labels, check_name, is_name
from ..models.hosts import check_hosts, is_signing_key
from ..project import PersonNeededError, Project, Secret
from ..providers.base import Record
from ..rendering import place, whole_place
from .front import Front
from .prompts import CancelledPromptError, UnansweredError

_SIGNS = "{}: looks like a key that clients sign with. A stand-in signs nothing that its host accepts."


def set_secret(front: Front, line: Line) -> None:
    """``set NAME [--description T] [--label L]… [--expires DATE] [--hosts H[,H…]] [--from-… …]``"""
    if holds_value(line.words):
        _learn_typed(*line.words)
        raise typed_value_error(line.command, " ".join(line.words))
    name = check_name(line.single_word("NAME"))
    project = front.project()
    metadata = _metadata(name, line)
    value = _value(front, project, name, line, metadata)
    source = line.given("source")
    secret = _change(
        front,
        project,
        name,
        metadata,
        lambda said: project.put(name, value, **metadata, by_person=said),
        is_typed=source is None,
        may_ask=source in (None, "--from-file"),
    )
    if secret is None:
        return
    done = "created" if secret.metadata.created == secret.metadata.updated else "updated"
    print(f"{name}: {done} in {place(project)}.", *project.notices, sep="\n")
    if not value:
        print(f"{name}: the value is empty.")
    if secret.metadata.hosts and is_signing_key(name, value):
        print(_SIGNS.format(name))


def _learn_typed(name: str, *words: str) -> None:
    """Makes a typed value known to the guard that its form did not reveal in the cell: under an alias, or in a call."""
    name, _, value = name.partition("=")
    for text in (value, *words):
        if text and "[secret:" not in text:
            guard.learn(name, SecretValue(text, name))


def edit(front: Front, line: Line) -> None:
    """``edit NAME [--description T] [--label L]… [--expires DATE] [--hosts H[,H…]]``"""
    name = check_name(line.single_word("NAME"))
    metadata = _metadata(name, line)
    if not metadata:
        raise SecretsError(name, "nothing to change", "Use --description, --label, --expires or --hosts")
    project = front.project()
    signs = False

    def look(record: Record) -> None:
        nonlocal signs
        signs = is_signing_key(name, record.value)

    def change(said: bool) -> Secret:
        check = look if metadata.get("hosts") else None
        return project.edit(name, **metadata, check=check, by_person=said)

    if _change(front, project, name, metadata, change):
        print(f"{name}: updated in {place(project)}.", *project.notices, sep="\n")
        if signs:
            print(_SIGNS.format(name))


def import_file(front: Front, line: Line) -> None:
    """``import FILE [--replace]``"""
    path = line.single_word("FILE")
    values = _dotenv(path, _read_file("import", path))
    project = front.project()
    project.import_values(values, replace_existing=line.options.replace)
    if values:
        print(f"{', '.join(values)}: stored in {place(project)}.", *project.notices, sep="\n")
    else:
        print(f"Nothing was stored: there are no entries in {path}.")


def delete(front: Front, line: Line) -> None:
    """``delete NAME … [--yes]``"""
    names = list(dict.fromkeys(line.words))
    if not names:
        raise line.missing("NAME")
    project = front.project()
    project.get_secrets(*names)  # a wrong name fails before the question
    listed = ", ".join(names)
    if not line.options.yes and not front.confirm(listed, f"Delete {listed} from {whole_place(project)}?"):
        print("Nothing was deleted.")
        return
    project.delete(*names)
    print(f"{listed}: deleted from {place(project)}.", *project.notices, sep="\n")


def _change(
    front: Front,
    project: Project,
    name: str,
    metadata: Mapping[str, Any],
    change: Callable[[bool], Secret],
    *,
    is_typed: bool = False,
    may_ask: bool = True,
) -> Secret | None:
    """Makes a change; where the secret has hosts, only if a person says so.

    Args:
        metadata: what of it is changed.
        change: makes the change; takes whether a person has said so.
        is_typed: whether a person has typed a new value just now.
        may_ask: whether a person is asked; never for a value that code in the kernel may have made.

    Returns the secret as it is then, None where the answer was no.

    Raises:
        AccessDeniedError: nobody can answer.
    """
    try:
        return change(is_typed and "hosts" not in metadata)
    except PersonNeededError as error:
        needed = error
    if not may_ask:
        raise needed
    hosts = metadata.get("hosts")
    to = (
        "Give it another value"
        if hosts is None
        else f"Make it only for {', '.join(hosts)}"
        if hosts
        else "Make it readable"
    )
    now = ", ".join(project.get_secret(name).metadata.hosts)
    if front.confirm(name, f"{name} is only for {now}. {to}, in {whole_place(project)}?", needed):
        return change(True)
    print("Nothing was changed.")
    return None


def _metadata(name: str, line: Line) -> dict[str, Any]:
    """Returns what was given, checked before anybody is asked for a value; what was not given stays as it is."""
    options, given = line.options, dict[str, Any]()
    if options.description is not None:
        given["description"] = check_description(name, options.description)
    if options.label is not None:
        given["labels"] = check_labels(name, options.label if options.label != [""] else [])  # alone, it clears them
    if options.expires is not None:
        given["expires"] = check_expires(name, options.expires)
    if options.hosts is not None:
        given["hosts"] = check_hosts(name, options.hosts.split(",") if options.hosts.strip() else None)
    return given


def _value(front: Front, project: Project, name: str, line: Line, metadata: Mapping[str, Any]) -> str | bytes:
    options = line.options
    if options.from_file is not None:
        stdin = front.read_stdin(MAX_TOTAL + 1) if options.from_file == "-" else None
        return _read_file(name, options.from_file) if stdin is None else stdin
    if options.from_env is not None:
        return _from_environment(name, options.from_env)
    if getattr(options, "from_var", None) is not None:  # which a terminal does not have
        return _from_variable(front, name, options.from_var)
    return _typed(front, project, name, metadata)


def _typed(front: Front, project: Project, name: str, metadata: Mapping[str, Any]) -> str:
    """Returns what somebody types. Where nobody can, no option helps with a secret that has hosts, and that is said."""
    unanswered: SecretsError
    try:
        return front.ask_value(name, whole_place(project))
    except CancelledPromptError:
        raise
    except UnansweredError as error:
        unanswered = error
    with contextlib.suppress(SecretsError):
        if hosts := project.get_secret(name).metadata.hosts:
            unanswered = PersonNeededError(name, of_hosts=metadata.get("hosts", hosts) != hosts)
    raise unanswered


def _from_environment(name: str, entry: str) -> str | bytes:
    if entry not in os.environ:
        raise SecretsError(name, f"there is no environment variable {entry!a}", "Check its spelling")
    return os.environ[entry] if os.name == "nt" else os.fsencode(os.environ[entry])


def _from_variable(front: Front, name: str, variable: str) -> str | bytes:
    value = front.variable(variable)
    if not isinstance(value, str | bytes):
        raise SecretsError(name, f"no variable {variable!a} holds text or bytes", "Run %who to list the variables")
    return value


def _read_file(subject: str, name: str) -> bytes:
    path = Path(os.path.expanduser(name))
    try:
        with path.open("rb") as file:
            return file.read(MAX_TOTAL + 1)  # one more than can be stored is enough to refuse it
    except OSError as error:
        reason = error.strerror
    raise SecretsError(subject, f"cannot read the file {name!a} ({reason})", "Check its path and permissions")


def _dotenv(path: str, raw: bytes) -> dict[str, str]:
    """Reads a dotenv file. An error names bad lines by their numbers."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise SecretsError("import", f"{path} is not a UTF-8 file", "Save it as UTF-8")
    values, bad = env_file.read(text, is_name)
    if bad:
        lines = f"line{'s' * (len(bad) > 1)} {', '.join(map(str, bad))}"
        raise SecretsError(
            "import",
            f"{path} has no valid NAME=VALUE in {lines}",
            "Fix these lines and import again; nothing was stored",
        )
    return values
