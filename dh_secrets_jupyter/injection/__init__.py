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
from typing import Any, NamedTuple

from ..errors import SecretsError
from ..models import SecretBytes, SecretValue, StandIn, name_of
from ..private_files import PrivateFiles
from .names import Destination, SecretRef, targets
from .replaced import Replaced

__all__ = ["Destination", "Held", "Injection", "SecretRef", "fits_environment", "for_namespace", "targets"]

Value = SecretValue | SecretBytes | StandIn
Namespace = MutableMapping[str, Any]
Source = tuple[str, str]
"""Where a value was read: the provider's name and the project's."""
_ABSENT = object()


@dataclass(frozen=True)
class _Injected:
    """What was put somewhere: a secret's name, the object that is there until somebody changes it, and its source."""

    name: str
    content: object = field(repr=False)
    source: Source | None
    is_stand_in: bool


class Held(NamedTuple):
    """A secret that is in the kernel, or its stand-in: its name, and where it is."""

    name: str
    destination: Destination
    target: str
    is_stand_in: bool


class Injection:
    """What was put into one namespace, the process's environment and its private files. Use :func:`for_namespace`.

    In every method ``values`` maps a target (see :func:`targets`) to its value.
    """

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._ledger: dict[tuple[Destination, str], _Injected] = {}
        self._files = PrivateFiles()
        self._replaced = Replaced()

    def put(
        self,
        destination: Destination,
        values: Mapping[str, Value],
        source: Source | None = None,
        *,
        undoable: bool = False,
    ) -> list[str]:
        """Sets variables or environment entries, or writes files and sets variables to their paths; all or none.

        Args:
            source: where the values were read.
            undoable: keeps what of the user's is replaced, so that :meth:`undo` can bring it back.

        Returns the targets where something of the user's stood.

        Raises:
            SecretsError: a value that no environment can hold (:func:`fits_environment`), or no room for the files.
        """
        place, contents = self._place(destination), self._contents(destination, values)
        theirs = {
            target: place[target] for target in contents if target in place and not self._is_held(destination, target)
        }
        place.update(contents)
        for target, value in values.items():
            is_stand_in = isinstance(value, StandIn)
            self._ledger[destination, target] = _Injected(name_of(value), contents[target], source, is_stand_in)
        if undoable:
            self._replaced.keep(destination, theirs)
        return list(theirs)

    def undo(self) -> list[tuple[Destination, str]]:
        """Brings back what the last undoable :meth:`put` replaced, until the next one and for ten minutes.

        Returns where; nothing where nothing is kept, or where somebody has changed it since.
        """
        destination, contents = self._replaced.take() or (Destination.VARIABLE, {})
        back = {target: content for target, content in contents.items() if self._is_held(destination, target)}
        for target in back:
            del self._ledger[destination, target]
        self._place(destination).update(back)
        return [(destination, target) for target in back]

    def held(self, source: Source) -> list[Held]:
        """Returns the secrets of a project that were put in and are still there."""
        return [
            Held(injected.name, destination, target, injected.is_stand_in)
            for (destination, target), injected in list(self._ledger.items())
            if injected.source == source and self._is_held(destination, target)
        ]

    def is_same(self, held: Held, value: Value) -> bool:
        """Returns whether what is in the kernel is this value."""
        injected = self._ledger.get((held.destination, held.target))
        if injected is None:
            return False
        match held.destination:
            case Destination.VARIABLE:
                return injected.content == value
            case Destination.ENVIRONMENT:
                return injected.content == _encodable(value)
            case Destination.FILE:
                return self._files.holds(injected.content, _raw(value))

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

    def forget(self, *names: str, source: Source | None = None) -> list[tuple[Destination, str, str]]:
        """Takes what was put in out again, where it is still there: of these secrets, or of all.

        Args:
            source: those alone that were read there.

        Returns:
            (where, target, secret's name) of what was taken out.
        """
        gone = []
        for (destination, target), injected in list(self._ledger.items()):
            if (names and injected.name not in names) or (source and injected.source != source):
                continue
            there = self._is_held(destination, target)
            del self._ledger[destination, target]
            place = self._place(destination)
            if there:
                del place[target]
            if destination is Destination.FILE:
                self._files.remove({injected.content})
            if there or destination is Destination.FILE:
                gone.append((destination, target, injected.name))
        return gone

    def _is_held(self, destination: Destination, target: str) -> bool:
        """Whether what was put there is there."""
        injected = self._ledger.get((destination, target))
        return injected is not None and _same(self._place(destination).get(target), injected.content)

    def _contents(self, destination: Destination, values: Mapping[str, Value]) -> dict[str, object]:
        if destination is Destination.FILE:
            return self._written(values)
        return {target: _content(destination, value) for target, value in values.items()}

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


def _content(destination: Destination, value: Value) -> object:
    if isinstance(value, StandIn):
        return value.text
    return _text(value) if destination is Destination.ENVIRONMENT else value


def _raw(value: Value) -> bytes:
    if isinstance(value, StandIn):
        return value.text.encode()
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
