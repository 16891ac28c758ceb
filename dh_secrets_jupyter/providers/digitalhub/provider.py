"""The provider: the platform's secrets by way of its server, Core."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence

from ...backoff import Deadline
from ...errors import SecretsError
from ...models import Metadata
from ..base import Learn, Plan, Records
from ..learners import Learners
from ..watch_thread import follow_thread
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
        self._learners = Learners()
        self._client = Client(self._learners.tell)

    def place(self, project: str) -> str:
        """Names Core's address."""
        return f"the platform at {self._client.login.endpoint}"

    @property
    def address(self) -> str:
        """See :class:`.base.HasAddress`."""
        return self._client.login.endpoint

    def warning(self, project: str) -> str:
        """Returns nothing: what is wrong with a login is said when it is used."""
        return ""

    def read(self, project: str) -> Records:
        """See :meth:`.base.Provider.read`: two requests, for Core gives values by name alone."""
        return look(self._client, project, Deadline(DEADLINE)).records

    def read_some(self, project: str, names: Collection[str]) -> Records:
        """See :class:`.base.ReadsSome`: two requests, of which Core makes one to its cluster for each name."""
        return look_at(self._client, project, names, Deadline(DEADLINE)).records

    def list_metadata(self, project: str) -> Mapping[str, Metadata]:
        """See :class:`.base.ListsMetadata`: one request."""
        entities = listing(self._client, project, Deadline(DEADLINE)).entities
        return {name: entity.metadata for name, entity in entities.items()}

    def write(self, project: str, plan: Plan) -> Records:
        """See :meth:`.base.Provider.write`; comparison and write are one step among clients of this package alone."""
        return write(self._client, project, plan)

    def projects(self) -> Sequence[str] | None:
        """Returns the projects that the login names; None where authentication is off."""
        found = permissions(self._client, Deadline(DEADLINE))
        return found.projects if found.authenticated else None

    def default_project(self) -> str:
        """See :class:`.base.ChoosesProject`: the one that the login names. An administrator's names none, for it has
        all."""
        found = permissions(self._client, Deadline(DEADLINE))
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
        found = permissions(self._client, Deadline(DEADLINE))
        return found.everything or project in found.projects or not exists(self._client, project, Deadline(DEADLINE))

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        """See :meth:`.base.Provider.watch`; a value that the console or the SDK changes is seen within 10 s."""
        watch = Watch(self._client, project)
        return follow_thread(watch.run, watch.news, stop, watch.close)

    def on_credential(self, learn: Learn) -> None:
        """See :class:`.base.HoldsCredentials`."""
        self._learners.add(learn)
