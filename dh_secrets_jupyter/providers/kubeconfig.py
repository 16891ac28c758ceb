"""Which cluster a machine speaks to: its pod's, else that of a kubeconfig's current context. Never connects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ProviderUnavailableError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""What Kubernetes gives to each pod: ``token``, ``ca.crt`` and ``namespace``."""


@dataclass(frozen=True)
class Context:
    """A kubeconfig's current context; ``namespace`` is None where it names none."""

    name: str
    namespace: str | None


def in_pod() -> bool:
    """Returns whether this process runs in a pod that has a service account."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and (SERVICE_ACCOUNT / "token").is_file()


def listed() -> str:
    """Returns the kubeconfig files as ``KUBECONFIG`` lists them, else kubectl's default."""
    return os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")  # noqa: PTH111  # Path's fails without a home


def current_context() -> Context | None:
    """Returns the context that kubectl would use: the first that a file names, described by the first file that has it.

    Raises:
        ProviderUnavailableError: a file that is there cannot be read.
    """
    contents = [_read(Path(part)) for part in listed().split(os.pathsep) if part]
    name = next((str(content["current-context"]) for content in contents if content.get("current-context")), None)
    if name is None:
        return None
    for content in contents:
        entries = content.get("contexts")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("name") == name:
                context = entry.get("context")
                return Context(name, context.get("namespace") if isinstance(context, dict) else None)
    return Context(name, None)


def _read(path: Path) -> dict[str, Any]:
    """Returns a file's content: ``{}`` where it is absent or empty, as kubectl takes it."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError:
        content = None
    else:
        content = _parse(text)
    if not isinstance(content, dict):
        # Falling back to another store in silence would put secrets where nobody looks for them.
        raise ProviderUnavailableError(
            "kubernetes", f"the kubeconfig {path} cannot be read", "Mend it, or choose --provider local"
        )
    return content


def _parse(text: bytes) -> object:
    """Returns the content, or None where it is no YAML."""
    import yaml  # comes with the Kubernetes client; only a machine with a kubeconfig pays for it

    try:
        content = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return None
    return {} if content is None else content
