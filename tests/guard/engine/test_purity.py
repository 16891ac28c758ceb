"""The engine stands alone: a scanner or a proxy takes it without anything of Jupyter, or of this package."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from dh_secrets_jupyter.guard import engine

ROOM = Path(engine.__file__).parent
MODULES = sorted(ROOM.rglob("*.py"))


def _imported(path: Path) -> Iterator[str]:
    """Yields what a module imports, wherever in it: the top's name, or ``above`` for what is outside of the engine."""
    depth = len(path.relative_to(ROOM).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.level == 0 or node.level > depth):
            yield (node.module or "").partition(".")[0] if node.level == 0 else "above"


def test_it_imports_the_standard_library_and_the_automaton_alone() -> None:
    """No module of the engine imports anything else."""
    found = {name for path in MODULES for name in _imported(path)}
    assert found - sys.stdlib_module_names == {"ahocorasick_rs"}


def test_it_has_no_clock_no_thread_and_no_file_of_its_own() -> None:
    """The same bytes always give the same result."""
    found = {name for path in MODULES for name in _imported(path)}
    assert found & {"time", "asyncio", "socket", "subprocess", "logging", "pathlib", "io", "importlib"} == set()


def test_its_face_is_small_and_all_of_it_is_there() -> None:
    """It exports at most 16 names, and each exists."""
    assert len(engine.__all__) <= 16
    assert all(hasattr(engine, name) for name in engine.__all__)
