"""Puts values into the kernel, as variables, environment entries or private files, and takes them out again.

Knows nothing of IPython: a surface hands over the namespace that its user sees. What is put in is remembered, so that
:meth:`Injection.forget` finds it. Values come from :mod:`dh_secrets_jupyter.project`, which makes them
known to the guard first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..errors import SecretsError
from ..models import SecretBytes, SecretValue, name_of
from .names import Destination, SecretRef, targets
from .private_files import PrivateFiles, sweep

__all__ = ["Destination", "Injection", "SecretRef", "fits_environment", "for_namespace", "sweep", "targets"]

Value = SecretValue | SecretBytes
Namespace = MutableMapping[str, Any]
_ABSENT = object()


@dataclass(frozen=True)
class _Injected:
    """What was put somewhere: the secret's name, and the object that is there as long as nobody changes it."""

    name: str
    content: object = field(repr=False)


class Injection:
    """What was put into one namespace, the process's environment and its private files. Use :func:`for_namespace`.

    In every method ``values`` maps a target (see :func:`targets`) to its value.
    """

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._ledger: dict[tuple[Destination, str], _Injected] = {}
        self._files = PrivateFiles()

    def put(self, destination: Destination, values: Mapping[str, Value]) -> None:
        """Sets variables or environment entries, or writes files and sets variables to their paths; all or none.

        Raises:
            SecretsError: a value that no environment can hold (:func:`fits_environment`), or no room for the files.
        """
        self._place(destination).update(contents := self._contents(destination, values))
        for target, value in values.items():
            self._ledger[destination, target] = _Injected(name_of(value), contents[target])

    @contextmanager
    def lease(self, destination: Destination, values: Mapping[str, Value]) -> Iterator[None]:
        """Sets variables or environment entries for the length of a ``with`` block; what was there before comes back.

        Raises as :meth:`put`, before anything is set.
        """
        place = self._place(destination)
        contents = self._contents(destination, values)
        before = {target: place.get(target, _ABSENT) for target in contents}
        try:
            place.update(contents)
            yield
        finally:
            for target, content in before.items():
                if content is _ABSENT:
                    place.pop(target, None)
                else:
                    place[target] = content

    def forget(self, *names: str) -> list[tuple[Destination, str, str]]:
        """Takes what was put in out again, where it is still there: of these secrets, or of all.

        Returns:
            (where, target, secret's name) of what was taken out.
        """
        gone = []
        for (destination, target), injected in list(self._ledger.items()):
            if names and injected.name not in names:
                continue
            del self._ledger[destination, target]
            place = self._place(destination)
            there = _same(place.get(target), injected.content)
            if there:
                del place[target]
            if destination is Destination.FILE:
                self._files.remove({injected.content})
            if there or destination is Destination.FILE:
                gone.append((destination, target, injected.name))
        return gone

    def _contents(self, destination: Destination, values: Mapping[str, Value]) -> dict[str, object]:
        if destination is Destination.FILE:
            return self._written(values)
        return {
            target: _text(value) if destination is Destination.ENVIRONMENT else value
            for target, value in values.items()
        }

    def _written(self, values: Mapping[str, Value]) -> dict[str, object]:
        """Writes the files and returns their paths; all or none are left."""
        before = {
            target: str(put.content)
            for (destination, target), put in self._ledger.items()
            if destination is Destination.FILE
        }
        paths: dict[str, object] = {}
        try:
            for target, value in values.items():
                paths[target] = self._files.write(name_of(value), _raw(value), before.get(target))
        except SecretsError:
            self._files.remove(set(paths.values()) - set(before.values()))
            raise
        self._files.remove({before[target] for target in before.keys() & paths.keys()} - set(paths.values()))
        return paths

    def _place(self, destination: Destination) -> MutableMapping[str, Any]:
        return os.environ if destination is Destination.ENVIRONMENT else self._namespace


_injections: dict[int, Injection] = {}


def for_namespace(namespace: Namespace) -> Injection:
    """Returns the one :class:`Injection` of a namespace, which all surfaces share."""
    return _injections.setdefault(id(namespace), Injection(namespace))


def fits_environment(value: Value) -> bool:
    """Returns whether an environment entry can hold the value: no NUL byte, and text where the system wants text."""
    return _encodable(value) is not None


def _raw(value: Value) -> bytes:
    return value.encode() if isinstance(value, SecretValue) else value.reveal()


def _text(value: Value) -> str:
    text = _encodable(value)
    if text is None:
        raise SecretsError(
            name_of(value), "an environment variable cannot hold a NUL byte", "Use %secret get or %secret file for it"
        )
    return text


def _encodable(value: Value) -> str | None:
    """Returns the value as ``os.environ`` spells it: on POSIX the entry itself is bytes, whatever the locale."""
    try:
        text = os.fsdecode(_raw(value))
    except UnicodeDecodeError:  # bytes, on Windows
        return None
    return None if "\0" in text else text


def _same(found: object, content: object) -> bool:
    # Equality of other types is theirs to define, and may raise or be no bool (arrays).
    return found is content or (isinstance(found, str | bytes) and found == content)
