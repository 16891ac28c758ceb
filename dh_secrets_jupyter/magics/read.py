"""``get``, ``env``, ``file``, ``forget`` and the lease ``%%secret``: values into the kernel and out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import current, guard, injection
from ..errors import SecretsError
from ..injection import Destination, Value
from ..models import name_of
from ..project import Secret
from . import lease as leases
from .commands import LEASE, Line, parse_words


def get(shell: Any, line: Line) -> None:
    """``%secret get NAME [as VAR] … [--all]``"""
    _put(shell, line, Destination.VARIABLE)


def env(shell: Any, line: Line) -> None:
    """``%secret env NAME [as VAR] … [--all]``"""
    _put(shell, line, Destination.ENVIRONMENT)


def file(shell: Any, line: Line) -> None:
    """``%secret file NAME [as VAR] …``"""
    _put(shell, line, Destination.FILE)


def forget(shell: Any, line: Line) -> None:
    """``%secret forget [NAME …]``"""
    gone = injection.for_namespace(shell.user_ns).forget(*line.words)
    if gone:
        print(
            "Taken out: "
            + ", ".join(f"{_spoken(name, target)} ({destination.value})" for destination, target, name in gone)
        )
    else:
        print("Nothing of it is in this kernel." if line.words else "Nothing is in this kernel.")


def lease(shell: Any, text: str, body: str) -> None:
    """``%%secret NAME [as VAR] … [--env]``; the body is empty where :mod:`.lease` has put it behind the call."""
    line = parse_words(LEASE, text)
    destination = Destination.ENVIRONMENT if line.options.env else Destination.VARIABLE
    values = _read(line, destination)
    running = injection.for_namespace(shell.user_ns).lease(destination, values)
    if body.strip():
        with running:
            leases.run(shell, body)
    else:
        leases.until_end_of_cell(running)


def _put(shell: Any, line: Line, destination: Destination) -> None:
    values = _read(line, destination)
    injection.for_namespace(shell.user_ns).put(destination, values)
    if values:
        names = ", ".join(_spoken(name_of(value), target) for target, value in values.items())
        where = {
            Destination.VARIABLE: "In variables",
            Destination.ENVIRONMENT: "In the environment",
            Destination.FILE: "In private files",
        }
        print(f"{where[destination]}: {names}")


def _read(line: Line, destination: Destination) -> Mapping[str, Value]:
    """Reads what the line wants, says what there is to say about it, and returns the values by target."""
    everything = getattr(line.options, "all", False)
    refs = line.refs()
    if not refs and not everything:
        raise SecretsError(line.command, "NAME is missing", "See %secret")
    targets = injection.targets(destination, refs)  # a bad name is said before anybody is asked
    project = current.project()
    found = project.read_secrets([one.name for one in refs], others=_left_out if everything else None)
    if everything:
        named = {one.name for one in refs}
        others = [injection.SecretRef(name) for name in found if name not in named]
        if destination is Destination.ENVIRONMENT:
            for one in others:
                if not injection.fits_environment(found[one.name][1]):
                    print(f"{one.name}: left out, for an environment entry cannot hold a NUL byte.")
            others = [one for one in others if injection.fits_environment(found[one.name][1])]
        targets = injection.targets(destination, [*refs, *others])
        if not found:
            print(f"The project {project.name} has no secrets.")
    _say(found)
    return {target: found[name][1] for target, name in targets.items()}


def _left_out(error: SecretsError) -> None:
    print(f"{error.subject}: left out, for {error.problem}.")


def _say(found: Mapping[str, tuple[Secret, Value]]) -> None:
    for name, (secret, _) in found.items():
        if secret.metadata.expired:
            print(f"{name}: it has expired ({secret.metadata.expires}).")
        if reason := guard.why_not(name):
            print(f"{name}: the guard does not mask it, for {reason}.")


def _spoken(name: str, target: str) -> str:
    return name if name == target else f"{name} as {target}"
