"""The stand-ins of a process, its connection to the proxy, and its environment for as long as there are any."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..models import StandIn, check_names
from ..private_files import PrivateFiles
from ..project import Project
from ..providers.base import HasAddress
from ..proxy.connection import ProxyConnection, Report, Source, Trust, Use
from .environment import ProxyEnvironment

Connect = Callable[[Mapping[str, str], Trust], ProxyConnection]
"""Connects to the proxy; takes an environment that does not name it."""
_CORE = "DHCORE_ENDPOINT"
FOLLOWS = (
    "requests and urllib follow at once. Make other clients anew: those that were made before do not know it; "
    "aiohttp needs trust_env=True, and urllib3 a ProxyManager."
)
"""Which clients go through the proxy, and which do not."""


class StandIns:
    """Those of one process. Safe to be used by several threads.

    Args:
        connect: how the proxy is connected to, at the first stand-in.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: ProxyConnection | None = None
        self._files = PrivateFiles()
        self._environment = ProxyEnvironment(os.environ, self._files.write)
        self._held: set[tuple[str, str, str]] = set()
        self._is_told = False
        self._lock = threading.RLock()

    @property
    def connection(self) -> ProxyConnection | None:
        """The connection to the proxy, where there is one."""
        return self._connection

    def environment_before(self) -> dict[str, str]:
        """Returns the environment without the proxy and its bundles."""
        return self._environment.before()

    def use(self, names: Iterable[str], project: Project) -> list[StandIn]:
        """Returns stand-ins, for all or none, and has this process's clients, and those of its children, go through the
        proxy.

        Raises:
            SecretsError: a secret is not there, or for no host.
            ProviderUnavailableError: the proxy does not start, or cannot be reached.
        """
        names = list(dict.fromkeys(names))
        check_names(names)
        with self._lock:
            connection = self._connected()
            found = connection.grant(names, Source(project.name, project.provider.name, project.user))
            self._environment.enter(connection.url, connection.token, _addresses(project))
            self._held |= {(*project.source, name) for name in names}
        return found

    def forget(self, names: Sequence[str] = (), source: tuple[str, str] | None = None) -> list[str]:
        """Ends stand-ins, all or those of some secrets, and returns the secrets' names.

        Args:
            source: those alone of this project, as :attr:`.Project.source` has it.
        """
        with self._lock:
            gone = sorted(
                (provider, project, name)
                for provider, project, name in self._held
                if (not names or name in names) and source in (None, (provider, project))
            )
            for provider, project, name in gone:
                if self._connection:
                    self._connection.revoke([name], Source(project, provider, ""))
            self._held.difference_update(gone)
            if not self._held:
                self._environment.leave()
        return [name for *_, name in gone]

    def held(self, source: tuple[str, str]) -> set[str]:
        """Returns the names of a project's secrets that have a stand-in."""
        return {name for provider, project, name in self._held if (provider, project) == source}

    def report(self) -> Report:
        """Returns what became of them."""
        return self._connection.report() if self._connection else Report()

    def take_uses(self) -> list[Use]:
        """Returns what was put in since it was asked last, as :class:`..proxy.connection.ProxyConnection` says."""
        return self._connection.take_uses() if self._connection else []

    def news(self) -> list[str]:
        """Returns what the user should know of the proxy that was connected to last, a line each; once."""
        if self._is_told or self._connection is None:
            return []
        self._is_told = True
        return [f"Values are put in by {self._connection.protection}.", FOLLOWS]

    def lines(self) -> list[str]:
        """Returns how often values were put in, and what was refused, a line each."""
        report = self.report()
        return [
            *(
                f"used: {name} {count} time{'s' * (count != 1)} by this kernel"
                for (_, name), count in report.uses.items()
            ),
            *(f"refused: {one.host}: {one.reason}" for one in report.refusals),
        ]

    def close(self) -> None:
        """Ends all of them, and the connection."""
        with self._lock:
            self._held.clear()
            self._environment.leave()
            if self._connection:
                self._connection.close()
            self._connection = None

    def _connected(self) -> ProxyConnection:
        if self._connection is None or not self._connection.is_alive:
            self.close()  # what a proxy that has ended granted is worth nothing
            self._environment = ProxyEnvironment(os.environ, self._files.write)
            self._is_told = False
            self._connection = self._connect(self._environment.before(), self._environment.trust)
        return self._connection


def _addresses(project: Project) -> list[str]:
    """Returns what is reached without a proxy: the project's provider, and Core."""
    found = [os.environ.get(_CORE, "")]
    if isinstance(project.provider, HasAddress):
        found.append(project.provider.address)
    return [address for address in found if address]
