"""Holds the marker ``unit`` to its word: its tests start no kernel, server, cluster or browser, and no interpreter."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import PurePath
from typing import Any

import pytest

DEAR = {
    *("ipykernel_launcher", "ipykernel", "IPython", "ipython", "papermill", "nbclient"),
    *("jupyter", "jupyter-lab", "jupyter-server", "jupyter_server", "jupyterlab"),
    *("etcd", "kube-apiserver", "chrome", "chromium", "headless_shell"),
    *(PurePath(sys.executable).name, "pip", "node", "npm"),
}
"""Programs, and modules that Python runs as programs, that no unit test starts."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watches what a unit test starts, and the fixtures of any scope that are set up for it."""
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("unit"):
            patch.setattr(subprocess.Popen, "__init__", _refusing(subprocess.Popen.__init__))
        return (yield)


def _refusing(start: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(start)
    def start_what_is_cheap(self: object, args: Any, *rest: Any, **options: Any) -> None:
        words = [args] if isinstance(args, str | bytes | os.PathLike) else args
        dear = DEAR & {PurePath(os.fsdecode(word)).name for word in words}
        assert not dear, f"a test marked unit starts {', '.join(dear)}: mark it by what it needs"
        start(self, args, *rest, **options)

    return start_what_is_cheap
