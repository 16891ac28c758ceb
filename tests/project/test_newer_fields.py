"""What a newer version has added to a secret's metadata outlives every write of this one, on both providers."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.providers.local.store import Store

from ..cluster.server import Namespace

NEWER = {
    "hosts_of_tomorrow": ["api.example.com"],
    "only": {"for": [{"use": True, "until": None}], "weight": 1e400},
    "count": 10**30,
    "labels": {"team": "telling"},
    "expires": "2031-02-03T12:00:00Z",
}
"""Of any JSON type, nested; and two fields of today in another form."""


class Stored:
    """What stands in a place, without the package's own reading and writing of it."""

    def __init__(self, project: Project, get: Callable[[], str | None], put: Callable[[str], None]) -> None:
        self.project = project
        self._get = get
        self._put = put

    def add_newer(self) -> None:
        """Does what a newer version does."""
        self._put(json.dumps({**json.loads(self._get() or "{}"), **NEWER}))

    @property
    def newer(self) -> dict[str, Any]:
        """What is there beyond what this version writes by itself."""
        found = json.loads(self._get() or "{}")
        return {key: value for key, value in found.items() if key in NEWER or key not in _OURS}


_OURS = {"description", "created", "updated", "created_by", "updated_by"}


@pytest.fixture(params=["local", pytest.param("kubernetes", marks=pytest.mark.cluster)])
def stored(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """The secret ``A`` of the project ``demo``, which a newer version has written to."""
    if request.param == "local":
        made = _in_a_file(tmp_path / "secrets.db", monkeypatch)
    else:
        made = _in_the_cluster(request.getfixturevalue("namespace"), monkeypatch)
    made.project.new_secret("A", "one")
    made.add_newer()
    return made


def _in_a_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(path))
    project, store = Project("demo", LocalProvider(), user="jo"), Store(path)

    def get() -> str | None:
        with closing(store.connect()) as connection:
            row = connection.execute("SELECT sealed FROM secret WHERE name = 'A'").fetchone()
            content = row and store._cipher(connection).open(row[0], b"demo/A")
            return content.partition(b"\n")[0].decode() if content else None

    def put(text: str) -> None:
        with closing(store.connect()) as connection:
            (sealed,) = connection.execute("SELECT sealed FROM secret WHERE name = 'A'").fetchone()
            cipher = store._cipher(connection)
            value = (cipher.open(sealed, b"demo/A") or b"").partition(b"\n")[2]
            sealed = cipher.seal(text.encode() + b"\n" + value, b"demo/A")
            connection.execute("UPDATE secret SET sealed = ? WHERE name = 'A'", (sealed,))

    return Stored(project, get, put)


def _in_the_cluster(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("KUBECONFIG", str(namespace.kubeconfig))
    path = f"/api/v1/namespaces/{namespace.name}/secrets/proj-secrets-demo"

    def get() -> str | None:
        found = namespace.secret("proj-secrets-demo") or {"metadata": {}}
        text: str | None = found["metadata"].get("annotations", {}).get("dh-secrets-jupyter/A")
        return text

    def put(text: str) -> None:
        body = {"metadata": {"annotations": {"dh-secrets-jupyter/A": text}}}
        namespace.cluster.api("PATCH", path, body, "application/merge-patch+json")

    return Stored(Project("demo", KubernetesProvider(), user="jo"), get, put)


def _update(project: Project) -> None:
    secret = project.get_secret("A")
    secret.metadata.description = "what for"
    project.update_secret(secret)


def _delete_another(project: Project) -> None:
    project.put("B", "x")
    project.delete("B")


WRITES: dict[str, Callable[[Project], object]] = {
    "edit": lambda project: project.edit("A", description="what for"),
    "edit as the panel's form sends it": lambda project: project.edit("A", description="x", labels=[], expires=None),
    "put": lambda project: project.put("A", "two"),
    "put with metadata": lambda project: project.put("A", "two", description="what for"),
    "import": lambda project: project.import_values({"A": "two", "B": "three"}, replace_existing=True),
    "set_secret_value": lambda project: project.get_secret("A").set_secret_value("two"),
    "update_secret": _update,
    "delete another": _delete_another,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_keeps_them(stored: Stored, write: Callable[[Project], object]) -> None:
    """Each kind of write leaves them as they were, and another after it as well."""
    for _ in range(2):
        write(stored.project)
        assert stored.newer == NEWER


def test_nothing_shows_them(stored: Stored) -> None:
    """Neither a secret, nor a list of them, nor what a write returns shows a field of a newer version."""
    project = stored.project
    for secret in (project.get_secret("A"), project.list_secrets()[0], project.edit("A", description="x")):
        shown = f"{secret!r}{secret.metadata!r}{secret.to_dict()}{secret}"
        assert not any(word in shown for word in ("tomorrow", "telling", "weight", "12:00"))


def test_a_field_of_today_is_replaced_by_its_own_change(stored: Stored) -> None:
    """Who sets labels or a day where a newer version had something else has just these; all else stays."""
    stored.project.edit("A", labels=["mine"], expires=date(2032, 1, 1))
    assert stored.newer == {**NEWER, "labels": ["mine"], "expires": "2032-01-01"}


def test_a_new_secret_starts_without(stored: Stored) -> None:
    """One that is made after a deletion has nothing of the old one's."""
    stored.project.put("B", "stays")
    stored.project.delete("A")
    stored.project.new_secret("A", "one")
    assert stored.newer == {}


@pytest.mark.soak
def test_a_version_before_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last commit that knew no hosts, as it was: what it edits and sets keeps them."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    project = Project("demo", LocalProvider(), user="ann")
    project.new_secret("KEY", "sample-value-that-has-hosts", hosts=["api.example.com"])
    root, older = Path(__file__).parents[2], tmp_path / "older"
    git = ["git", "-C", str(root)]
    known = [*git, "log", "--diff-filter=A", "--format=%H", "--", "dh_secrets_jupyter/models/hosts.py"]
    began = subprocess.run(known, capture_output=True, text=True, check=True).stdout.split()[-1]
    archive = subprocess.run([*git, "archive", f"{began}~1", "dh_secrets_jupyter"], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(older, filter="data")
    (older / "value").write_text("sample-value-that-is-another")
    environment = {**os.environ, "DH_SECRETS_PROVIDER": "local", "DH_SECRETS_PROJECT": "demo"}

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "dh_secrets_jupyter.cli", *words]
        return subprocess.run(command, cwd=older, env=environment, capture_output=True, text=True, check=True).stdout

    assert "hosts" not in run("describe", "KEY", "--json")
    run("edit", "KEY", "--description", "of the older one", "--label", "x")
    run("set", "KEY", "--from-file", "value")
    stored = project.provider.read("demo")["KEY"]
    assert (stored.value, stored.metadata.description) == (b"sample-value-that-is-another", "of the older one")
    assert stored.metadata.hosts == ["api.example.com"]
    with pytest.raises(AccessDeniedError, match="only to be used, not read"):
        project.read_values("KEY")
