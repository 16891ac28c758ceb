"""Secrets as lists and answers show them: names and metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..models import Metadata

Listed = Sequence[Mapping[str, Any]]
"""The secrets of a project, by name."""


def described(name: str, metadata: Metadata) -> dict[str, Any]:
    """Returns a secret's name and metadata."""
    return {"name": name, **metadata.to_dict()}


def listed(found: Mapping[str, Metadata]) -> Listed:
    """Returns the list of a project's secrets."""
    return [described(name, found[name]) for name in sorted(found)]
