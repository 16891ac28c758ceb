"""The plans of a project's writes: what each wants changed, given what is stored.

A plan does nothing but look and answer, so that a provider may ask it again where somebody else came first (see
:data:`.providers.base.Plan`). What it raises leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from ..errors import SecretExistsError, SecretNotFoundError
from ..models import Metadata, MetadataEdit, check_name
from ..providers.base import Plan, Put, Record, Records, Remove

T = TypeVar("T")
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
            if name in records:
                raise SecretExistsError(
                    name, f"already exists in project {self.project}", "Change its value, or use another name"
                )
            return [Put(name, value, edit(self._created()))]

        return plan

    def put(self, name: str, value: bytes, edit: MetadataEdit) -> Plan:
        """A new secret, or another value of an existing one, whose metadata stays but for the edit."""

        def plan(records: Records) -> list[Put]:
            metadata = self._updated(records[name]) if name in records else self._created()
            return [Put(name, value, edit(metadata))]

        return plan

    def edit(self, name: str, value: bytes | None, edit: MetadataEdit, check: Check | None) -> Plan:
        """An existing secret with other metadata, and another value unless that is None.

        The plan raises :class:`SecretNotFoundError`, and what the check raises.
        """

        def plan(records: Records) -> list[Put]:
            old = self.existing(records, [name])[name]
            if check:
                check(old)
            return [Put(name, old.value if value is None else value, edit(self._updated(old)))]

        return plan

    def delete(self, names: Iterable[str], check: Check | None) -> Plan:
        """These secrets gone. The plan raises :class:`SecretNotFoundError`, and what the check raises."""
        unique = list(dict.fromkeys(names))

        def plan(records: Records) -> list[Remove]:
            for record in self.existing(records, unique).values():
                if check:
                    check(record)
            return [Remove(name) for name in unique]

        return plan

    def import_values(self, values: Mapping[str, bytes], *, replace_existing: bool) -> Plan:
        """Many values; the plan raises :class:`SecretExistsError` for names that exist, unless they may be replaced."""

        def plan(records: Records) -> list[Put]:
            taken = sorted(values.keys() & records.keys())
            if taken and not replace_existing:
                problem = f"already exist{'s' if len(taken) == 1 else ''} in project {self.project}"
                raise SecretExistsError(", ".join(taken), problem, "Use --replace to overwrite")
            return [
                Put(name, value, self._updated(records[name]) if name in records else self._created())
                for name, value in values.items()
            ]

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

    def _created(self) -> Metadata:
        now = datetime.now(UTC)
        return Metadata(created=now, updated=now, created_by=self.user, updated_by=self.user)

    def _updated(self, record: Record) -> Metadata:
        return replace(record.metadata, updated=datetime.now(UTC), updated_by=self.user)
