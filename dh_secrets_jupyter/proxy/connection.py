"""A kernel's connection to its proxy: the same whether that is a child of the kernel's, or the cluster's own.

:mod:`..using` makes one when the first stand-in is asked for, names the proxy in the kernel's environment, and keeps
the kernel's bundles of certificates. What a connection does is all that differs between the two.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from ..models import StandIn
from .refusal import Refused

TOKEN_LENGTH = 32
"""Characters of a session's token."""
Trust = Callable[[Iterable[str]], None]
"""Is told of certificates, in PEM, that the kernel's clients have to trust besides those that it knows."""


@dataclass(frozen=True)
class Source:
    """Where secrets are.

    Attributes:
        project: the project's name.
        provider: its provider's.
        user: who asks.
    """

    project: str
    provider: str
    user: str


@dataclass(frozen=True)
class Use:
    """A value was put into a request: all that is ever told of it, besides the kernel and its user.

    Attributes:
        name: the secret's; within a :class:`.session.Session` what that calls it.
        project: ``""`` within a session, which knows no projects.
    """

    name: str
    host: str
    method: str
    status: int
    project: str = ""


@dataclass(frozen=True)
class Report:
    """What became of a kernel's stand-ins.

    Attributes:
        uses: how often each was put in, by project and name.
        refusals: the newest requests, connections and handshakes that were refused, the oldest first.
    """

    uses: Mapping[tuple[str, str], int] = field(default_factory=dict)
    refusals: Sequence[Refused] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Reads what the proxy says, as :meth:`.grants.Grants.report` has it."""
        uses = {(project, name): count for project, name, count in told["uses"]}
        return cls(uses, [Refused(host, reason) for host, reason in told["refusals"]])


class ProxyConnection(Protocol):
    """One kernel's connection to its proxy. Safe to be used by several threads.

    It is made by a function that takes a :data:`Trust`, and which may take some seconds; certificates are told by that
    from then on: the proxy's own at once, if it has one, those of a secret's hosts before :meth:`grant` returns, and
    new ones when they take the place of those that end.
    """

    @property
    def url(self) -> str:
        """Where the proxy listens, without user and password: ``http://127.0.0.1:8888``."""

    @property
    def token(self) -> str:
        """The session's token, which clients give as their password."""

    @property
    def protection(self) -> str:
        """What this proxy protects from, and what not, in a sentence for people, without its full stop."""

    @property
    def is_alive(self) -> bool:
        """Whether stand-ins that it has granted are still changed for values, as far as is known."""

    def grant(self, names: Sequence[str], source: Source) -> list[StandIn]:
        """Returns stand-ins of secrets, for all or none; of one that has a stand-in already the same.

        Raises:
            SecretsError: a secret is not there, or for no host.
            ProviderUnavailableError: the proxy has ended, or cannot be reached.
        """

    def revoke(self, names: Sequence[str], source: Source) -> None:
        """Ends stand-ins; of a secret that has none nothing happens. Raises nothing."""

    def report(self) -> Report:
        """Returns what became of the stand-ins; the last that is known where the proxy has ended. Raises nothing."""

    def take_uses(self) -> list[Use]:
        """Returns what was put in since it was asked last, for the kernel to hand to the panel; nothing where the proxy
        itself writes that down."""

    def close(self) -> None:
        """Ends the session, and with it all stand-ins."""


def new_token() -> str:
    """Returns a token for a session."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(TOKEN_LENGTH))
