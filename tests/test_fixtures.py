"""The fixtures of all tests: one name, one meaning."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from .support.sources import parsed

ROOT = Path(__file__).parent.parent
PLACES = ("tests", "dh_secrets_jupyter/testing")
FAMILIES = {"provider"}
"""Names whose fixtures give different kinds of one thing."""


def test_a_fixtures_name_has_one_meaning() -> None:
    """What a folder calls ``project`` is what any other calls so: all fixtures of a name give the same type."""
    kinds: dict[str, set[str]] = defaultdict(set)
    paths = [path for place in PLACES for path in (ROOT / place).rglob("*.py")]
    for path in (path for path in paths if "fixture" in path.read_text(encoding="utf-8")):
        for function in ast.walk(parsed(path)):
            if isinstance(function, ast.FunctionDef) and any(
                "fixture" in ast.unparse(d) for d in function.decorator_list
            ):
                kinds[function.name].add(ast.unparse(function.returns) if function.returns else "")
    assert {name: kind for name, kind in kinds.items() if len(kind) > 1 and name not in FAMILIES} == {}
