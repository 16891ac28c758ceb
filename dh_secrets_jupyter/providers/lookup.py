"""Finds the provider by its entry point, and the one that suits this machine where none was asked for."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from ..errors import ProviderUnavailableError, SecretsError
from . import kubeconfig
from .base import Provider

GROUP = "dh_secrets_jupyter.providers"
AUTO = "auto"


def names() -> list[str]:
    """Returns the names of all installed providers."""
    return sorted(entry_points(group=GROUP).names)


def find(name: str) -> Provider:
    """Makes the provider of that name; ``auto`` stands for :func:`suitable`.

    Raises:
        SecretsError: no provider of that name is installed.
        ProviderUnavailableError: it is installed, and cannot be used here.
    """
    wanted = suitable() if name == AUTO else name
    found = entry_points(group=GROUP, name=wanted)
    if not found:
        raise SecretsError(name, "no such provider", f"Use one of {', '.join([AUTO, *names()])}")
    failure = None
    try:
        provider = next(iter(found)).load()
    except (ImportError, AttributeError) as error:
        failure = ProviderUnavailableError(
            wanted, f"the provider cannot be loaded ({type(error).__name__})", "Reinstall it with its dependencies"
        )
    if failure:
        raise failure
    return cast(Provider, provider())


def suitable() -> str:
    """Returns ``kubernetes`` in a pod with a service account or with a kubeconfig's current context, else ``local``."""
    return "kubernetes" if kubeconfig.in_pod() or kubeconfig.has_context() else "local"
