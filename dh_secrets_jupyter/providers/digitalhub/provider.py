"""The provider: the platform's secrets by way of its server, Core."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence

from ...errors import SecretsError
from ...models import Metadata
from ..base import Learn, Plan, Records
from ..news import follow
from .client import Client
from .permissions import exists, permissions
from .reading import listing, look, look_at
from .watching import Watch
from .writing import write

DEADLINE = 25.0
"""Seconds after which a call that only asks gives up; the protocol allows 30."""


class DigitalHubProvider:
    """Keeps each project's secrets as entities of the platform, at ``DHCORE_ENDPOINT``, with the login of its SDK.

    Raises:
        ProviderUnavailableError: no address is known, or the SDK's login file cannot be read.
    """

    name = "digitalhub"
    abilities: frozenset[str] = frozenset()
    has_own_register = True

    def __init__(self) -> None:
        self._credentials: dict[str, str] = {}
        self._learners: list[Learn] = []
        self._client = Client(self._learned)

    def place(self, project: str) -> str:
        """Names Core's address."""
        return f"the platform at {self._client.login.endpoint}"

    def warning(self, project: str) -> str:
        """Returns nothing: what is wrong with a login is said when it is used."""
        return ""

    def read(self, project: str) -> Records:
        """See :meth:`.base.Provider.read`: two requests, for Core gives values by name alone."""
        return look(self._client, project, _deadline()).records

    def read_some(self, project: str, names: Collection[str]) -> Records:
        """See :class:`.base.ReadsSome`: two requests, of which Core makes one to its cluster for each name."""
        return look_at(self._client, project, names, _deadline()).records

    def list_metadata(self, project: str) -> Mapping[str, Metadata]:
        """See :class:`.base.ListsMetadata`: one request."""
        entities = listing(self._client, project, _deadline()).entities
        return {name: entity.metadata for name, entity in entities.items()}

    def write(self, project: str, plan: Plan) -> Records:
        """See :meth:`.base.Provider.write`; comparison and write are one step among clients of this package alone."""
        return write(self._client, project, plan)

    def projects(self) -> Sequence[str] | None:
        """Returns the projects that the login names; None where authentication is off."""
        found = permissions(self._client, _deadline())
        return found.projects if found.authenticated else None

    def default_project(self) -> str:
        """See :class:`.base.ChoosesProject`: the one that the login names. An administrator's names none, for it has
        all."""
        found = permissions(self._client, _deadline())
        if found.everything:
            return "default"
        if len(found.projects) == 1:
            return found.projects[0]
        named = ", ".join(found.projects)
        raise SecretsError(
            "project",
            f"which project? Your login at the platform has {named or 'none'}",
            "Choose one with %secret project NAME",
        )

    def writable(self, project: str) -> bool:
        """Whoever may read a project may write it, and anybody may create one that does not exist."""
        found = permissions(self._client, _deadline())
        return found.everything or project in found.projects or not exists(self._client, project, _deadline())

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        """See :meth:`.base.Provider.watch`; a value that the console or the SDK changes is seen within 10 s."""
        watch = Watch(self._client, project)
        return follow(watch.run, watch.news, stop, watch.close)

    def on_credential(self, learn: Learn) -> None:
        """See :class:`.base.HoldsCredentials`."""
        if learn not in self._learners:
            self._learners.append(learn)
            for name, text in dict(self._credentials).items():
                learn(name, text)

    def _learned(self, name: str, text: str) -> None:
        if self._credentials.get(name) != text:
            self._credentials[name] = text
            for learn in self._learners:
                learn(name, text)


def _deadline() -> float:
    return time.monotonic() + DEADLINE
