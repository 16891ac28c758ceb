"""Beside the platform's Core, which writes all values back without a test: played as it does it, on the real server."""

from __future__ import annotations

import base64
import time
import urllib.error
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.rendering import Table
from tests.cluster.server import Namespace

from .conftest import CANARY, SECRET

CORE = urllib.parse.quote("Kubernetes Java Client")


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


class Core:
    """The platform's way to write: GET, merge in memory, JSON Patch that replaces all of ``data``."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._path = f"/api/v1/namespaces/{namespace.name}/secrets/{SECRET}"

    def get(self) -> dict[str, str]:
        """Reads all values, in base64."""
        found: dict[str, str] = self._namespace.cluster.api("GET", self._path).get("data") or {}
        return found

    def replace(self, data: dict[str, str], **changes: str | None) -> None:
        """Writes back what was read, with its own changes; None takes a key out."""
        merged = {**data, **{name: encoded(value) for name, value in changes.items() if value is not None}}
        kept = {name: value for name, value in merged.items() if changes.get(name, "") is not None}
        patch = [{"op": "replace", "path": "/data", "value": kept}]
        path = f"{self._path}?fieldManager={CORE}"
        self._namespace.cluster.api("PATCH", path, patch, "application/json-patch+json")

    def write(self, **changes: str | None) -> None:
        """Both, one right after the other, however busy the machine is."""
        while True:
            asked = time.monotonic()
            data = self.get()
            if time.monotonic() - asked < 0.5:
                break
        self.replace(data, **changes)


@pytest.fixture
def platform(namespace: Namespace, demo: Project) -> Core:
    """The platform, which has written to the project's Secret before."""
    demo.put("OURS", CANARY)
    made = Core(namespace)
    made.write(CORES="theirs")
    return made


def test_forty_of_forty_are_kept(platform: Core, demo: Project, namespace: Namespace) -> None:
    """While it writes forty keys, eight at a time, we write forty others, eight at a time: not one of ours is lost."""

    def theirs(number: int) -> None:
        platform.write(**{f"CORE{number % 40}": f"{CANARY} {number}"})

    def ours(number: int) -> None:
        demo.put(f"OURS{number}", f"{CANARY} {number}")

    with ThreadPoolExecutor(8) as core_pool, ThreadPoolExecutor(8) as our_pool:
        list(zip(core_pool.map(theirs, range(40)), our_pool.map(ours, range(40)), strict=True))
    data = namespace.data(SECRET)
    assert [number for number in range(40) if data.get(f"OURS{number}") != f"{CANARY} {number}".encode()] == []
    assert all(secret.metadata.created_by for secret in demo.list_secrets("OURS?*"))


KINDS = ["create", "replace", "delete"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_undoes_is_put_back(platform: Core, demo: Project, namespace: Namespace, kind: str) -> None:
    """A key that we made, changed or deleted while it was at work is again as we left it, and its own change stays."""
    demo.put("A", "old")
    demo.delete("A") if kind == "create" else None
    before = platform.get()
    once_sent(demo, lambda: platform.replace(before, CORES="newer"))
    demo.delete("A") if kind == "delete" else demo.put("A", "new")
    wanted = {"OURS": CANARY.encode(), "CORES": b"newer"}
    assert namespace.data(SECRET) == (wanted if kind == "delete" else {**wanted, "A": b"new"})


def once_sent(project: Project, act: Callable[[], object]) -> None:
    """Does something as soon as the next change has been made, before the writer looks at it again."""
    provider: Any = project.provider
    sent = provider._send

    def send(*arguments: Any, **options: Any) -> Any:
        provider._send = sent
        after = sent(*arguments, **options)
        act()
        return after

    provider._send = send


@pytest.mark.parametrize("by", ["kubectl", "ours"])
def test_a_persons_deletion_stays(platform: Core, demo: Project, namespace: Namespace, by: str) -> None:
    """What somebody deletes right after we wrote it is not put back, whoever it was."""
    other = Project("demo", demo.provider, user="sam")

    def delete() -> None:
        if by == "ours":
            other.provider.__class__().write("demo", lambda records: [_remove("A")])
        else:
            namespace.kubectl("patch", "secret", SECRET, "--type=json", '-p=[{"op":"remove","path":"/data/A"}]')

    once_sent(demo, delete)
    demo.put("A", "new")
    assert "A" not in namespace.data(SECRET)


def _remove(name: str) -> Any:
    from dh_secrets_jupyter.providers.base import Remove

    return Remove(name)


def test_elsewhere_it_costs_no_request(demo: Project, namespace: Namespace) -> None:
    """Where the platform has written nothing, a write is one look and one change, as before."""
    demo.put("A", CANARY)
    sent = len(namespace.requests())
    demo.put("A", "new")
    assert [entry["verb"] for entry in namespace.requests()[sent:]] == ["get", "patch"]


@pytest.mark.parametrize("manager", ["Kubernetes Java Client", "kubectl-patch", "somebody"])
def test_a_change_of_others_bears_no_name_of_ours(demo: Project, namespace: Namespace, manager: str) -> None:
    """A value that somebody else changed is listed as changed elsewhere, until it is ours again; others as they are."""
    for name in ("A", "B"):
        demo.new_secret(name, CANARY)
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{SECRET}?fieldManager={urllib.parse.quote(manager)}"
    body = {"data": {"A": encoded("theirs")}}
    namespace.cluster.api("PATCH", path, body, "application/merge-patch+json")
    a, b = (secret.metadata for secret in demo.list_secrets())
    assert (a.updated_by, b.updated_by, a.created_by) == (None, "tester", "tester")
    assert a.updated
    assert b.updated
    assert abs((a.updated - b.updated).total_seconds()) < 60
    rows = repr(Table("x", demo.list_secrets())).splitlines()
    assert "changed elsewhere" in rows[1]
    assert "changed elsewhere" not in rows[2]
    demo.edit("B", description="x")
    demo.put("A", "ours again")
    assert [secret.metadata.updated_by for secret in demo.list_secrets()] == ["tester", "tester"]


def test_a_key_of_others_that_we_describe(demo: Project, namespace: Namespace) -> None:
    """Who describes another's key has done the last change of it."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
    demo.edit("A", description="what for")
    assert demo.get_secret("A").metadata.updated_by == "tester"


OWNERS: dict[str, dict[str, Any]] = {
    "ExternalSecret app": {
        "ownerReferences": [
            {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": "app", "uid": "1-2-3"}
        ]
    },
    "externalsecrets.external-secrets.io/app": {},
}


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owner_is_said(demo: Project, namespace: Namespace, owner: str) -> None:
    """What is changed in a Secret that a controller keeps is changed, and that it may be put back is said."""
    manager = urllib.parse.quote(owner if "/" in owner else "controller")
    path = f"/api/v1/namespaces/{namespace.name}/secrets"
    body = {"metadata": {"name": SECRET, **OWNERS[owner]}, "data": {"A": encoded("theirs"), "B": encoded("theirs")}}
    namespace.cluster.api("POST", f"{path}?fieldManager={manager}", body)
    demo.put("A", "ours")
    assert demo.notices == [f"The Secret {SECRET} is kept by {owner}: its owner may put it back."]
    assert namespace.data(SECRET)["A"] == b"ours"
    demo.delete("B")
    assert len(demo.notices) == 1
    if "/" in owner:  # a key of our own is nobody else's
        demo.put("A", "ours again")
        assert demo.notices == []


def test_a_declared_key_is_its_declarers(demo: Project, namespace: Namespace) -> None:
    """What was declared by server-side apply may be declared again, by kubectl too; what kubectl made by hand not."""
    manifest = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {SECRET}}}\nstringData: {{A: theirs}}\n"
    namespace.kubectl("apply", "--server-side", "--field-manager=kubectl-gitops", "-f", "-", stdin=manifest.encode())
    demo.put("B", "ours")
    assert demo.notices == []
    demo.put("A", "ours")
    assert demo.notices == [f"The Secret {SECRET} is kept by kubectl-gitops: its owner may put it back."]


def test_a_core_that_finds_no_secret(platform: Core, demo: Project, namespace: Namespace) -> None:
    """With the last key the Secret goes; what the platform still wanted to write finds nothing to write to."""
    before = platform.get()
    demo.delete("OURS", "CORES")
    with pytest.raises(urllib.error.HTTPError):
        platform.replace(before, CORES="newer")
    assert namespace.secret(SECRET) is None
