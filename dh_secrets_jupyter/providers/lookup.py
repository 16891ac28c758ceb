"""Finds a provider by its name, and the one that suits this machine where none was asked for.

What this package brings is in a table here, for to read what is installed takes as long as the rest of a start. Others
are found by their entry points.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from ..errors import ProviderUnavailableError, SecretsError

if TYPE_CHECKING:
    from .base import Provider

GROUP = "dh_secrets_jupyter.providers"
"""The group of other packages' entry points."""
AUTO = "auto"
_OURS = {
    "digitalhub": (".digitalhub", "DigitalHubProvider"),
    "kubernetes": (".registration", "RegisteringProvider"),
    "local": (".local", "LocalProvider"),
}
"""Module and class, by name."""


def names() -> list[str]:
    """Returns the names of all installed providers."""
    from importlib.metadata import entry_points

    return sorted({*_OURS, *entry_points(group=GROUP).names})


def find(name: str) -> Provider:
    """Makes the provider of that name; ``auto`` stands for :func:`suitable`.

    Raises:
        SecretsError: no provider of that name is installed.
        ProviderUnavailableError: it is installed, and cannot be used here.
    """
    wanted = suitable() if name == AUTO else name
    failure = None
    try:
        provider = _load(wanted)
    except (ImportError, AttributeError) as error:
        failure = ProviderUnavailableError(
            wanted, f"the provider cannot be loaded ({type(error).__name__})", "Reinstall it with its dependencies"
        )
    if failure:
        raise failure
    if provider is None:
        raise SecretsError(name, "no such provider", f"Use one of {', '.join([AUTO, *names()])}")
    return cast("Provider", provider())


def _load(name: str) -> Any:
    """Returns the class of that name, None where there is none."""
    if name in _OURS:
        module, provider = _OURS[name]
        return getattr(import_module(module, __package__), provider)
    from importlib.metadata import entry_points

    return next((found.load() for found in entry_points(group=GROUP, name=name)), None)


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
