"""The protocol between a project and the place where its secrets are kept.

A provider is a class found by the entry-point group ``dh_secrets_jupyter.providers`` under its name, made without
arguments, cheap to make (it connects when first used), and safe to use from several threads and after a fork.
Every method may raise :class:`~dh_secrets_jupyter.errors.AccessDeniedError` and
:class:`~dh_secrets_jupyter.errors.ProviderUnavailableError`, and returns or raises within 30 s.
:class:`dh_secrets_jupyter.testing.ProviderContract` is the suite that each has to pass.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar, runtime_checkable

from ..errors import ProviderUnavailableError, SecretsError, TooLargeError
from ..models import MAX_TOTAL, Metadata

S = TypeVar("S")


@dataclass(frozen=True)
class Record:
    """One secret as it is stored. Its repr never shows the value.

    Attributes:
        value: its bytes; empty where it cannot be read.
        metadata: what is known of it.
        error: why this one secret cannot be read, while the others can; reading its value raises it.
    """

    value: bytes = field(repr=False)
    metadata: Metadata
    error: SecretsError | None = field(default=None, compare=False)


class LazyRecords(Mapping[str, Record], Generic[S]):
    """Secrets that are read one by one as they are asked for: a write among hundreds asks for its own alone.

    Args:
        stored: what the provider has of each, by name.
        read: makes a record of a name and what is stored.

    Attributes:
        notices: what the user should know of the write that returned them, a sentence each.
    """

    def __init__(self, stored: Mapping[str, S], read: Callable[[str, S], Record]) -> None:
        self._stored = stored
        self._read = read
        self._records: dict[str, Record] = {}
        self.notices: Sequence[str] = ()

    def __getitem__(self, name: str) -> Record:
        if name not in self._records:
            self._records[name] = self._read(name, self._stored[name])
        return self._records[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __contains__(self, name: object) -> bool:
        return name in self._stored

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True)
class Put:
    """Creates the secret, or replaces its value and metadata together."""

    name: str
    value: bytes = field(repr=False)
    metadata: Metadata


@dataclass(frozen=True)
class Remove:
    """Deletes a secret that is there, its metadata with it."""

    name: str


Change = Put | Remove
Records = Mapping[str, Record]
Plan = Callable[[Records], Sequence[Change]]
"""Looks at a project's secrets as they are and says what to change; may raise to change nothing. It may be called
again, with a newer look, where somebody else came first; so it does nothing else."""


class Unconditional:
    """A plan that compares nothing: what it answered to a look may be done after any other change, too, and the last
    one wins. A provider that has to pay for a test may leave it out."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, records: Records) -> Sequence[Change]:
        return self._plan(records)


class Provider(Protocol):
    """A place for the secrets of any number of projects."""

    name: str
    """Its entry point's name, as users type it."""

    def place(self, project: str) -> str:
        """Returns where the project's secrets are, for people, without connecting."""

    def warning(self, project: str) -> str:
        """Returns what its users should know of the safety of that place, ``""`` if nothing; without connecting."""

    def read(self, project: str) -> Records:
        """Returns all secrets of a project by name, in one request; none where the project has none yet."""

    def write(self, project: str, plan: Plan) -> Records:
        """Applies a plan: all of its changes or none, and only if every secret that it changes is still just as the
        plan saw it (else the plan is asked again). Secrets that it does not name are never touched.

        Returns the secrets after it; where reading is dear, those that it did not change are read when they are asked
        for. A write that returns has happened; of one that raises nothing is left.

        Raises:
            TooLargeError: they would be too large together.
            ConflictError: others kept coming first until time ran out.
        """

    def projects(self) -> Sequence[str] | None:
        """Returns the projects that have secrets, or None where that cannot be listed."""

    def writable(self, project: str) -> bool:
        """Returns whether this user may change the project's secrets; True where that is unknown."""

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        """Yields the project's secrets now, and again within 2 s of each change by anyone, until ``stop`` is set
        (it ends within 1 s of that). Whoever is shown the first may rely on the next: nothing is yielded before changes
        are seen.

        Raises:
            AccessDeniedError: reading is allowed, watching is not; ask by :meth:`read` now and then instead.
        """


BYTES = "bytes"
"""Ability: values that are no UTF-8 text are kept."""
DOTTED_NAMES = "dotted_names"
"""Ability: all names that :func:`.models.check_name` allows, those with a dot, too."""
ALL_OR_NONE = "all_or_none"
"""Ability: of a write that raises nothing is left."""
TESTS = "tests"
"""Ability: that a secret is still as the plan saw it, and the write, are one step for everybody who writes there."""
ABILITIES = frozenset({BYTES, DOTTED_NAMES, ALL_OR_NONE, TESTS})


class PartlyMadeError(ProviderUnavailableError):
    """Only a part of a change was made, or a part of it cannot be put back; the text says which. It is raised only
    without the ability :data:`ALL_OR_NONE`."""


def abilities(provider: Provider) -> frozenset[str]:
    """Returns what a provider promises of :data:`ABILITIES`: its attribute ``abilities``, without one all."""
    return frozenset(getattr(provider, "abilities", ABILITIES))


def has_own_register(provider: Provider) -> bool:
    """Returns whether a place keeps its own account of projects, users and times: its attribute ``has_own_register``,
    without one not. There a project exists without secrets, who made a change and when is not taken from the
    metadata of a put, and labels, a set, come back sorted."""
    return bool(getattr(provider, "has_own_register", False))


Learn = Callable[[str, str], None]
"""Is told of a credential: what it is called, and its text."""


@runtime_checkable
class HoldsCredentials(Protocol):
    """A provider whose own credentials nobody should see."""

    def on_credential(self, learn: Learn) -> None:
        """Has a function told of each credential that is used, now and from now on before it is."""


@runtime_checkable
class HasRegister(Protocol):
    """A provider that makes its changes known to somebody else, where it can."""

    def find_register(self) -> None:
        """Finds out whether it can; :meth:`Provider.place` says it from then on. May connect, and raises nothing."""


@runtime_checkable
class HasAddress(Protocol):
    """A provider that is reached over the network."""

    @property
    def address(self) -> str:
        """The URL of its server, ``""`` where that cannot be said; without connecting."""


@runtime_checkable
class ListsMetadata(Protocol):
    """A provider that can say what is there without reading values."""

    def list_metadata(self, project: str) -> Mapping[str, Metadata]:
        """Returns names and metadata of all secrets of a project, in one request."""


@runtime_checkable
class ReadsSome(Protocol):
    """A provider for which it is cheaper to read some secrets than all."""

    def read_some(self, project: str, names: Collection[str]) -> Records:
        """Returns those of these secrets that are there. Raises as :meth:`Provider.read`."""


@runtime_checkable
class ChoosesProject(Protocol):
    """A provider that knows which project is meant where nobody has said it."""

    def default_project(self) -> str:
        """Returns its name.

        Raises:
            SecretsError: there are several, or none.
        """


def metadata_of(provider: Provider, project: str) -> Mapping[str, Metadata]:
    """Returns names and metadata of all secrets of a project, by as few requests as the provider needs."""
    if isinstance(provider, ListsMetadata):
        return provider.list_metadata(project)
    return {name: record.metadata for name, record in provider.read(project).items()}


def records_of(provider: Provider, project: str, names: Collection[str]) -> Records:
    """Returns at least those of these secrets that are there, as cheaply as the provider can."""
    return provider.read_some(project, names) if isinstance(provider, ReadsSome) else provider.read(project)


def check_total(project: str, sizes: Iterable[int]) -> None:
    """Raises :class:`TooLargeError` where values of these sizes, in bytes, together exceed 1 MiB."""
    total = sum(sizes)
    if total > MAX_TOTAL:
        raise TooLargeError(
            project,
            f"its secrets would take {total:,} bytes together, over the limit of 1 MiB ({MAX_TOTAL:,} bytes)",
            "Delete some, or keep large files elsewhere and only their keys here",
        )
