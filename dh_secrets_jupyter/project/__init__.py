"""A project's secrets: everything that a surface can ask for, on any provider.

Every value that is given to the kernel, or comes from it, is made known to the guard before anything else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Unpack

from .. import guard
from ..errors import SecretsError
from ..models import (
    MetadataFields,
    SecretBytes,
    SecretValue,
    check_name,
    check_names,
    check_project,
    decode,
    encode,
    metadata_edit,
)
from ..providers.base import (
    HasRegister,
    HoldsCredentials,
    Plan,
    Provider,
    Record,
    Records,
    check_total,
    metadata_of,
    records_of,
)
from .moves import HalfMovedError, copy_elsewhere
from .plans import NONE, Check, Hosts, Imported, ImportPlan, Plans
from .restriction import PersonNeededError, check_readable, is_readable, readable_others, restrict, usable
from .secret import Secret, Spec, given_name

__all__ = ["NONE", "Check", "HalfMovedError", "Imported", "PersonNeededError", "Project", "Secret", "Spec"]


class Project:
    """The secrets of one project.

    Every method may raise :class:`~dh_secrets_jupyter.errors.AccessDeniedError` and
    :class:`~dh_secrets_jupyter.errors.ProviderUnavailableError`; those that write also
    :class:`~dh_secrets_jupyter.errors.ConflictError` where others kept coming first.

    Args:
        name: the project's name.
        provider: where its secrets are kept.
        user: who is written down for changes.

    Attributes:
        notices: what the user should know of the last change, a sentence each.
        remark: what the user should know once of why it was this provider, ``""`` if nothing.
    """

    def __init__(self, name: str, provider: Provider, *, user: str) -> None:
        self.name = check_project(name)
        self.provider = provider
        self.user = user
        self.notices: Sequence[str] = ()
        self._plans = Plans(self.name, user)
        self.remark = ""
        if isinstance(provider, HoldsCredentials):
            provider.on_credential(guard.learn_credential)

    def __repr__(self) -> str:
        return f"Project(name={self.name!r}, provider={self.provider.name!r}, place={self.place!r})"

    @property
    def source(self) -> tuple[str, str]:
        """What distinguishes it from all other projects: the provider's name and its own."""
        return self.provider.name, self.name

    @property
    def place(self) -> str:
        """Where the secrets are, for people."""
        return self.provider.place(self.name)

    @property
    def place_and_register(self) -> str:
        """The same, and where the platform is, whether changes are registered there, which may have to be asked."""
        if isinstance(self.provider, HasRegister):
            self.provider.find_register()
        return self.place

    @property
    def warning(self) -> str:
        """What its users should know of the safety of that place, ``""`` if nothing."""
        return self.provider.warning(self.name)

    def list_secrets(self, pattern: str = "*") -> list[Secret]:
        """Returns the secrets whose names match a shell pattern, by name, in one request."""
        found = metadata_of(self.provider, self.name)
        return [Secret(self, name, found[name]) for name in sorted(found) if fnmatchcase(name, pattern)]

    def get_secret(self, entity_name: str | None = None, *, identifier: str | None = None) -> Secret:
        """Returns one secret; ``identifier`` is the name's other name. Raises :class:`SecretNotFoundError`."""
        return self.get_secrets(given_name(entity_name, identifier))[0]

    def get_secrets(self, *names: str) -> list[Secret]:
        """Returns these secrets, in one request. Raises :class:`SecretNotFoundError`."""
        found = self._plans.existing(metadata_of(self.provider, self.name), names)
        return [Secret(self, name, metadata) for name, metadata in found.items()]

    def read_values(self, *names: str) -> dict[str, SecretValue | SecretBytes]:
        """Returns the values of these secrets by name, in one request. Raises :class:`SecretNotFoundError`."""
        for name in names:
            check_name(name)
        return self._disclose(self._plans.existing(records_of(self.provider, self.name, names), names)) if names else {}

    def read_existing(self, *names: str) -> dict[str, SecretValue | SecretBytes | None]:
        """Returns the values of those of these secrets that are there, in one request; None for one that is damaged, or
        only to be used."""
        found = records_of(self.provider, self.name, names) if names else {}
        records = {name: found[name] for name in names if name in found}
        values = self._disclose({name: record for name, record in records.items() if is_readable(record)})
        return {name: values.get(name) for name in records}

    def read_all(self) -> dict[str, SecretValue | SecretBytes]:
        """Returns all values by name, in one request."""
        return self._disclose(self.provider.read(self.name))

    def read_to_use(self, name: str) -> tuple[str, list[str]]:
        """Returns value and hosts of a secret that has hosts: for the proxy, which alone may have them, not a kernel.

        Raises:
            SecretNotFoundError: there is none of that name.
            SecretsError: it is for no host.
        """
        return usable(name, self._plans.existing(records_of(self.provider, self.name, [name]), [name])[name])

    def read_secrets(
        self,
        names: Iterable[str],
        *,
        optional: Iterable[str] = (),
        others: Callable[[SecretsError], None] | None = None,
    ) -> dict[str, tuple[Secret, SecretValue | SecretBytes]]:
        """Returns these secrets, with ``others`` all other ones as well, each with its value, in one request.

        Args:
            names: those that have to be there. Raises :class:`SecretNotFoundError`.
            optional: those that are left out where they are missing.
            others: called with the error of each other one that cannot be read, and is left out; once for all of those
                that are only to be used.
        """
        wanted = [check_name(name) for name in names]
        perhaps = [check_name(name) for name in optional]
        stored = self.provider.read(self.name) if others else records_of(self.provider, self.name, wanted + perhaps)
        records = self._plans.existing(stored, [*wanted, *(name for name in perhaps if name in stored)])
        if others:
            records |= readable_others(stored, records, others)
        return {name: (self._secret(name, records[name]), value) for name, value in self._disclose(records).items()}

    def new_secret(
        self,
        name: str,
        secret_value: str | bytes,
        *,
        description: str | None = None,
        labels: Iterable[str] | None = None,
        expires: date | str | None = None,
        hosts: Iterable[str] | None = None,
    ) -> Secret:
        """Creates a secret; one with ``hosts`` is for these alone, used and never read.

        Raises:
            SecretExistsError: there is one of that name.
            InvalidNameError: the name breaks the rules.
            TooLargeError: over 1 MiB together.
        """
        value = self._learn(check_name(name), secret_value)
        edit = metadata_edit(
            name, description=description or "", labels=labels or (), expires=expires, hosts=hosts or ()
        )
        return self._write(name, self._plans.create(name, value, edit))

    def put(
        self, name: str, value: str | bytes, *, by_person: bool = False, **metadata: Unpack[MetadataFields]
    ) -> Secret:
        """Creates a secret, or gives an existing one another value; what is not given stays.

        Raises as :meth:`new_secret`, but never that it exists; and as :meth:`edit`, that only a person may do that.
        """
        stored = self._learn(check_name(name), value)
        return self._write(name, self._plans.put(name, stored, metadata_edit(name, **metadata)), by_person=by_person)

    def edit(
        self,
        name: str,
        *,
        value: str | bytes | None = None,
        check: Check | None = None,
        by_person: bool = False,
        **metadata: Unpack[MetadataFields],
    ) -> Secret:
        """Changes an existing secret; what is not given stays.

        Args:
            check: looks at it as it is stored, as part of the same step.
            by_person: whether a person asked for it, who alone may change the hosts or the value of one with hosts.

        Raises:
            SecretNotFoundError: there is none of that name.
            TooLargeError: over 1 MiB together.
            PersonNeededError: only a person may do that.
        """
        stored = None if value is None else self._learn(check_name(name), value)
        plan = self._plans.edit(name, stored, metadata_edit(name, **metadata), check)
        return self._write(name, plan, by_person=by_person)

    def update_secret(self, secret: Secret) -> Secret:
        """Saves a secret's changed metadata and leaves its value alone. Raises as :meth:`edit`."""
        if secret.project != self.name:
            raise SecretsError(
                secret.name,
                f"this secret belongs to project {secret.project}",
                "Save it with that project's update_secret",
            )
        return self.edit(secret.name, **secret.metadata.chosen())

    def delete(self, *names: str, check: Check | None = None) -> None:
        """Deletes these secrets, all or none. Raises :class:`SecretNotFoundError`."""
        if names:
            self._apply(self._plans.delete(names, check))

    def delete_secret(self, entity_name: str | None = None, *, identifier: str | None = None) -> None:
        """Deletes one secret; ``identifier`` is the name's other name. Raises :class:`SecretNotFoundError`."""
        self.delete(given_name(entity_name, identifier))

    def import_values(
        self, values: Mapping[str, str], hosts: Hosts = NONE, *, replace_existing: bool = False, by_person: bool = False
    ) -> Imported:
        """Stores many values, all or none; an existing secret keeps its metadata, a new one is for the hosts given.

        Returns the names, in the order given. Raises as :meth:`new_secret`, for all names that are in the way together.
        """
        check_names(values)
        stored = {name: self._learn(name, value) for name, value in values.items()}
        plan = ImportPlan(self._plans, stored, replace_existing=replace_existing, hosts=hosts)
        if stored:
            self._apply(plan, by_person=by_person)
        return plan.imported

    def copy(
        self, name: str, new_name: str, *, to: Project | None = None, move: bool = False, check: Check | None = None
    ) -> Secret:
        """Copies a secret to another name or project, with its value and metadata; with ``move`` the original goes.

        A move within the project is one step and keeps who created the secret, and when. A move to another project
        copies first.

        Args:
            to: the project that gets the copy; this one by default.
            check: looks at the original; part of the same step as the write, within a project.

        Raises:
            SecretsError: it would be copied onto itself.
            InvalidNameError: a name breaks the rules.
            SecretNotFoundError: there is no such original.
            SecretExistsError: there is a secret of the new name.
            HalfMovedError: the copy is there, and the original could not be deleted.
        """
        check_names([name, new_name])
        if to is None or to.name == self.name:
            return self._write(new_name, self._plans.copy(name, new_name, move=move, check=check))
        return copy_elsewhere(self, to, name, new_name, move=move, check=check)

    def _apply(self, plan: Plan, *, by_person: bool = False) -> Records:
        records = self.provider.write(self.name, restrict(plan, by_person=by_person))
        self.notices = getattr(records, "notices", ())
        return records

    def _write(self, name: str, plan: Plan, *, by_person: bool = False) -> Secret:
        return self._secret(name, self._apply(plan, by_person=by_person)[name])

    def _secret(self, name: str, record: Record) -> Secret:
        return Secret(self, name, record.metadata)

    def _disclose(self, records: Records) -> dict[str, SecretValue | SecretBytes]:
        """Hands values to the kernel: the guard knows them first."""
        check_readable(records)
        values = {name: decode(name, record.value) for name, record in records.items()}
        for name, value in values.items():
            guard.learn(name, value)
        return values

    def _learn(self, name: str, value: str | bytes) -> bytes:
        """Takes a value from the kernel: the guard knows it, whatever becomes of the write."""
        stored = encode(name, value)
        check_total(self.name, [len(stored)])  # what fits nowhere never becomes a secret
        guard.learn(name, decode(name, stored))
        return stored
