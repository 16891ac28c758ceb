"""Finds the credentials among a process's environment variables, which nobody reads as secrets and any output may show.

The one list of their names is here; ``c.DHSecrets.mask_environment`` takes its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

NAMES = (
    "JUPYTERHUB_API_TOKEN",
    "DHCORE_ACCESS_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "TOKEN",
    "PASSWORD",
    "API_KEY",
    "PGPASSWORD",
    "MYSQL_PWD",
    "*_TOKEN",
    "*_PASSWORD",
    "*_API_KEY",
    "*_SECRET",
    "*_SECRET_KEY",
    "*_ACCESS_KEY",
    "*_PRIVATE_KEY",
)
"""Names of variables, and patterns of names as a shell has them."""
CREDENTIAL_FROM = 12
"""Characters from which on a variable's text is taken for a credential."""


def credentials(environ: Mapping[str, str], names: Iterable[str] = NAMES) -> dict[str, str]:
    """Returns the variables that hold a credential, by name.

    A short text, the path of a file that is there, and what :func:`.engine.mask_scope` refuses are none.

    Args:
        environ: the environment.
        names: names and patterns, instead of :data:`NAMES`.
    """
    from .engine import Unmaskable, mask_scope  # the settings, which want the names alone, are loaded without it

    patterns = list(names)
    return {
        name: text
        for name, text in environ.items()
        if len(text) >= CREDENTIAL_FROM
        and any(fnmatchcase(name, pattern) for pattern in patterns)
        and not isinstance(mask_scope(text), Unmaskable)
        and not os.path.exists(text)  # noqa: PTH110  # a Path raises for what cannot be one
    }
