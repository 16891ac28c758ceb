"""A secret with hosts is used and never read, and only a person changes its hosts or gives it another value.

Whoever may run code in a kernel could otherwise send the value to a host of their own, or learn the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from ..errors import AccessDeniedError, SecretsError
from ..models import decode
from ..models.hosts import check_value
from ..providers.base import Change, Plan, Put, Record, Records, Unconditional


class PersonNeededError(AccessDeniedError):
    """Only a person may make this change; nothing was changed.

    Args:
        name: the secret's, which has hosts.
        of_hosts: whether they would change; else the value would.
    """

    def __init__(self, name: str, *, of_hosts: bool) -> None:
        problem, command = ("change its hosts", "edit") if of_hosts else ("give it another value", "set")
        super().__init__(
            name, f"only a person can {problem}", f"Use the panel, or type %secret {command} {name} and answer"
        )


def is_readable(record: Record) -> bool:
    """Returns whether a secret can be read, and may be."""
    return not record.error and not record.metadata.hosts


def check_readable(records: Records) -> None:
    """Raises where one of these secrets cannot be read: its own error, or :class:`AccessDeniedError`."""
    for record in records.values():
        if record.error:
            raise record.error
    if hidden := [name for name, record in records.items() if record.metadata.hosts]:
        raise _unreadable(hidden)


def readable_others(stored: Records, named: Container[str], skipped: Callable[[SecretsError], None]) -> Records:
    """Returns those secrets that are not named, and can be read.

    Args:
        skipped: told why others cannot be; once for all that are only to be used.
    """
    rest = {name: stored[name] for name in sorted(stored) if name not in named}
    for record in rest.values():
        if record.error:
            skipped(record.error)
    if hidden := [name for name, record in rest.items() if record.metadata.hosts]:
        skipped(_unreadable(hidden))
    return {name: record for name, record in rest.items() if is_readable(record)}


def restrict(plan: Plan, *, by_person: bool) -> Plan:
    """Returns a plan that keeps to the rules for secrets with hosts.

    The plan raises, besides what it did before:

    * :class:`PersonNeededError`: it gives such a secret other hosts or another value, and not ``by_person``;
    * :class:`~dh_secrets_jupyter.errors.SecretsError`: a value may not have hosts.
    """

    def restricted(records: Records) -> Sequence[Change]:
        changes = plan(records)
        for change in changes:
            if isinstance(change, Put):
                old = records.get(change.name)
                if old and old.metadata.hosts and not by_person:
                    _check_unchanged(change, old)
                if change.metadata.hosts:
                    _check_value(change, old)
        return changes

    return Unconditional(restricted) if isinstance(plan, Unconditional) else restricted


def _check_unchanged(put: Put, old: Record) -> None:
    if put.metadata.hosts != old.metadata.hosts:
        raise PersonNeededError(put.name, of_hosts=True)
    # A plan that leaves the value alone hands it back; whether another one is equal is not to be found out.
    if put.value is not old.value:
        raise PersonNeededError(put.name, of_hosts=False)


def _check_value(put: Put, old: Record | None) -> None:
    if old and old.error and put.value is old.value:
        raise old.error
    check_value(put.name, decode(put.name, put.value))


def usable(name: str, record: Record) -> tuple[str, list[str]]:
    """Returns value and hosts of a secret that may be used. Raises :class:`SecretsError` where it may not be."""
    if record.error:
        raise record.error
    if not record.metadata.hosts:
        raise SecretsError(name, "it is for no host yet", f"Set them: %secret edit {name} --hosts api.example.com")
    value = decode(name, record.value)
    check_value(name, value)
    return str(value), record.metadata.hosts


def _unreadable(names: Sequence[str]) -> AccessDeniedError:
    hint = f"Type %secret use {names[0] if len(names) == 1 else 'NAME'}"
    return AccessDeniedError(", ".join(names), "only to be used, not read", hint)
