"""Finds the provider by its entry point, and the one that suits this machine where none was asked for."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from ..errors import ProviderUnavailableError, SecretsError
from .base import Provider

GROUP = "dh_secrets_jupyter.providers"
AUTO = "auto"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


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
        raise SecretsError(name, "there is no provider of that name", f"Use one of {', '.join([AUTO, *names()])}")
    failure = None
    try:
        provider = next(iter(found)).load()
    except (ImportError, AttributeError) as error:
        failure = ProviderUnavailableError(
            wanted, f"the provider cannot be loaded ({type(error).__name__})", "Install it again, with what it needs"
        )
    if failure:
        raise failure
    return cast(Provider, provider())


def suitable() -> str:
    """Returns ``kubernetes`` in a pod with a service account or with a kubeconfig's current context, else ``local``."""
    in_pod = "KUBERNETES_SERVICE_HOST" in os.environ and SERVICE_ACCOUNT.is_file()
    return "kubernetes" if in_pod or any(map(_has_context, _kubeconfigs())) else "local"


def _kubeconfigs() -> list[Path]:
    """Returns the files that kubectl would read, whether they exist or not."""
    listed = os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")  # noqa: PTH111  # Path's fails without a home
    return [Path(part) for part in listed.split(os.pathsep) if part]


def _has_context(kubeconfig: Path) -> bool:
    try:
        text = kubeconfig.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        content = None
    else:
        content = _parse(text)
    if not isinstance(content, dict):
        # Falling back to another store in silence would put secrets where nobody looks for them.
        raise ProviderUnavailableError(
            "kubernetes", f"the kubeconfig {kubeconfig} cannot be read", "Mend it, or choose --provider local"
        )
    return bool(content.get("current-context"))


def _parse(kubeconfig: bytes) -> object:
    """Returns the content, ``{}`` for an empty file as kubectl takes it, or None where it is no YAML."""
    import yaml  # comes with the Kubernetes client; only a machine with a kubeconfig pays for it

    try:
        content = yaml.safe_load(kubeconfig)
    except (ValueError, yaml.YAMLError):
        return None
    return {} if content is None else content
