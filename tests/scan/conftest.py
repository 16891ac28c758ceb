"""A project with values to look for, a repository, and both commands."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.scan import git
from dh_secrets_jupyter.scan.commands import ScanOptions, run_scan, run_scrub

from . import planted


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the planted values, and one that cannot be looked for."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path_factory.mktemp("store") / "secrets.db"))
    made = Project("demo", LocalProvider(), user="jo")
    made.import_values(planted.SECRETS | {"SHORT": "abc"})
    return made


class Repository:
    """A folder with a git repository, which is the current one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "jo")
        self.git("config", "user.email", "jo@example.com")

    def git(self, *arguments: str) -> str:
        """Runs git and returns what it prints."""
        done = subprocess.run(["git", *arguments], cwd=self.path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def write(self, name: str, content: str) -> Path:
        """Writes a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def commit(self, message: str) -> str:
        """Commits all that there is, and returns the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path)


Scan = Callable[..., tuple[int, dict[str, Any], str]]
"""Scans by these options; returns the status, the report and what was said beside it."""


@pytest.fixture
def scan(demo: Project) -> Scan:
    """Runs ``scan`` in the current folder."""

    def run(*paths: str, history: bool = False, **options: Any) -> tuple[int, dict[str, Any], str]:
        out, err = io.StringIO(), io.StringIO()
        with git.history(Path()) if history else nullcontext() as begun:
            status = run_scan(lambda: demo, ScanOptions(paths, history=begun, format="json", **options), out, err)
        return status, json.loads(out.getvalue()), err.getvalue()

    return run


Scrub = Callable[..., tuple[int, str, str]]
"""Scrubs by these options; returns the status, the output and what was said beside it."""


@pytest.fixture
def scrub(demo: Project) -> Scrub:
    """Runs ``scrub`` in the current folder."""

    def run(*paths: str, **options: bool) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        status = run_scrub(lambda: demo, paths, out, err, **options)
        return status, out.getvalue(), err.getvalue()

    return run
