"""Real servers: one for each provider, for the whole run. Tests use projects of their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..cluster.server import Cluster, Namespace
from .running import Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def local_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The embedded store, in a file of its own."""
    path = tmp_path_factory.mktemp("store") / "secrets.db"
    return {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(path)}


@pytest.fixture(scope="session")
def server_namespace(cluster: Cluster) -> Namespace:
    """The namespace that the server on the cluster works in."""
    return cluster.namespace()


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, local_environment: dict[str, str]) -> Iterator[Server]:
    """A server on the embedded store."""
    with Server(tmp_path_factory.mktemp("local-server"), local_environment) as server:
        yield server


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory, server_namespace: Namespace) -> Iterator[Server]:
    """A server on the real API server."""
    with Server(tmp_path_factory.mktemp("kubernetes-server"), kubernetes_environment(server_namespace)) as server:
        yield server


@pytest.fixture(scope="session")
def revealing_local(tmp_path_factory: pytest.TempPathFactory, local_environment: dict[str, str]) -> Iterator[Server]:
    """Another server on the same embedded store, which may send values."""
    with Server(tmp_path_factory.mktemp("revealing-local"), local_environment, {"allow_reveal": True}) as server:
        yield server


@pytest.fixture(scope="session")
def revealing_kubernetes(tmp_path_factory: pytest.TempPathFactory, server_namespace: Namespace) -> Iterator[Server]:
    """Another server on the same namespace, which may send values."""
    environment = kubernetes_environment(server_namespace)
    with Server(tmp_path_factory.mktemp("revealing-kubernetes"), environment, {"allow_reveal": True}) as server:
        yield server


def kubernetes_environment(namespace: Namespace, kubeconfig: Path | None = None) -> dict[str, str]:
    """Returns what sends a server to a namespace."""
    return {"DH_SECRETS_PROVIDER": "kubernetes", "KUBECONFIG": str(kubeconfig or namespace.kubeconfig)}


@pytest.fixture(params=["local", pytest.param("kubernetes", marks=pytest.mark.cluster)])
def server(request: pytest.FixtureRequest) -> Server:
    """Each provider's server in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def revealing(request: pytest.FixtureRequest) -> Server:
    """The server beside ``server``, on the same store, which may send values."""
    found: Server = request.getfixturevalue(f"revealing_{request.node.callspec.params['server']}")
    return found


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return f"project-{next(_numbers)}"
