"""What every test can use."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

pytest_plugins = [
    "tests.cluster.fixtures",
    "tests.core.fixtures",
    "tests.proxy.fixtures",
    "tests.support.fixtures",
    "tests.support.unit_tests",
]

# A run makes many objects that stay until its end: the garbage collector need not look for them so often.
gc.set_threshold(50_000)

# Nothing of the user's own settings, cluster or keyring reaches a test, or what a test starts.
for variable in [name for name in os.environ if name.startswith(("DH_", "DHCORE_", "JUPYTERHUB_", "KUBERNETES_"))]:
    del os.environ[variable]
os.environ["KUBECONFIG"] = os.devnull
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# Servers, and what reads notebooks, are spared a package that takes three seconds to import.
os.environ["PYTHONPATH"] = str(Path(__file__).parent / "support" / "lean")
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as if it were not installed

# Shells have what they start in the background ignore the keys that end it, and all that it starts in turn.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32":
        for key in (signal.SIGQUIT, signal.SIGTSTP):
            signal.signal(key, signal.SIG_DFL)

_NEEDS: dict[str, set[str]] = {
    "slow": set(),
    "kernel": {"kernel", "new_kernel", "secrets_kernel", "guarded", "survey"},
    "server": {"server", "local", "revealing_local", "scripted"},
    "cluster": {"cluster"},
    "browser": {"browser"},
}
"""Markers, the cheapest first, each with the fixtures that bring what it names."""
_BROWSERS = {
    "in a cell": ("widget", "platform", "every_way", "every_notebook", "need"),
    "in the side bar": ("appearance", "gateway", "in_kernel", "live"),
}
"""Modules of ``tests/ui`` that share a browser and its servers; those not named here share a third."""


def pytest_configure(config: pytest.Config) -> None:
    """Has each run try the same examples, and the long runs look for others.

    A machine that has other things to do is no fault of a test's.
    """
    hypothesis.settings.register_profile(
        "patient",
        deadline=None,
        derandomize="soak" not in config.option.markexpr,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        parent=hypothesis.settings.default,
    )
    hypothesis.settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test by the dearest part it needs, ``unit`` where it needs none, and runs the cheap ones first.

    Modules stay whole. A test that starts its parts without a fixture bears the marker itself. Long runs have to be
    asked for, and Windows has none of what tests marked ``posix`` are about. Between real processes something comes in
    an unforeseen order now and then, as a click while JupyterLab moves what is clicked: what fails there is tried once
    more, and pytest's summary shows why.
    Where several processes share the work, the dear ones come first, and of modules that need the same the long ones:
    at the end there are short ones left for all.
    """
    if "soak" not in config.option.markexpr:
        _leave_out("soak", config, items)
    if sys.platform == "win32":
        _leave_out("posix", config, items)
    costs: dict[Path, int] = {}
    sizes = Counter(item.path for item in items)
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        marks = {mark.name for mark in item.iter_markers()}
        if "soak" in marks:  # a long run may start anything
            marks.add("slow")
        needed = [index for index, (name, fixtures) in enumerate(_NEEDS.items(), 1) if fixtures & used or name in marks]
        cost = max(needed, default=0)
        item.add_marker(("unit", *_NEEDS)[cost])
        if cost:
            item.add_marker(pytest.mark.flaky(reruns=1))
        costs[item.path] = max(costs.get(item.path, 0), cost)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (-costs[item.path], -sizes[item.path], str(item.path)))
    else:
        items.sort(key=lambda item: costs[item.path])


def pytest_collection_finish() -> None:
    """Spares the garbage collector what lives until the end: it would look through all modules and tests each time."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows what was tried once more, and why: the plugin that does it tells their number alone."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"tried once more: {report.nodeid}")
        terminalreporter.line(report.longreprtext)


def _leave_out(marker: str, config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker(marker)])
    items[:] = [item for item in items if not item.get_closest_marker(marker)]


class _Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # which is Any
    """Gives each process whole modules, and those that share a browser to one."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if not module.startswith("tests/ui/"):
            return module
        name = Path(module).stem.removeprefix("test_")
        return next((browser for browser, names in _BROWSERS.items() if name in names), "tests/ui")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduler:
    """See pytest-xdist."""
    return _Scheduler(config, log)
