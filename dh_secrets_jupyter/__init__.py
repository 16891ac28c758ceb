"""Secrets for notebooks: read into the kernel, shown nowhere else.

Importing this package imports nothing heavy: every public name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import guard

if TYPE_CHECKING:
    from .current import get, get_or_create_project
    from .errors import (
        AccessDeniedError,
        ConflictError,
        InvalidNameError,
        ProviderUnavailableError,
        SecretExistsError,
        SecretNotFoundError,
        SecretsError,
        TooLargeError,
    )
    from .models import Metadata, SecretBytes, SecretValue
    from .project import Project, Secret, Spec
    from .using import use

__all__ = [
    "AccessDeniedError",
    "ConflictError",
    "InvalidNameError",
    "Metadata",
    "Project",
    "ProviderUnavailableError",
    "Secret",
    "SecretBytes",
    "SecretExistsError",
    "SecretNotFoundError",
    "SecretValue",
    "SecretsError",
    "Spec",
    "TooLargeError",
    "get",
    "get_or_create_project",
    "use",
]

_HOMES = {
    "current": ("get", "get_or_create_project"),
    "models": ("Metadata", "SecretBytes", "SecretValue"),
    "project": ("Project", "Secret", "Spec"),
    "using": ("use",),
    "errors": tuple(name for name in __all__ if name.endswith("Error")),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _make_hooks(shell: Any, redactor: guard.Redactor) -> guard.Hooks:
    """Makes the guard's hooks into a shell. It is said here, so that what knows the guard alone imports no hook."""
    from .guard.hooks.shell import ShellHooks

    return ShellHooks(shell, redactor)


guard.GUARD.use_hooks(_make_hooks)


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tells jupyter-server where the extension is."""
    from .server.extension import SecretsExtension

    return [{"module": "dh_secrets_jupyter.server.extension", "app": SecretsExtension}]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext dh_secrets_jupyter``; a second load, as after a start-up file's, changes nothing.

    Raises:
        SecretsError: the guard cannot be turned on here; nothing else is loaded then.
    """
    from . import comm, magics, private_files, settings

    before = guard.status()
    guard.load(shell)
    if before.held and not before.on:
        print("Guard on.")
    if settings.of_shell(shell) is None:
        guard.learn_environment(settings.load(shell).mask_environment)
        magics.load(shell)
        comm.load(shell)
        private_files.sweep()


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext dh_secrets_jupyter``; what was put into the kernel stays, and the guard says that it is off."""
    from . import comm, magics, settings, using

    using.close()
    comm.unload(shell)
    magics.unload(shell)
    settings.unload(shell)
    print(guard.unload(shell))
