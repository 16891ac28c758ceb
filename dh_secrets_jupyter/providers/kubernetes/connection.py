"""The credentials of this machine and the connections to its API server: the one module that imports the client.

Of the official client it takes what finds credentials (kubeconfig, exec plugins, OIDC, a pod's service account and its
rotation) and what opens connections (TLS, client certificates, proxies). Its models and its exceptions stay unused:
they carry response bodies, and log them.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import ProviderUnavailableError
from .. import kubeconfig

if TYPE_CHECKING:
    from urllib3 import PoolManager

LOGIN = 15.0
"""Seconds that finding credentials may take: a kubeconfig can name a program to ask."""
CONNECTIONS = 32
"""Connections kept open: a server asks from many threads."""


@dataclass(frozen=True)
class Target:
    """The cluster and namespace that this process works with; found once, so that it never changes in between.

    Attributes:
        namespace: where the Secrets are.
        context: the kubeconfig's context, None where the pod's own service account is used.
        files: the kubeconfig files, as ``KUBECONFIG`` lists them.
    """

    namespace: str
    context: str | None = None
    files: str = ""

    @property
    def in_pod(self) -> bool:
        """Whether it is the pod's own cluster."""
        return self.context is None

    def __str__(self) -> str:
        return f"{self.namespace} ({'the cluster of this pod' if self.in_pod else f'context {self.context}'})"


def find_target(namespace: str | None) -> Target:
    """Returns where to work; ``namespace`` wins over the pod's, and that over the context's.

    Raises:
        ProviderUnavailableError: there is neither a service account nor a kubeconfig with a current context.
    """
    if kubeconfig.in_pod():
        own = kubeconfig.SERVICE_ACCOUNT / "namespace"
        return Target(namespace or (own.read_text().strip() if own.is_file() else "") or "default")
    context = kubeconfig.current_context()
    if context is None:
        raise ProviderUnavailableError(
            "kubernetes",
            "there is no kubeconfig with a current context, and no service account of a pod",
            "Point KUBECONFIG to one, or choose --provider local",
        )
    return Target(namespace or context.namespace or "default", context.name, kubeconfig.listed())


class Connection:
    """Open connections to the target's API server, with the credentials as they are now.

    Attributes:
        url: the API server's address.
        pool: sends requests and reads answers; knows nothing of credentials but a client certificate.
    """

    def __init__(self, target: Target) -> None:
        from kubernetes.client.rest import RESTClientObject

        self._target = target
        self._configuration = _load(target)
        self._configuration.connection_pool_maxsize = CONNECTIONS
        self.url = str(self._configuration.host)
        self.pool: PoolManager = RESTClientObject(self._configuration).pool_manager

    def headers(self) -> dict[str, str]:
        """Returns the headers that say who we are; a pod's token is read again every minute."""
        settings: dict[str, Any] | None = None
        # A token's file may be gone, a login refused; what the client says of it may be secret.
        with contextlib.suppress(Exception):
            settings = dict(self._configuration.auth_settings())
        if settings is None:
            raise _no_credentials(self._target)
        return {each["key"]: str(each["value"]).strip() for each in settings.values() if each["value"]}


def _load(target: Target) -> Any:
    """Fills a configuration of the official client, within :data:`LOGIN` seconds."""
    loaded: list[Any] = []

    def load() -> None:
        from kubernetes import config
        from kubernetes.client import Configuration

        # Neither has types, whatever the package says of itself.
        load_kubeconfig: Any = config.load_kube_config
        pod: Any = config.incluster_config.InClusterConfigLoader
        configuration = Configuration()
        try:
            if target.in_pod:
                folder = kubeconfig.SERVICE_ACCOUNT
                pod(str(folder / "token"), str(folder / "ca.crt")).load_and_set(configuration)
            else:
                load_kubeconfig(target.files, context=target.context, client_configuration=configuration)
        except Exception:  # noqa: BLE001 (a file of any content makes the client raise anything; some of it is secret)
            return
        loaded.append(configuration)

    # In a thread of its own, because the client waits for an exec plugin for ever.
    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    thread.join(LOGIN)
    if loaded:
        return loaded[0]
    if thread.is_alive():
        raise ProviderUnavailableError(
            "kubernetes", f"the kubeconfig's login did not answer within {LOGIN:.0f} s", "Log in with kubectl, once"
        )
    raise _no_credentials(target)


def _no_credentials(target: Target) -> ProviderUnavailableError:
    where = "the pod's service account" if target.in_pod else f"the kubeconfig's context {target.context}"
    return ProviderUnavailableError(
        "kubernetes", f"{where} has no usable credentials", "See whether kubectl works here, or mend it"
    )
