"""A folder, and a project of the local provider, for a command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

from .run.at_terminal import VALUE


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project demo with ``API_KEY``; it is the one that a command line is about, with our programs on the path."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    monkeypatch.setenv("DH_SECRETS_PROVIDER", "local")
    monkeypatch.setenv("DH_SECRETS_PROJECT", "demo")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    monkeypatch.chdir(tmp_path)
    project = Project("demo", LocalProvider(), user="jo")
    project.put("API_KEY", VALUE)
    return project
