"""The cluster that this process works with, and the connections to its API server with the credentials for it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import ProviderUnavailableError, SecretsError
from .. import kubeconfig

if TYPE_CHECKING:
    from urllib3 import HTTPHeaderDict

NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""What a namespace can be called."""


@dataclass(frozen=True)
class Target:
    """The cluster and namespace that this process works with; found once, so that it never changes in between.

    Attributes:
        namespace: where the Secrets are.
        context: the kubeconfig's context, None where the pod's own service account is used.
        files: the kubeconfig files, as ``KUBECONFIG`` lists them.
        verified: whether the API server's certificate is looked at.
    """

    namespace: str
    context: str | None = None
    files: str = ""
    verified: bool = True

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
    found = namespace or context.namespace or "default"
    if not NAMESPACE.fullmatch(found):
        raise ProviderUnavailableError(
            "kubernetes",
            f"the kubeconfig's context {context.name} names no possible namespace",
            "Set DH_SECRETS_NAMESPACE, or fix it",
        )
    return Target(found, context.name, kubeconfig.listed(), context.verified)


def address_of(target: Target) -> str:
    """Returns the API server's address without logging in; nothing where the files do not say it."""
    from . import identity

    try:
        found = identity.of_kubeconfig(target.files, target.context) if target.context else identity.of_pod()
    except Exception:  # noqa: BLE001 (as in :func:`connect`)
        return ""
    return found.server.url


class Connection:
    """Open connections to the target's API server, with the credentials that it had when they were opened.

    Attributes:
        url: the API server's address.
        pool: sends requests and reads answers; knows nothing of credentials but a client certificate.

    Raises:
        ProviderUnavailableError: there are no credentials, or they cannot be used.
    """

    def __init__(self, target: Target, seconds: float) -> None:
        from . import identity
        from .pools import open_pools, unusable

        found = identity.of_kubeconfig(target.files, target.context) if target.context else identity.of_pod()
        credentials = found.log_in(seconds)
        self.url = found.server.url
        self.pool = open_pools(found.server, credentials.certificate)
        if found.impersonation and self.pool.proxy and self.url.startswith("http:"):
            # Proxies and urllib3 join headers of the same name: two groups would become another one.
            raise unusable("impersonation by a proxy needs https", "Name the API server by https")
        self._headers = found.impersonation
        if credentials.authorization:
            self._headers = [("Authorization", credentials.authorization), *self._headers]
        self._good_until = credentials.good_until

    @property
    def is_expired(self) -> bool:
        """Whether the credentials have to be looked up again."""
        return time.time() >= self._good_until

    def headers(self, others: dict[str, str]) -> HTTPHeaderDict:
        """Returns the headers that say who we are, and the others."""
        from urllib3 import HTTPHeaderDict

        headers = HTTPHeaderDict(others)
        for key, value in self._headers:
            headers.add(key, value)
        return headers


def connect(target: Target, seconds: float) -> Connection:
    """Logs in, within so many seconds, and returns the connections.

    Raises:
        ProviderUnavailableError: there are no credentials, or they cannot be used.
    """
    failure: SecretsError | None = None
    try:
        return Connection(target, seconds)
    except SecretsError as error:
        failure = error
    except Exception:  # noqa: BLE001 (a file of any content makes a parser raise anything; some of it is secret)
        where = "the pod's service account" if target.in_pod else f"the kubeconfig's context {target.context}"
        failure = ProviderUnavailableError(
            "kubernetes", f"{where} has no usable credentials", "Check whether kubectl works here, or fix it"
        )
    raise failure
