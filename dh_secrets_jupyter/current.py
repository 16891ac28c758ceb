"""The project that this kernel or script works with, and the two functions a script begins with."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from .ipython import running_shell

if TYPE_CHECKING:
    from .models import SecretBytes, SecretValue
    from .project import Project
    from .settings import DHSecrets

_current: Project | None = None
"""What was switched to."""
_opened: tuple[tuple[str | None, str], Project] | None = None
"""The choice that the settings made last, and the project opened for it."""

_known: set[tuple[str, str]] = set()
"""The sources of projects that :func:`remember` was told of."""


def user() -> str:
    """Returns who is written down for a change made here: the hub's user, else the login name."""
    if hub_user := os.environ.get("JUPYTERHUB_USER"):
        return hub_user
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user id often has no name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def get_or_create_project(name: str, *, provider: str | None = None) -> Project:
    """Opens a project; one without secrets needs no creation. Raises as :meth:`.settings.DHSecrets.open`."""
    return _open(name, provider)


def project() -> Project:
    """Returns the current project: what :func:`switch` chose last, else what the settings say now."""
    global _opened
    if _current is not None:
        return _current
    settings = _settings()
    choice = settings.choice()
    if _opened is None or _opened[0] != choice:
        _opened = choice, settings.open(user=user())
        remember(_opened[1])
    return _opened[1]


def switch(name: str, provider: str | None = None) -> Project:
    """Makes another project the current one; where it cannot be opened the current one stays."""
    global _current
    _current = _open(name, provider)
    remember(_current)
    return _current


def remember(used: Project) -> None:
    """Remembers a project that was worked with, or that has secrets; one whose name was only typed is no such."""
    _known.add(used.source)


def known_projects(provider: str) -> set[str]:
    """Returns the names of those that are remembered, for a provider that cannot list its projects."""
    return {name for where, name in _known if where == provider}


def is_switched() -> bool:
    """Returns whether the current project was chosen by :func:`switch`, and not by the settings."""
    return _current is not None


def get(name: str) -> SecretValue | SecretBytes:
    """Returns the value of a secret of the current project. Raises as :meth:`.project.Project.read_values`."""
    return project().read_values(name)[name]


def _open(name: str, provider: str | None) -> Project:
    return _settings().open(name, provider, user=user())


def _settings() -> DHSecrets:
    """Returns the settings that ``%config DHSecrets`` shows, else those of the shell's configuration."""
    from . import settings  # traitlets, only when a project is first opened

    shell = running_shell()
    if shell is None:
        return settings.DHSecrets()
    return settings.of_shell(shell) or settings.from_config(shell.config)
