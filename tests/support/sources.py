"""The sources of this repository, parsed once for all tests that read them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def parsed(path: Path) -> ast.Module:
    """Returns a module's syntax tree, which nobody changes."""
    return ast.parse(path.read_text(encoding="utf-8"))
