"""``get``, ``env`` and ``file``: values into the kernel."""

from __future__ import annotations

from collections.abc import Mapping

from .. import guard, injection
from ..errors import SecretsError
from ..grammar.parsing import Line
from ..injection import Destination, Value
from ..models import name_of
from ..project import Secret
from ..rendering import expired_line, place, skipped_line
from .front import ShellFront
from .line import refs_of

_DONE = {
    Destination.VARIABLE: "Read into variables",
    Destination.ENVIRONMENT: "Read into environment variables",
    Destination.FILE: "Written to private files",
}


def get(front: ShellFront, line: Line) -> None:
    """``%secret get NAME [as VAR] … [--all]``"""
    _put(front, line, Destination.VARIABLE)


def env(front: ShellFront, line: Line) -> None:
    """``%secret env NAME [as VAR] … [--all]``"""
    _put(front, line, Destination.ENVIRONMENT)


def file(front: ShellFront, line: Line) -> None:
    """``%secret file NAME [as VAR] …``"""
    _put(front, line, Destination.FILE)


def _put(front: ShellFront, line: Line, destination: Destination) -> None:
    put(front, read(front, line, destination), destination)


def put(front: ShellFront, values: Mapping[str, Value], destination: Destination) -> None:
    """Puts values, by their targets, into the kernel, and prints their names."""
    injection.for_namespace(front.shell.user_ns).put(destination, values, front.project().source)
    if values:
        names = ", ".join(as_target(name_of(value), target) for target, value in values.items())
        print(f"{_DONE[destination]}: {names}")


def read(front: ShellFront, line: Line, destination: Destination) -> Mapping[str, Value]:
    """Reads the values that the line asks for, prints warnings about them, and returns them by target."""
    everything = line.has("all")
    refs = refs_of(line)
    if not refs and not everything:
        raise line.missing("NAME")
    targets = injection.targets(destination, refs)  # a bad name fails before the provider is asked
    project = front.project()
    skipped: list[SecretsError] = []
    found = project.read_secrets([ref.name for ref in refs], others=skipped.append if everything else None)
    for error in skipped:
        print(skipped_line(error))
    if everything:
        named = {ref.name for ref in refs}
        others = [injection.SecretRef(name) for name in found if name not in named]
        if destination is Destination.ENVIRONMENT:
            for ref in others:
                if not injection.fits_environment(found[ref.name][1]):
                    print(f"{ref.name}: skipped, because an environment variable cannot hold a NUL byte.")
            others = [ref for ref in others if injection.fits_environment(found[ref.name][1])]
        targets = injection.targets(destination, [*refs, *others])
        if not found and not skipped:
            print(f"There are no secrets in {place(project)}.")
    warn(found)
    return {target: found[name][1] for target, name in targets.items()}


def warn(found: Mapping[str, tuple[Secret, Value]]) -> None:
    """Prints what the user should know of values that were read."""
    for name, (secret, _) in found.items():
        if secret.metadata.is_expired:
            print(expired_line(secret))
        if reason := guard.why_not(name):
            print(f"{name}: the guard does not mask this value, because {reason}.")


def as_target(name: str, target: str) -> str:
    """Returns a secret's name and what it is called in the kernel."""
    return name if name == target else f"{name} as {target}"
