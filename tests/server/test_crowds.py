"""Many projects, many panels on one project, and many large values cost what they must, and no more."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dh_secrets_jupyter.server.single_flight import CROWD_INTERVAL

from ..cluster.server import Cluster, Namespace
from ..support.waiting import wait_until
from .conftest import kubernetes_environment
from .running import Server
from .test_events import list_project, of

MANY = 70
"""Projects in view: more than a server ever watched before."""
PANELS = 100


def test_many_projects_are_all_live(cluster: Cluster, tmp_path: Path) -> None:
    """Each is watched, none at the cost of another: once all are, nothing is asked, and each change is told."""
    namespace, projects = cluster.namespace(), [f"many-{number}" for number in range(MANY)]
    with Server(tmp_path / "home", kubernetes_environment(namespace)) as server, ThreadPoolExecutor(8) as pool:
        wait_until(lambda: set(pool.map(lambda p: list_project(server, p), projects)) == {"true"}, "all live")
        asked = len(namespace.requests())
        time.sleep(2)  # in which a watch that goes to sleep would ask
        assert set(pool.map(lambda p: list_project(server, p), projects)) == {"true"}
        listed = Counter(entry["verb"] for entry in namespace.requests()[asked:])
        assert listed["watch"] == 0
        assert listed["get"] <= MANY
        path = f"/api/v1/namespaces/{namespace.name}/secrets"
        for project in projects:
            cluster.api("POST", path, {"metadata": {"name": f"proj-secrets-{project}"}, "data": {"A": "MQ=="}})
        expected = [(None, "A", "created")]
        wait_until(lambda: all(of(server, project) == expected for project in projects), "all changes")


def test_many_panels_cost_a_handful_of_reads(
    kubernetes: Server, server_namespace: Namespace, cluster: Cluster, project: str
) -> None:
    """A hundred that open one project, hear of a change and list it again see it, with a few reads together."""
    secret, began = f"proj-secrets-{project}", time.monotonic()

    def reads() -> int:
        found = server_namespace.requests()
        return sum(entry["verb"] == "get" and entry["objectRef"].get("name") == secret for entry in found)

    with ThreadPoolExecutor(PANELS) as pool:

        def listed() -> set[int]:
            path = f"projects/{project}/secrets"
            return {
                len(reply.body["secrets"]) for reply in pool.map(kubernetes.call, ["GET"] * PANELS, [path] * PANELS)
            }

        assert listed() == {0}
        wait_until(lambda: list_project(kubernetes, project) == "true", "it is watched")
        path = f"/api/v1/namespaces/{server_namespace.name}/secrets"
        cluster.api("POST", path, {"metadata": {"name": secret}, "data": {"A": "MQ=="}})
        wait_until(lambda: of(kubernetes, project) == [(None, "A", "created")], "the change")
        assert listed() == {1}
        assert listed() == {1}
        kubernetes.create("B", "x", project=project)
        assert listed() == {2}, "a change of our own is there at once"
    assert reads() <= 25 + (time.monotonic() - began) / CROWD_INTERVAL


@pytest.mark.parametrize("provider", ["local", "kubernetes"])
def test_memory_comes_down_again(cluster: Cluster, tmp_path: Path, provider: str) -> None:
    """After forty values of a megabyte, twenty at a time, most of what they took goes back to the system."""
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db")}
    if provider == "kubernetes":
        environment = kubernetes_environment(cluster.namespace())
    with Server(tmp_path / "home", environment) as server, ThreadPoolExecutor(20) as pool:

        def megabytes(what: str = "VmRSS") -> int:
            assert server._process
            status = Path(f"/proc/{server._process.pid}/status").read_text()
            return int(status.partition(f"{what}:")[2].split()[0]) // 1024

        server.create("A", "x")
        before = megabytes()
        projects = [f"large-{number}" for number in range(40)]

        def create(project: str) -> None:  # again, where others kept the store locked for long
            wait_until(lambda: server.create("A", "v" * 1_000_000, project=project).status == 201)

        list(pool.map(create, projects))
        list(pool.map(lambda p: list_project(server, p), projects))
        peak = megabytes("VmHWM") - before
        wait_until(lambda: megabytes() - before < 120, "memory goes back")
        print(f"{peak} MiB more at the peak, {megabytes() - before} afterwards")
