"""A secret as its project's users see it: name and metadata, and its value only when that is asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from ..models import Metadata, SecretBytes, SecretValue, check_name, encode
from ..providers.base import Provider


class Owner(Protocol):
    """What a secret asks of its project."""

    @property
    def name(self) -> str:
        """The project's name."""

    @property
    def provider(self) -> Provider:
        """Where its secrets are kept."""

    def read_values(self, *names: str) -> dict[str, SecretValue | SecretBytes]:
        """Returns values by name."""

    def edit(self, name: str, *, value: str | bytes) -> Secret:
        """Stores another value."""


@dataclass(frozen=True)
class Spec:
    """Where the platform finds the value.

    Attributes:
        path: ``secret://NAME``.
        provider: the provider's name.
    """

    path: str
    provider: str


class Secret:
    """One secret of a project: its name and metadata, never its value.

    Attributes:
        name: its name.
        project: its project's name.
        metadata: change it, then save it by ``update_secret`` of the project.
        spec: where the value is.
    """

    def __init__(self, project: Owner, name: str, metadata: Metadata) -> None:
        self._project = project
        self.name = name
        self.project = project.name
        self.metadata = replace(metadata, labels=list(metadata.labels), hosts=list(metadata.hosts))
        self.spec = Spec(f"secret://{name}", project.provider.name)

    @property
    def key(self) -> str:
        """The platform's address of it."""
        return f"store://{self.project}/secret/secret/{self.name}"

    def read_secret_value(self) -> SecretValue | SecretBytes:
        """Returns the value as it is stored now. Raises :class:`SecretNotFoundError` once the secret is gone."""
        return self._project.read_values(self.name)[self.name]

    def set_secret_value(self, value: str | bytes) -> None:
        """Stores another value; of the metadata only ``updated`` and ``updated_by`` change.

        Raises:
            SecretNotFoundError: the secret is gone.
            SecretsError: it is neither text nor bytes.
            TooLargeError: over 1 MiB together.
        """
        self.metadata = self._project.edit(self.name, value=encode(self.name, value)).metadata

    def to_dict(self) -> dict[str, Any]:
        """Returns the entity as the platform writes it, without its ids."""
        return {
            "name": self.name,
            "kind": "secret",
            "project": self.project,
            "key": self.key,
            "metadata": {"project": self.project, "name": self.name, "embedded": False, **self.metadata.to_dict()},
            "spec": asdict(self.spec),
            "status": {"state": "CREATED"},
        }

    def __repr__(self) -> str:
        return f"Secret(name={self.name!r}, project={self.project!r}, key={self.key!r})"


def given_name(entity_name: str | None, identifier: str | None) -> str:
    """Returns the secret's name by either of the names that releases of the platform's SDK gave the argument."""
    name = entity_name if entity_name is not None else identifier
    if name is None or (entity_name is not None and identifier is not None):
        raise TypeError("give the secret's name once, as entity_name or identifier")
    return check_name(name)
