"""A kernel's connection to the proxy of its cluster, which the environment names."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from ..errors import SecretsError
from ..models import StandIn
from ..providers.kubernetes.secrets_proxy import SecretsProxy
from .connection import Report, Source, Trust, Use


class InCluster:
    """A :class:`.connection.ProxyConnection`.

    Args:
        proxy: this process's session there.
        trust: told of the certificates of authorities.

    Raises:
        SecretsError: the kernel cannot prove itself, or the proxy cannot be reached.
    """

    def __init__(self, proxy: SecretsProxy, trust: Trust) -> None:
        self._proxy = proxy
        self._report = Report()
        self._trust = proxy.on_trust = trust
        self.token = proxy.session
        # What a client sends here first is CONNECT, which has the session's token alone; TLS begins behind it.
        self.url = f"http://{proxy.host}:{proxy.port}"

    @property
    def protection(self) -> str:
        """See :class:`.connection.ProxyConnection`."""
        return protection(self._proxy.host)

    @property
    def is_alive(self) -> bool:
        """See :class:`.connection.ProxyConnection`."""
        return self._proxy.is_known and self._proxy.session == self.token

    def grant(self, names: Sequence[str], source: Source) -> list[StandIn]:
        """See :class:`.connection.ProxyConnection`."""
        if source.provider != "kubernetes":
            raise SecretsError(
                source.project,
                f"the cluster's proxy knows no secrets of {source.provider}",
                "Use --provider kubernetes",
            )
        found = self._proxy.ask("grant", project=source.project, names=list(names))
        self._trust(found["trust"])
        return [StandIn(name, one["text"], tuple(one["hosts"])) for name, one in found["granted"].items()]

    def revoke(self, names: Sequence[str], source: Source) -> None:
        """See :class:`.connection.ProxyConnection`."""
        with contextlib.suppress(SecretsError):
            self._proxy.ask("revoke", project=source.project, names=list(names))

    def report(self) -> Report:
        """See :class:`.connection.ProxyConnection`."""
        with contextlib.suppress(SecretsError):
            self._report = Report.of(self._proxy.ask("report"))
        return self._report

    def take_uses(self) -> list[Use]:
        """See :class:`.connection.ProxyConnection`: the proxy writes them down itself."""
        return []

    def close(self) -> None:
        """See :class:`.connection.ProxyConnection`."""
        self._proxy.end()


def protection(host: str) -> str:
    """Returns what the cluster's proxy protects from, where the kernel's account is as it should be."""
    return (
        f"the cluster's proxy {host}: no code in this kernel can read the value, where its account may use the Secret "
        "and not get it"
    )
