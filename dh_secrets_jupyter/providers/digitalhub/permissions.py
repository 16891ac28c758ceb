"""What a login may do at Core, and which of the three reasons a refusal has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...backoff import Deadline
from ...errors import AccessDeniedError, SecretsError
from .client import Client, unavailable
from .login import LOG_IN

ADMINISTRATOR = "ROLE_ADMIN"


@dataclass(frozen=True)
class Permissions:
    """A login's rights, as they are now.

    Attributes:
        user: its name at Core.
        projects: the projects that it names; an administrator's may use others, too.
        everything: an administrator, or no authentication at all.
        authenticated: whether Core has authentication on.
    """

    user: str
    projects: Sequence[str]
    everything: bool
    authenticated: bool = True


def permissions(client: Client, deadline: Deadline) -> Permissions:
    """Asks Core what this login may do.

    Raises:
        AccessDeniedError: Core does not know it.
    """
    answer = client.request("GET", "/api/auth", deadline=deadline)
    if answer.status == 403:
        raise AccessDeniedError("digitalhub", "the platform does not accept your login, or you have none", LOG_IN)
    if answer.status == 500 and answer.body is None:
        return Permissions("", (), everything=True, authenticated=False)
    given = answer.body.get("permissions") if answer.ok and isinstance(answer.body, dict) else None
    if not isinstance(given, list):
        raise unavailable(
            f"does not say what you may do (HTTP status {answer.status})",
            "Check that DHCORE_ENDPOINT is the platform's own server",
        )
    roles = [role for role in given if isinstance(role, str)]
    projects = sorted({project for project, colon, _ in (role.partition(":") for role in roles) if colon})
    return Permissions(str(answer.body.get("username") or ""), projects, everything=ADMINISTRATOR in roles)


def exists(client: Client, project: str, deadline: Deadline) -> bool:
    """Whether Core has a project of that name; any login may ask."""
    answer = client.request("GET", f"/api/v1/projects/{project}", deadline=deadline)
    if not answer.ok and answer.status != 404:
        raise unavailable(f"does not say whether there is a project {project} (HTTP status {answer.status})")
    return answer.ok


def forbidden(client: Client, project: str, deadline: Deadline) -> SecretsError:
    """Returns the error for a 403: what it says is not which of three things is wrong, so Core is asked.

    Raises:
        AccessDeniedError: it is the login.
    """
    found = permissions(client, deadline)
    if not exists(client, project, deadline):
        return UnknownProjectError(
            project, "the platform has no project of that name", "Adding a secret creates it; see %secret project NAME"
        )
    who = f"the user {found.user}" if found.user else "your login"
    return AccessDeniedError(
        project, f"{who} has no right on this project of the platform", "Ask its owner to share it with you"
    )


class UnknownProjectError(AccessDeniedError):
    """There is no such project, as Core says it to those who are no administrators."""
