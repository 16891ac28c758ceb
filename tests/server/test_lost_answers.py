"""Each change is one event, with its user, though its answer is lost or it is refused, and so is what others do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from ..cluster.server import Cluster, Namespace
from ..support.fault_proxy import CUT, LOST, PASS, Fault, FaultProxy, Request, answer
from .conftest import kubernetes_environment
from .running import Server
from .test_events import QUIET, of, watched


@dataclass
class Behind:
    """A server whose API server is behind a proxy; of the projects in ``away`` nobody can look what is there."""

    server: Server
    proxy: FaultProxy
    namespace: Namespace
    away: set[str]

    def prepare(self, project: str, names: Sequence[str], *, shown: bool) -> None:
        """Makes a project's Secret as kubectl does; somebody shows it, or nobody does."""
        literals = [f"--from-literal={name}=made-up-{name}" for name in names]
        self.namespace.kubectl("create", "secret", "generic", f"proj-secrets-{project}", *literals)
        if shown:
            watched(self.server, project)

    def lose(self, project: str, verb: str, fault: Fault) -> None:
        """Loses the next change of a project by that verb, or its answer; from then on nobody can look."""
        self.proxy.script(verb, replace(fault, before=lambda: self.away.add(project)), path=f"proj-secrets-{project}")

    def choose(self, request: Request) -> Fault:
        """What happens to all other requests."""
        hidden = any(request.path.endswith(f"/proj-secrets-{project}") for project in self.away)
        return CUT if request.method == "GET" and hidden else PASS

    def delete(self, project: str, name: str) -> None:
        """Deletes a secret as somebody else."""
        patch = json.dumps({"data": {name: None}})
        self.namespace.kubectl("patch", "secret", f"proj-secrets-{project}", "-p", patch)


@pytest.fixture(scope="module")
def behind(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    namespace = cluster.namespace()
    with FaultProxy(namespace.kubeconfig, tmp_path_factory.mktemp("proxy")) as proxy:
        environment = kubernetes_environment(namespace, proxy.kubeconfig)
        with Server(tmp_path_factory.mktemp("behind"), environment) as server:
            behind = Behind(server, proxy, namespace, set())
            proxy.otherwise = behind.choose
            yield behind


@dataclass(frozen=True)
class Case:
    """What a client asks about A, by which verb it is done, and which secrets there are."""

    method: str
    verb: str
    action: str
    names: tuple[str, ...] = ("A", "B")

    def ask(self, server: Server, project: str) -> int:
        if self.method == "POST":
            return server.create("A", "made-up-3", project=project).status
        return server.secret(self.method, "A", {"value": "made-up-4"}, project=project).status


CASES = {
    "change": Case("PATCH", "PATCH", "updated"),
    "deletion": Case("DELETE", "PATCH", "deleted"),
    "last": Case("DELETE", "DELETE", "deleted", ("A",)),
    "creation": Case("POST", "PATCH", "created", ("B",)),
}


@pytest.mark.parametrize("shown", [True, False], ids=["shown", "unseen"])
def test_a_change_whose_answer_was_lost_is_told(behind: Behind, shown: bool) -> None:
    """A 503 that was done is one event, with its user; one that was not done is none. What somebody else does to the
    same secret right after it is found out is one event without a user."""
    cases = {
        f"{kind}-{name}-{'shown' if shown else 'unseen'}": (case, fault)
        for kind, case in CASES.items()
        for name, fault in (("lost", LOST), ("cut", CUT))
    }
    for project, (case, fault) in cases.items():
        behind.prepare(project, case.names, shown=shown)
        behind.lose(project, case.verb, fault)
    with ThreadPoolExecutor(len(cases)) as pool:
        statuses = list(pool.map(lambda project: cases[project][0].ask(behind.server, project), cases))
    assert set(statuses) <= {503, 504}
    behind.away.clear()
    for project in cases:
        watched(behind.server, project)
    time.sleep(QUIET)
    expected: dict[str, list[tuple[str | None, str, str]]] = {
        project: [("writer", "A", case.action)] if fault is LOST else [] for project, (case, fault) in cases.items()
    }
    assert {project: of(behind.server, project) for project in cases} == expected

    others = [project for project, (case, fault) in cases.items() if fault is CUT and "A" in case.names]
    for project in others:
        behind.delete(project, "A")
        expected[project].append((None, "A", "deleted"))
    behind.server.until(lambda: all(len(of(behind.server, p)) == len(expected[p]) for p in others), "others' deletions")
    assert {project: of(behind.server, project) for project in cases} == expected


def test_what_another_deletes_after_ours_was_refused_is_told(behind: Behind) -> None:
    """A deletion that is answered 412, or that an admission rule forbids, is none; another's right after it is one."""
    behind.prepare("refused", ["A", "B"], shown=True)
    reply = behind.server.secret("DELETE", "A", project="refused", headers={"If-Match": '"other"'})
    assert reply.status == 412
    behind.delete("refused", "A")
    behind.server.until(lambda: of(behind.server, "refused") == [(None, "A", "deleted")], "the other's deletion")
    behind.proxy.script("PATCH", answer(403, message="not today"), path="proj-secrets-refused")
    behind.proxy.script("DELETE", answer(403, message="not today"), path="proj-secrets-refused")
    assert behind.server.secret("DELETE", "B", project="refused").status == 403
    behind.delete("refused", "B")
    behind.server.until(lambda: len(of(behind.server, "refused")) == 2, "the other's second deletion")
    assert of(behind.server, "refused") == [(None, "A", "deleted"), (None, "B", "deleted")]


def test_on_the_embedded_store_too(local: Server, revealing_local: Server, project: str) -> None:
    """Ours deletes and creates between two looks; what another process deletes then is one event without a user."""
    watched(local, project)
    local.create("A", "x", project=project)
    for _ in range(5):
        assert local.secret("DELETE", "A", project=project).status == 204
        assert local.create("A", "y", project=project).status == 201
    assert revealing_local.secret("DELETE", "A", project=project).status == 204
    local.until(lambda: of(local, project)[-1][0] is None, "the other's deletion")
    time.sleep(QUIET)
    ours = [("writer", "A", "created"), *[("writer", "A", "deleted"), ("writer", "A", "created")] * 5]
    assert of(local, project) == [*ours, (None, "A", "deleted")]
