"""Histories of real packages, with the notebooks that they ship: nothing of a project's values is found there."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.scan import git
from dh_secrets_jupyter.scan.commands import ScanOptions, run_scan

from . import realistic
from .conftest import Repository

PACKAGES = ("corner", "emcee", "lmfit", "nbclient", "nbconvert", "nbformat", "nbsphinx", "nbstripout", "nbval", "tqdm")
VERSIONS = 3


def _versions(package: str) -> list[str]:
    """Returns the newest versions that the index has, the oldest of them first."""
    listing = [sys.executable, "-m", "pip", "index", "versions", package]
    shown = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    found = re.search(r"^Available versions: (.*)$", shown, re.MULTILINE)
    assert found
    return found[1].split(", ")[VERSIONS - 1 :: -1]


def _unpack(package: str, version: str, folder: Path) -> None:
    """Puts the files of a package's source distribution in the place of what is in a folder."""
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package]
    subprocess.run([*download, "--dest", str(folder / "sdist"), f"{package}=={version}"], check=True)
    (archive,) = (folder / "sdist").iterdir()
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "sdist", filter="data")
    archive.unlink()
    shutil.rmtree(folder / "files", ignore_errors=True)
    (unpacked,) = (folder / "sdist").iterdir()
    unpacked.rename(folder / "files")


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_found(package: str, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the history of a package's versions, a commit each, none of a hundred realistic values is found."""
    for version in _versions(package):
        _unpack(package, version, repository.path)
        repository.git("add", "--all", "--force")  # also what the package's own .gitignore names
        repository.commit(version)
    assert repository.git("ls-files", "*.ipynb")
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(repository.path / ".git" / "secrets.db"))
    project = Project("demo", LocalProvider(), user="jo")
    project.import_values(realistic.values())
    out, err = io.StringIO(), io.StringIO()
    with git.history(Path()) as begun:
        status = run_scan(lambda: project, ScanOptions(history=begun), out, err)
    print(package, err.getvalue().strip())
    assert out.getvalue() == ""
    assert status == 0
    assert "Not looked for" not in err.getvalue()
