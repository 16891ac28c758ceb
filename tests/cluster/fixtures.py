"""The fixtures ``cluster`` and ``namespace``, for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .build import binaries
from .server import Cluster, Namespace


def pytest_collection_finish(session: pytest.Session) -> None:
    """Builds the programs before the first test: a first build takes longer than a test may."""
    used = any("cluster" in getattr(item, "fixturenames", ()) for item in session.items)
    if used and not session.config.option.collectonly:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        binaries(reporter.write_line if reporter else print)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One real API server for the whole run."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def namespace(cluster: Cluster) -> Namespace:
    """A fresh namespace with a kubeconfig for it."""
    return cluster.namespace()
