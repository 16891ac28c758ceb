"""One project, two people, and what the guard is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter import guard
from dh_secrets_jupyter.models import SecretBytes, SecretValue
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without secrets, opened by jo."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    return Project("demo", LocalProvider(), user="jo")


@pytest.fixture
def sam(demo: Project) -> Project:
    """The same project, opened by somebody else."""
    return Project("demo", LocalProvider(), user="sam")


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | bytes]]:
    """What the guard was told, in order."""
    told: list[tuple[str, str | bytes]] = []

    def learn(name: str, value: SecretValue | SecretBytes) -> None:
        told.append((name, value.reveal()))

    monkeypatch.setattr(guard, "learn", learn)
    return told
