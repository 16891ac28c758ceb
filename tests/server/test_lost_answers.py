"""Behind an API server whose answers get lost, every status that the server gives is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider

from ..cluster.server import Namespace
from ..support.fault_proxy import CUT, LOST, Fault, FaultProxy, always, random_faults
from .conftest import kubernetes_environment
from .running import Reply, Server


@pytest.fixture
def server_behind(namespace: Namespace, fault_proxy: FaultProxy, tmp_path: Path) -> Iterator[Server]:
    """A server that reaches its API server through the proxy."""
    environment = kubernetes_environment(namespace, fault_proxy.kubeconfig)
    with Server(tmp_path / "home", environment, {"allow_reveal": True}) as server:
        yield server


@pytest.fixture
def theirs(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The same project, for somebody who needs no proxy."""
    monkeypatch.setenv("KUBECONFIG", str(namespace.kubeconfig))
    provider = KubernetesProvider()
    provider.place("demo")  # finds its cluster while the variable is set
    return Project("demo", provider, user="them")


@dataclass
class Outcome:
    """The steps that were tried, by what was said of each."""

    said: dict[int, list[str]] = field(default_factory=dict)

    def add(self, reply: Reply, step: str) -> None:
        """Notes one."""
        self.said.setdefault(reply.status, []).append(step)


def count_up(server: Server, client: int, steps: int, outcome: Outcome) -> None:
    """Adds so many steps to the value of COUNTER, each of which is acknowledged."""
    tried = 0
    while steps:
        etag = server.secret("GET", "COUNTER").headers.get("ETag")
        before = server.call("GET", "projects/demo/secrets/COUNTER/value")
        if not etag or before.status != 200:
            continue
        tried += 1
        step = f"{client}.{tried}"
        value = f"{before.body['value']} {step}"
        reply = server.secret("PATCH", "COUNTER", {"value": value}, headers={"If-Match": etag})
        outcome.add(reply, step)
        steps -= reply.status == 200


@pytest.mark.parametrize(
    ("clients", "steps"), [(6, 3), pytest.param(50, 1, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
def test_counting_by_if_match(server_behind: Server, fault_proxy: FaultProxy, clients: int, steps: int) -> None:
    """With 30 % of the answers lost: what is said to be done is done once, and what gets 412 is not."""
    assert server_behind.create("COUNTER", "sample-value").status == 201
    fault_proxy.otherwise = random_faults(0.3, seed=11, faults=[LOST])
    outcome = Outcome()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(count_up, server_behind, client, steps, outcome) for client in range(clients)]:
            done.result(800)
    fault_proxy.otherwise = always(Fault())
    chain = server_behind.call("GET", "projects/demo/secrets/COUNTER/value").body["value"].split()[1:]
    print({status: len(tried) for status, tried in outcome.said.items()})
    assert outcome.said.keys() <= {200, 412, 503}
    assert max(Counter(chain).values()) == 1
    assert set(outcome.said[200]) <= set(chain)
    assert not set(outcome.said.get(412, ())) & set(chain)
    assert set(chain) - set(outcome.said[200]) <= set(outcome.said.get(503, ()))
    assert len(outcome.said[200]) == clients * steps


def test_somebody_changes_it_just_then(server_behind: Server, theirs: Project, fault_proxy: FaultProxy) -> None:
    """A lost change with another one after it is 503 and says so: neither 412, nor 404, nor done."""
    theirs.import_values({"A": "sample-value", "OTHER": "sample-value"})
    for method in ("PATCH", "DELETE"):
        for fault in (LOST, CUT):
            etag = server_behind.secret("GET", "A").headers["ETag"]
            description = f"theirs, {method}, {fault.upstream}"

            def act(description: str = description) -> None:
                theirs.put("A", "sample-value", description=description)

            fault_proxy.script("PATCH", Fault(upstream=fault.upstream, share=0, after=act))
            body = {"description": "ours"} if method == "PATCH" else None
            reply = server_behind.secret(method, "A", body, headers={"If-Match": etag})
            assert reply.status == 503
            assert reply.body["reason"] == "ProviderUnavailableError"
            assert "may or may not have been made" in reply.body["message"]
            assert theirs.get_secret("A").metadata.description == description
