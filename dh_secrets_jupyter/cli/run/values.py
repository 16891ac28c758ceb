"""What a command gets: the values in its environment, and what masks them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import SecretsError
from ...grammar.parsing import Line
from ...guard.engine import Claim, Masker
from ...guard.environment import credentials
from ...injection import Destination, SecretRef, targets
from ...models import SecretBytes, SecretValue, encode
from ...project import Secret
from ...providers.base import HoldsCredentials
from ...rendering import expired_line, skipped_line
from ..front import TerminalFront

ENTRY_AT_MOST = 128 * 1024
"""Bytes of an entry of an environment, ``NAME=VALUE`` and the NUL byte behind it, that every system takes."""


@dataclass(frozen=True)
class Loaded:
    """What a command is run with.

    Attributes:
        environment: that of this process, with the values.
        masker: knows the values, and the credentials that were there before.
    """

    environment: dict[str, str] = field(repr=False)
    masker: Masker


def load(line: Line, names: Sequence[str], common: Mapping[str, str]) -> Loaded:
    """Reads the values that ``NAME[=VAR] …`` or ``--all`` asks for; without either only credentials are masked.

    Raises:
        SecretsError: a value cannot be had, or no environment can hold it.
    """
    if names and line.options.all:
        raise SecretsError("--all", "it cannot be combined with names", "Pass one of them")
    refs = [SecretRef(name, variable if sign else None) for name, sign, variable in (w.partition("=") for w in names)]
    named = targets(Destination.ENVIRONMENT, refs, typed="{}={}")  # a bad name fails before the provider is asked
    front, masker = TerminalFront(common), Masker()
    for name, text in credentials(os.environ, front.settings.mask_environment).items():
        masker.add(name, os.fsencode(text), Claim.VARIABLE)
    environment = dict(os.environ)
    if refs or line.options.all:
        project = front.project()
        if isinstance(project.provider, HoldsCredentials):
            project.provider.on_credential(lambda name, text: _learn_credential(masker, name, text))
        found = project.read_secrets([ref.name for ref in refs], others=_say_skipped if line.options.all else None)
        for name, (_, value) in found.items():
            masker.add(name, encode(name, value))
        _warn(found, masker)
        for variable, name in (named or {name: name for name in found}).items():
            entry = _entry(variable, found[name][1], is_named=bool(named), name=name)
            if entry is not None:
                environment[variable] = entry
    return Loaded(environment, masker)


def _entry(variable: str, value: SecretValue | SecretBytes, *, is_named: bool, name: str) -> str | None:
    """Returns the value as an environment holds it; None where none can, and it was not asked for by its name."""
    raw = encode(name, value)
    problem = None
    if b"\0" in raw:
        problem = "an environment variable cannot hold a NUL byte"
    elif len(os.fsencode(variable)) + len(raw) + 2 > ENTRY_AT_MOST:
        problem = "an environment variable cannot hold more than 128 KiB"
    if problem is None:
        return os.fsdecode(raw)
    error = SecretsError(name, problem, f"Use jupyter secrets get {name} in a pipe")
    if is_named:
        raise error
    _say_skipped(error)
    return None


def _learn_credential(masker: Masker, name: str, text: str) -> None:
    masker.add(name, text.encode(errors="surrogateescape"), Claim.VARIABLE)


def _say_skipped(error: SecretsError) -> None:
    print(skipped_line(error), file=sys.stderr)


def _warn(found: Mapping[str, tuple[Secret, object]], masker: Masker) -> None:
    unmaskable = masker.unmaskable()
    for name, (secret, _) in found.items():
        if secret.metadata.is_expired:
            print(expired_line(secret), file=sys.stderr)
        if reason := unmaskable.get(name):
            print(f"{name}: this value is not masked, because {reason}.", file=sys.stderr)
