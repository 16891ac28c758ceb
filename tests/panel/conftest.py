"""A built front end, and a view of a panel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..support.kernels import Kernel
from ..ui.lab import build_front_end
from .view import View, shown


@pytest.fixture(scope="package", autouse=True)
def front_end() -> None:
    """The panel's state holds its front end."""
    build_front_end()


@pytest.fixture
def view(kernel: Kernel) -> Iterator[View]:
    yield shown(kernel)
    kernel.ok("panel.close()")
