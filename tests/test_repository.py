"""What pyproject.toml says of the package is so, and what one file says of another, too."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from .support.sources import parsed

ROOT = Path(__file__).parent.parent
UNDECLARED = {"ipykernel", "pytest"}
"""Imported where they are already: in a kernel, and in a test run of a provider's."""
TESTED_BY = {
    "cli/front.py": "cli/test_cli.py",
    "cli/handlers.py": "cli/test_cli.py",
    "cli/run/posix.py": "cli/run/test_terminal.py",
    "cli/run/screen.py": "cli/run/test_terminal.py",
    "cli/run/signals.py": "cli/run/test_pipes.py",
    "cli/run/spawn.py": "cli/run/test_as_bare.py",
    "cli/run/windows.py": "cli/run/test_pipes.py",
    "commands/front.py": "transcripts/test_transcripts.py",
    "commands/show.py": "magics/test_show.py",
    "grammar/command.py": "grammar/test_table.py",
    "grammar/options.py": "grammar/test_table.py",
    "guard/engine/blocks.py": "guard/engine/test_large_values.py",
    "guard/engine/boundaries.py": "guard/engine/test_policy.py",
    "guard/engine/encodings.py": "guard/engine/test_occurrences.py",
    "guard/engine/owners.py": "guard/engine/test_masker.py",
    "guard/engine/parts/connections.py": "guard/engine/test_parts.py",
    "guard/engine/parts/flow.py": "guard/engine/test_parts.py",
    "guard/engine/parts/found.py": "guard/engine/test_parts.py",
    "guard/engine/parts/keys.py": "guard/engine/test_parts.py",
    "guard/engine/parts/lines.py": "guard/engine/test_parts.py",
    "guard/engine/parts/markup.py": "guard/engine/test_parts.py",
    "guard/engine/search.py": "guard/engine/test_masker.py",
    "guard/engine/shared_hosts.py": "guard/engine/test_anchors.py",
    "guard/engine/tails.py": "guard/engine/test_decoded_values.py",
    "guard/hooks/message_masker.py": "guard/hooks/test_kernel.py",
    "guard/hooks/shell.py": "magics/test_loading.py",
    "panel/fallback.py": "panel/test_view_watches.py",
    "providers/digitalhub/client.py": "providers/digitalhub/test_deadline.py",
    "providers/digitalhub/permissions.py": "providers/digitalhub/test_which_project.py",
    "providers/digitalhub/steps.py": "providers/digitalhub/test_lost_answers.py",
    "providers/kubernetes/coexistence.py": "providers/kubernetes/test_platform.py",
    "providers/kubernetes/exec_login.py": "providers/kubernetes/test_logins.py",
    "providers/registration/asking.py": "providers/registration/test_registering.py",
    "providers/registration/register.py": "providers/registration/test_registering.py",
    "proxy/answer.py": "proxy/test_exchange.py",
    "proxy/child.py": "proxy/test_laptop.py",
    "proxy/client_hello.py": "proxy/test_server.py",
    "proxy/control.py": "proxy/test_kernels.py",
    "proxy/door.py": "proxy/test_server.py",
    "proxy/grants.py": "proxy/test_kernels.py",
    "proxy/in_cluster.py": "proxy/test_kernels.py",
    "proxy/put_in.py": "proxy/test_exchange.py",
    "proxy/refusal.py": "proxy/test_server.py",
    "server/contents.py": "server/test_saves.py",
    "server/extension.py": "server/test_access.py",
    "server/handler.py": "server/test_routes.py",
    "server/held_values.py": "server/test_saves.py",
    "server/scrubbing.py": "server/test_saves.py",
    "testing/racing.py": "providers/local/test_contract.py",
    "testing/samples.py": "providers/local/test_contract.py",
    "testing/storing.py": "providers/local/test_contract.py",
    "testing/watching.py": "providers/local/test_contract.py",
}
"""Modules without a test module of their own, each with the one that goes through it."""


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    """The table ``project`` of pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """The paths of all files that git has."""
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def imported() -> Iterator[str]:
    """Yields the packages that the package imports, now or when it needs them."""
    for path in (ROOT / "dh_secrets_jupyter").rglob("*.py"):
        for statement in ast.walk(parsed(path)):
            if isinstance(statement, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom) and not statement.level:
                yield str(statement.module).partition(".")[0]


def normal(name: str) -> str:
    """Returns a distribution's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.slow
def test_what_is_imported_is_declared(pyproject: dict[str, Any]) -> None:
    """Nothing is used that only comes along with something else."""
    declared = {normal(re.split(r"[<>=;!\[ ]", text)[0]) for text in pyproject["dependencies"]}
    distributions = packages_distributions()
    ours = set(imported()) - sys.stdlib_module_names - UNDECLARED - {"dh_secrets_jupyter"}
    assert {name for name in ours if declared.isdisjoint(map(normal, distributions[name]))} == set()


def test_it_is_installed_beside_the_platforms_sdk(pyproject: dict[str, Any]) -> None:
    """A bound that pip needs to find an end: the AWS client that the SDK asks for has the same one."""
    assert "python-dateutil<3" in pyproject["dependencies"]


def test_it_names_no_address(pyproject: dict[str, Any]) -> None:
    """The project has none yet, of people or of pages."""
    assert "urls" not in pyproject
    assert pyproject["authors"] == [{"name": "The DH Secrets for Jupyter developers"}]


def test_every_page_that_is_named_is_there(tracked: list[str]) -> None:
    """What the sources and pages call ``NAME.md`` is a page of this repository."""
    pages = {path for path in tracked if path.endswith(".md")}
    named = {
        (path, name)
        for path in tracked
        if path.endswith((".md", ".py", ".ts", ".tsx", ".toml", ".yaml", ".yml", ".ipynb")) or path == "Makefile"
        for name in re.findall(r"(?:\.\./)*([\w/.-]*\w\.md)\b", (ROOT / path).read_text())
    }
    missing = {(path, name) for path, name in named if not any(f"/{page}".endswith(f"/{name}") for page in pages)}
    assert {(path, name) for path, name in missing if not path.startswith("tests/")} == set()


def test_every_module_that_a_docstring_names_is_there() -> None:
    """``:mod:`.name``` is a module of the same room, or of one around it."""
    package = ROOT / "dh_secrets_jupyter"
    missing = [
        (str(path.relative_to(package)), name)
        for path in package.rglob("*.py")
        for name in re.findall(r":mod:`\.+([\w.]+)`", path.read_text())
        if not any(
            (room / name.replace(".", "/")).with_suffix(end).exists()
            for room in path.parents
            if room.is_relative_to(package)
            for end in ("", ".py")
        )
    ]
    assert missing == []


def test_nothing_is_tracked_that_a_tool_has_made(tracked: list[str]) -> None:
    """Caches, builds and databases stay out."""
    made = re.compile(
        r"(^|/)(\.\w+_cache|\.schemathesis|\.hypothesis|\.ipynb_checkpoints|__pycache__|build|dist|lib)/|\.db$|\.orig$"
    )
    assert [path for path in tracked if made.search(path)] == []


@pytest.mark.slow
def test_every_test_states_a_fact(tracked: list[str]) -> None:
    """Each has a docstring."""
    silent = [
        f"{path}::{test.name}"
        for path in tracked
        if path.startswith("tests/") and path.endswith(".py")
        for test in ast.walk(parsed(ROOT / path))
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_") and not ast.get_docstring(test)
    ]
    assert silent == []


def test_each_module_has_its_tests() -> None:
    """Those of ``room/name.py`` are in ``tests/room/test_name.py``, or import it, or it is said where they are."""
    package, tests = ROOT / "dh_secrets_jupyter", ROOT / "tests"
    imports: set[str] = set()
    for test in tests.rglob("test_*.py"):
        for statement in ast.walk(parsed(test)):
            if isinstance(statement, ast.ImportFrom) and not statement.level:
                names = {f"{statement.module}.{alias.name}" for alias in statement.names}
                imports |= {str(statement.module), *names}
    alone = []
    for path in (path.relative_to(package) for path in package.rglob("*.py") if not path.name.startswith("__")):
        mirror = tests / path.with_name(f"test_{path.name.removeprefix('_')}")
        name = ".".join(("dh_secrets_jupyter", *path.with_suffix("").parts))
        if not mirror.exists() and name not in imports:
            alone.append(path.as_posix())
    assert set(alone) - TESTED_BY.keys() == set()
    assert TESTED_BY.keys() - set(alone) == set(), "these have tests of their own by now"
    assert [test for test in TESTED_BY.values() if not (tests / test).exists()] == []
