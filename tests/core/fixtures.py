"""The fixtures ``core`` and ``on_platform``, for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..cluster.server import Namespace
from .server import Core


@pytest.fixture
def core(namespace: Namespace) -> Iterator[Core]:
    """A Core of the test's own namespace, for which one need not log in."""
    with Core(namespace.kubeconfig) as running:
        yield running


@pytest.fixture
def login_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where logins of the SDK are, which does not exist yet."""
    path = tmp_path / "dhcore.ini"
    monkeypatch.setenv("DH_CONFIG", str(path))
    return path


@pytest.fixture
def on_platform(core: Core, login_file: Path, monkeypatch: pytest.MonkeyPatch) -> Core:
    """Makes this process a workspace of that Core: its address is in the environment."""
    monkeypatch.setenv("DHCORE_ENDPOINT", core.url)
    monkeypatch.setenv("DHCORE_CLIENT_ID", "admin")
    return core
