"""Core as the register of secrets that are kept in Kubernetes: an entity for each, without a value of its own.

That an address of Core and a cluster are both known does not say that they belong together. So nothing is changed at
Core but a new entity made, unless it gives the very value that is in Kubernetes.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import replace

from ...backoff import Deadline
from ...errors import SecretsError
from ...models import Metadata
from ..base import Learn, Put
from ..digitalhub.client import Client
from ..digitalhub.entity import Entity, check_entity, new
from ..digitalhub.login import ENDPOINT
from ..digitalhub.look import Look
from ..digitalhub.permissions import UnknownProjectError
from ..digitalhub.profile import Profile
from ..digitalhub.reading import listing, look_at, path
from ..exchange import OutcomeUnknownError


def only_in_file() -> str:
    """Returns Core's address where the login file alone names one, else ``""``."""
    with contextlib.suppress(SecretsError):
        return "" if os.environ.get(ENDPOINT) else Profile().read().get(ENDPOINT.lower(), "")
    return ""


class Register:
    """Core at ``DHCORE_ENDPOINT``, for the secrets in one namespace.

    Args:
        namespace: where we keep secrets.
        learn: is told of each credential before it is used.

    Raises:
        ProviderUnavailableError: the address cannot be used, or the SDK's login file cannot be read.
    """

    def __init__(self, namespace: str, learn: Learn) -> None:
        self._client = Client(learn)
        self._namespace = namespace
        self._theirs = ""

    def hindrance(self, deadline: Deadline) -> str:
        """Returns why nothing can be registered there, ``""`` where it can: Core has to keep secrets where we do.

        Raises:
            ProviderUnavailableError: Core cannot be asked.
        """
        if not self._theirs:
            found = self._client.configuration(deadline).get("k8s_namespace")
            self._theirs = found if isinstance(found, str) else ""
        if self._theirs == self._namespace:
            return ""
        where = f"in the namespace {self._theirs!a}" if self._theirs else "nobody knows where"
        return f"its secrets are {where}, not in {self._namespace}"

    def look_at(self, project: str, names: Iterable[str], deadline: Deadline) -> Look:
        """Returns the entities of these secrets, as far as there are any, and the values that Core gives for them."""
        try:
            return look_at(self._client, project, list(names), deadline)
        except UnknownProjectError:
            return Look()

    def create(self, project: str, put: Put, deadline: Deadline) -> str:
        """Makes an entity of a secret; returns why not, ``""`` where it is there afterwards."""
        try:
            check_entity(put, exists=False)
        except SecretsError as error:
            return error.problem
        try:
            answer = self._client.request(
                "POST", path(project), new(project, put.name, uuid.uuid4().hex, put.metadata), deadline=deadline
            )
        except OutcomeUnknownError:
            there = put.name in listing(self._client, project, deadline).entities
            return "" if there else "the platform's server does not answer"
        if answer.ok or answer.says("Duplicated entity"):
            return ""
        if answer.status == 403 or answer.says("invalid or missing project"):
            return f"you have no project {project} at the platform"
        return f"the platform's server answers with HTTP status {answer.status}"

    def change(self, project: str, entity: Entity, old: Metadata, new: Metadata, deadline: Deadline) -> bool:
        """Has Core note that a secret was changed, and of its metadata what was changed of ours; returns whether."""
        changed = {name: getattr(new, name) for name in new.chosen() if getattr(new, name) != getattr(old, name)}
        body = entity.changed(replace(entity.metadata, **changed))
        with contextlib.suppress(OutcomeUnknownError):
            return self._client.request("PUT", path(project, f"/{entity.id}"), body, deadline=deadline).ok
        return False

    def delete(self, project: str, entity: Entity, deadline: Deadline) -> bool:
        """Deletes an entity; returns whether it is gone. Core reads all values of its project, and writes them back."""
        with contextlib.suppress(OutcomeUnknownError):
            answer = self._client.request("DELETE", path(project, f"/{entity.id}"), deadline=deadline)
            if answer.ok or answer.status == 404:
                return True
        return all(one.id != entity.id for one in listing(self._client, project, deadline).entities.values())
