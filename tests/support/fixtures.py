"""The fixtures ``kernel``, ``new_kernel`` and ``fault_proxy``, for every test."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..cluster.server import Namespace
from . import kernels
from .fault_proxy import FaultProxy


@pytest.fixture
def new_kernel(tmp_path: Path) -> Iterator[Callable[..., kernels.Kernel]]:
    """Starts kernels for one test: ``new_kernel(home=…, env={…}, arguments=[…])``; without ``home`` they share one."""
    with contextlib.ExitStack() as stack:

        def new(home: Path = tmp_path / "home", **options: Any) -> kernels.Kernel:
            return stack.enter_context(kernels.start(home, **options))

        yield new


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kernels.Kernel]:
    """One kernel for all tests of a module, without the extension; tests leave nothing in it that others would meet."""
    with kernels.start(tmp_path_factory.mktemp("kernel")) as started:
        yield started


@pytest.fixture
def fault_proxy(namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultProxy]:
    """A proxy before the test's namespace, which passes all until it is told otherwise."""
    with FaultProxy(namespace.kubeconfig, tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy
