"""What goes over the wire: how many requests, for whom, and how long it takes. The API server's audit log counts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from dh_secrets_jupyter.backoff import Deadline
from dh_secrets_jupyter.errors import SecretExistsError, SecretNotFoundError, TooLargeError
from dh_secrets_jupyter.models import MAX_TOTAL
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Put, Record
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from tests.cluster.server import Namespace

from .conftest import CANARY, SECRET, shown

CALLS: dict[str, tuple[Callable[[Project], object], list[str]]] = {
    "read_all": (lambda project: project.read_all(), ["get"]),
    "read_values": (lambda project: project.read_values("A", "B"), ["get"]),
    "list_secrets": (lambda project: project.list_secrets(), ["get"]),
    "new_secret": (lambda project: project.new_secret("C", CANARY), ["get", "patch"]),
    "put": (lambda project: project.put("A", CANARY), ["get", "patch"]),
    "edit": (lambda project: project.edit("A", description="x"), ["get", "patch"]),
    "import_values": (lambda project: project.import_values({"C": CANARY, "D": CANARY}), ["get", "patch"]),
    "delete one": (lambda project: project.delete("A"), ["get", "patch"]),
    "delete all": (lambda project: project.delete("A", "B"), ["get", "delete"]),
}


@pytest.mark.parametrize("call", CALLS)
def test_requests_of_a_call(demo: Project, namespace: Namespace, call: str) -> None:
    """Reading, however much, is one request; writing, however much, is two."""
    demo.import_values({"A": CANARY, "B": CANARY})
    before = len(namespace.requests())
    what, verbs = CALLS[call]
    what(demo)
    assert [entry["verb"] for entry in namespace.requests()[before:]] == verbs


def test_a_creation_is_two_requests(demo: Project, namespace: Namespace) -> None:
    """The first secret of a project, too."""
    demo.new_secret("A", CANARY)
    assert [entry["verb"] for entry in namespace.requests()] == ["get", "create"]


def test_a_kernels_first_command_is_one_request(namespace: Namespace) -> None:
    """A fresh process reads all secrets with one request: no discovery, no check that anything exists."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1", "--from-literal=B=2")
    log = namespace.cluster.folder / "audit.log"
    namespace.requests()  # all that was asked before is in the log
    before = log.stat().st_size
    script = """
import dh_secrets_jupyter as dhcore
print(len(dhcore.get_or_create_project("demo", provider="kubernetes").read_all()))
"""
    environment = {"KUBECONFIG": str(namespace.kubeconfig), "HOME": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=True
    )
    assert done.stdout == "2\n"
    namespace.requests()
    with log.open() as entries:
        entries.seek(before)
        asked = [json.loads(line) for line in entries]
    ours = [
        entry
        for entry in asked
        # A watch of an earlier test may end just now.
        if entry.get("userAgent") == "dh-secrets-jupyter"
        and entry["objectRef"].get("namespace", namespace.name) == namespace.name
    ]
    assert [(entry["verb"], entry["objectRef"]["name"]) for entry in ours] == [("get", SECRET)]


def test_what_is_refused_sends_nothing(demo: Project, namespace: Namespace) -> None:
    """A name that is taken or missing, and a project over 1 MiB, cost a look and no attempt."""
    demo.put("A", CANARY)
    before = len(namespace.requests())
    with pytest.raises(SecretExistsError):
        demo.new_secret("A", CANARY)
    with pytest.raises(SecretNotFoundError):
        demo.edit("B", value=CANARY)
    with pytest.raises(TooLargeError) as caught:
        demo.put("B", CANARY.encode() + bytes(MAX_TOTAL - len(CANARY)))
    assert CANARY not in shown(caught.value)
    assert [entry["verb"] for entry in namespace.requests()[before:]] == ["get"] * 3


def test_what_is_there_already_is_not_written(provider: KubernetesProvider, namespace: Namespace) -> None:
    """A plan whose outcome is there already is one look."""
    project = Project("demo", provider, user="tester")
    project.put("A", CANARY)
    before = len(namespace.requests())
    records = provider.read("demo")
    provider.write("demo", lambda seen: [Put("A", records["A"].value, records["A"].metadata)])
    assert [entry["verb"] for entry in namespace.requests()[before:]] == ["get", "get"]


def test_fifty_keys_are_read_in_the_time_of_a_bare_get(demo: Project, provider: KubernetesProvider) -> None:
    """Reading 50 secrets is one GET of their object, and costs little beyond it: side by side, with room for noise."""
    demo.import_values({f"KEY_{number}": f"{CANARY} {number}" for number in range(50)})
    connection = provider._client._connect(Deadline(30))
    url, headers = connection.url + provider._path("demo"), connection.headers({})

    def bare() -> None:
        assert connection.pool.request("GET", url, headers=headers).status == 200

    def ours() -> dict[str, Record]:
        return dict(provider.read("demo"))

    def seconds(call: Callable[[], object]) -> float:
        began = time.perf_counter()
        call()
        return time.perf_counter() - began

    pairs = [(seconds(bare), seconds(ours)) for _ in range(40)]
    ratio = min(pair[1] for pair in pairs) / min(pair[0] for pair in pairs)
    print(f"50 keys, in bare GETs: {ratio:.1f}")
    assert ratio <= 10  # 1.5 on a machine with nothing else to do
