"""A kernel with the extension, one a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..support import kernels

INVENTED = b"invented"
"""Part of every value in these tests; no cell is typed with it."""


@pytest.fixture(scope="module")
def secrets_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kernels.Kernel]:
    """One kernel with the extension. At its end, no value may be in anything that it sent, logged or kept."""
    with kernels.start(tmp_path_factory.mktemp("magics")) as kernel:
        kernel.ok("%load_ext dh_secrets_jupyter")
        yield kernel
        sent, kept, log = kernel.raw, kernel.history, kernel.stop()
        assert INVENTED not in sent
        assert INVENTED not in kept
        assert INVENTED not in log


@pytest.fixture
def project_kernel(request: pytest.FixtureRequest, secrets_kernel: kernels.Kernel) -> Iterator[kernels.Kernel]:
    """The module's kernel in a project of the test's own, with ``API_KEY`` and ``db-pass`` in it."""
    name = f"t{abs(hash(request.node.name)) % 10**9}"
    secrets_kernel.ok(f"%secret project {name}")
    secrets_kernel.ok("%secret set API_KEY", answers=["invented-api-key"])
    secrets_kernel.ok("%secret set db-pass", answers=["invented password"])
    yield secrets_kernel
    secrets_kernel.run("%secret delete API_KEY db-pass --yes")
    secrets_kernel.ok("%secret forget")
