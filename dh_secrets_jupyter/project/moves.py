"""A copy of a secret in another project, and the second half of a move there: once it is there, the original goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ConflictError, ProviderUnavailableError, SecretNotFoundError, SecretsError
from ..providers.base import Record
from .plans import Check

if TYPE_CHECKING:
    from . import Project
    from .secret import Secret


class HalfMovedError(ProviderUnavailableError):
    """A secret was copied to another project, and the original could not be deleted."""


def copy_elsewhere(
    project: Project, to: Project, name: str, new_name: str, *, move: bool, check: Check | None
) -> Secret:
    """Copies a secret to another project, as :meth:`Project.copy` says; both projects' notices are then the first's."""
    original = project._plans.existing(project.provider.read(project.name), [name])[name]
    if check:
        check(original)
    copied = to._write(new_name, to._plans.add_copy(new_name, original))
    project.notices = ()
    if move:
        delete_original(project, name, original, copied)
    project.notices = [*to.notices, *project.notices]
    return copied


def delete_original(project: Project, name: str, original: Record, copied: Secret) -> None:
    """Deletes a secret if it is still the one that was copied; one that is gone already is none that is left.

    Raises:
        HalfMovedError: it is still there, or nobody knows.
    """

    def check(found: Record) -> None:
        if found != original:
            raise ConflictError(name, "it was changed meanwhile", "Look at it before you delete it")

    try:
        project.delete(name, check=check)
    except SecretNotFoundError:
        return
    except SecretsError as error:
        failure = error.problem
    else:
        return
    raise HalfMovedError(
        name,
        f"copied to project {copied.project} as {copied.name}, but not deleted from project {project.name}: {failure}",
        "Look at both, and delete the one that is not wanted",
    )
