"""Finds the provider by its entry point, and the one that suits this machine where none was asked for."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint, distributions, entry_points
from typing import cast

from ..errors import ProviderUnavailableError, SecretsError
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
    if not (found := _entry_points(wanted)):
        raise SecretsError(name, "no such provider", f"Use one of {', '.join([AUTO, *names()])}")
    failure = None
    try:
        provider = found[0].load()
    except (ImportError, AttributeError) as error:
        failure = ProviderUnavailableError(
            wanted, f"the provider cannot be loaded ({type(error).__name__})", "Reinstall it with its dependencies"
        )
    if failure:
        raise failure
    return cast(Provider, provider())


def _entry_points(name: str) -> list[EntryPoint]:
    # Ours are in one file. For others those of all packages are read, which takes as long as the rest of a start.
    ours = (package.entry_points for package in distributions(name="dh_secrets_jupyter"))
    found = [point for points in ours for point in points.select(group=GROUP, name=name)]
    return found or list(entry_points(group=GROUP, name=name))


def suitable() -> str:
    """Returns ``digitalhub`` where the platform's address is in the environment, unless a namespace says that the
    cluster itself is meant; ``kubernetes`` in a pod with a service account or with a kubeconfig's current context; else
    ``local``."""
    from . import kubeconfig

    if os.environ.get("DHCORE_ENDPOINT") and not os.environ.get("DH_SECRETS_NAMESPACE"):
        return "digitalhub"
    return "kubernetes" if kubeconfig.in_pod() or kubeconfig.has_context() else "local"


def remark(provider: str) -> str:
    """Returns what one should know where ``auto`` has chosen that provider, ``""`` if nothing."""
    from . import kubeconfig

    try:
        beside = provider == "digitalhub" and (kubeconfig.in_pod() or kubeconfig.has_context())
    except ProviderUnavailableError:  # a kubeconfig that cannot be read
        beside = False
    return "keys without an entity are seen by --provider kubernetes alone" if beside else ""
