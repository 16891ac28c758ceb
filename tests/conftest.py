"""What every test can use."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from . import kernels

pytest_plugins = ["tests.cluster.fixtures", "tests.support.fixtures"]

# Nothing of the user's own settings, cluster or keyring reaches a test, or what a test starts.
for variable in [name for name in os.environ if name.startswith(("DH_SECRETS_", "JUPYTERHUB_", "KUBERNETES_"))]:
    del os.environ[variable]
os.environ["KUBECONFIG"] = os.devnull
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

_KERNELS = ("kernel", "new_kernel", "secrets_kernel", "guarded", "survey", "server", "revealing", "scripted")
_COSTS = {**dict.fromkeys(_KERNELS, 1), "cluster": 2, "browser": 3}
"""Fixtures by what they need."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs nothing comes first, then kernels and servers, the cluster, the browser; modules stay whole."""
    costs: dict[Path, int] = {}
    for item in items:
        used = getattr(item, "fixturenames", ())
        costs[item.path] = max([costs.get(item.path, 0), *(_COSTS.get(name, 0) for name in used)])
    items.sort(key=lambda item: costs[item.path])


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
