"""The fixture ``fault_proxy``, for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..cluster.server import Namespace
from .fault_proxy import FaultProxy


@pytest.fixture
def fault_proxy(namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultProxy]:
    """A proxy before the test's namespace, which passes all until it is told otherwise."""
    with FaultProxy(namespace.kubeconfig, tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy
