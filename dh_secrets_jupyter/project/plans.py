"""The plans of a project's writes: what each wants changed, given what is stored.

A plan does nothing but look and answer, so that a provider may ask it again where somebody else came first (see
:data:`.providers.base.Plan`). What it raises leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar

from ..errors import SecretExistsError, SecretNotFoundError, SecretsError
from ..models import Metadata, MetadataEdit, check_name
from ..providers.base import Change, Plan, Put, Record, Records, Remove, Unconditional

T = TypeVar("T")
Hosts = Mapping[str, list[str]]
"""Hosts of secrets, by the secret's name."""
NONE: Hosts = MappingProxyType({})
Check = Callable[[Record], None]
"""Looks at a secret as it is stored, and raises to leave it so; part of the same step as the write."""


@dataclass(frozen=True)
class Plans:
    """Makes the plans of one project, for one user.

    Attributes:
        project: the project's name, for errors.
        user: who is written down for the changes.
    """

    project: str
    user: str

    def create(self, name: str, value: bytes, edit: MetadataEdit) -> Plan:
        """A new secret. The plan raises :class:`SecretExistsError` where there is one of that name."""

        def plan(records: Records) -> list[Put]:
            self._check_free(records, name)
            return [Put(name, value, edit(self.created()))]

        return plan

    def put(self, name: str, value: bytes, edit: MetadataEdit) -> Plan:
        """A new secret, or another value of an existing one, whose metadata stays but for the edit."""

        def plan(records: Records) -> list[Put]:
            metadata = self.updated(records[name]) if name in records else self.created()
            return [Put(name, value, edit(metadata))]

        return Unconditional(plan)

    def edit(self, name: str, value: bytes | None, edit: MetadataEdit, check: Check | None) -> Plan:
        """An existing secret with other metadata, and another value unless that is None.

        The plan raises :class:`SecretNotFoundError`, and what the check raises.
        """

        def plan(records: Records) -> list[Put]:
            old = self.existing(records, [name])[name]
            if check:
                check(old)
            return [Put(name, old.value if value is None else value, edit(self.updated(old)))]

        return plan if check else Unconditional(plan)

    def delete(self, names: Iterable[str], check: Check | None) -> Plan:
        """These secrets gone. The plan raises :class:`SecretNotFoundError`, and what the check raises."""
        unique = list(dict.fromkeys(names))

        def plan(records: Records) -> list[Remove]:
            for record in self.existing(records, unique).values():
                if check:
                    check(record)
            return [Remove(name) for name in unique]

        return plan if check else Unconditional(plan)

    def copy(self, name: str, new_name: str, *, move: bool, check: Check | None) -> Plan:
        """A secret under another name as well; with ``move`` instead, and then it keeps who created it, and when.

        The plan raises :class:`SecretNotFoundError`, :class:`SecretsError` where both names are the same, what the
        check raises, and :class:`SecretExistsError`.
        """

        def plan(records: Records) -> list[Change]:
            old = self.existing(records, [name])[name]
            if name == new_name:
                raise SecretsError(name, "a secret cannot be copied onto itself", "Give another name or project")
            if check:
                check(old)
            [copied] = self.add_copy(new_name, old)(records)
            return [Put(new_name, old.value, self.updated(old)), Remove(name)] if move else [copied]

        return plan

    def add_copy(self, name: str, original: Record) -> Plan:
        """A copy of a secret that is elsewhere: with its value and metadata, those too that this version cannot read.

        The plan raises :class:`SecretExistsError` where there is one of that name.
        """

        def plan(records: Records) -> list[Put]:
            self._check_free(records, name)
            if original.error:
                raise original.error
            now = datetime.now(UTC)
            copied = replace(original.metadata, created=now, created_by=self.user, updated=now, updated_by=self.user)
            return [Put(name, original.value, copied)]

        return plan

    def existing(self, found: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
        """Returns what was found of these secrets. Raises :class:`SecretNotFoundError` for all that are missing."""
        missing = [check_name(name) for name in dict.fromkeys(names) if name not in found]
        if missing:
            raise SecretNotFoundError(
                ", ".join(missing),
                f"no such secret{'' if len(missing) == 1 else 's'} in project {self.project}",
                "Run %secret list to see what is there",
            )
        return {name: found[name] for name in names}

    def _check_free(self, records: Records, name: str) -> None:
        if name in records:
            raise SecretExistsError(
                name, f"already exists in project {self.project}", "Change its value, or use another name"
            )

    def created(self) -> Metadata:
        now = datetime.now(UTC)
        return Metadata(created=now, updated=now, created_by=self.user, updated_by=self.user)

    def updated(self, record: Record) -> Metadata:
        return replace(record.metadata, updated=datetime.now(UTC), updated_by=self.user)


@dataclass(frozen=True)
class Imported:
    """The names of an import, in the order given.

    Attributes:
        created: those that were new.
        replaced: those that had another value.
    """

    created: list[str]
    replaced: list[str]


class ImportPlan:
    """Many values; raises :class:`SecretExistsError` for all names that exist, unless they may be replaced.

    Args:
        plans: the project's.
        values: what is stored, by name.
        replace_existing: whether names that exist get another value.
        hosts: those of secrets that are new, by name.

    Attributes:
        imported: the names, as the plan saw them when it was asked last.
    """

    def __init__(
        self,
        plans: Plans,
        values: Mapping[str, bytes],
        *,
        replace_existing: bool,
        hosts: Hosts = NONE,
    ) -> None:
        self._plans = plans
        self._values = values
        self._replace_existing = replace_existing
        self._hosts = hosts
        self.imported = Imported([], [])

    def __call__(self, records: Records) -> list[Put]:
        taken = sorted(self._values.keys() & records.keys())
        if taken and not self._replace_existing:
            problem = f"already exist{'s' if len(taken) == 1 else ''} in project {self._plans.project}"
            raise SecretExistsError(", ".join(taken), problem, "Use --replace to overwrite")
        self.imported = Imported(
            [name for name in self._values if name not in records], [name for name in self._values if name in records]
        )
        return [Put(name, value, self._metadata(name, records)) for name, value in self._values.items()]

    def _metadata(self, name: str, records: Records) -> Metadata:
        if name in records:
            return self._plans.updated(records[name])
        return replace(self._plans.created(), hosts=self._hosts.get(name, []))
