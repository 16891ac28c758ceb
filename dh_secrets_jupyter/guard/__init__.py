"""Keeps the values that a kernel has read from appearing in anything it sends or logs."""

from __future__ import annotations

from ..models import SecretBytes, SecretValue


def learn(name: str, value: SecretValue | SecretBytes) -> None:
    """Makes a value known to the guard of this kernel, and turns it on with the first; a no-op outside of IPython."""
