"""The hook that this repository offers pre-commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider

VALUE = "invented-Kq7xW2pZm4vB8zK1w"
HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "user.name=jo", "-c", "user.email=jo@example.com", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.posix
def test_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that holds a value is refused with the place; one without goes through, whatever the folder holds."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "jupyter-secrets").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dh_secrets_jupyter.cli "$@"\n')
    (programs / "jupyter-secrets").chmod(0o755)
    settings = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db"),
        "DH_SECRETS_PROVIDER": "local",
    }
    for variable, setting in settings.items():
        monkeypatch.setenv(variable, setting)
    Project("default", LocalProvider(), user="jo").put("API_KEY", VALUE)
    offered, work = tmp_path / "offered", tmp_path / "work"
    for folder in (offered, work):
        folder.mkdir()
        _git(folder, "init", "--quiet")
    shutil.copy(HOOKS, offered)
    _git(offered, "add", "--all")
    _git(offered, "commit", "--message", "hooks")
    revision = _git(offered, "rev-parse", "HEAD").stdout.strip()
    (work / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {offered}\n  rev: {revision}\n  hooks:\n  - id: jupyter-secrets\n"
    )
    install = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(install, cwd=work, check=True, capture_output=True)
    (work / "a.txt").write_text(f"key: {VALUE}\n")
    _git(work, "add", "--all")
    refused = _git(work, "commit", "--message", "leak")
    assert refused.returncode == 1, refused.stderr
    assert "a.txt  line 1  API_KEY  text" in refused.stdout + refused.stderr
    _git(work, "reset", "--quiet", "a.txt")
    done = _git(work, "commit", "--message", "clean")
    assert done.returncode == 0, done.stderr
    assert VALUE not in refused.stdout + refused.stderr + done.stdout + done.stderr
