"""Reads from the source of cells which projects they work with: line by line, for somebody who cannot wait."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..models import is_project

_NAMED = re.compile(
    r"""
    ^[ \t]* (?:\w+[ \t]*=[ \t]*)? %secret [ \t]+ project [ \t]+ ["']? (?P<magic> [a-z0-9-]+)
    | \b get_or_create_project \( \s* (?:name[ \t]*=[ \t]*)? ["'] (?P<call> [a-z0-9-]+) ["']
    """,
    re.MULTILINE | re.VERBOSE,
)


def projects_named(sources: Iterable[str]) -> list[str]:
    """Returns the projects that ``%secret project NAME`` and ``get_or_create_project("NAME")`` name, each once."""
    named = (found[found.lastgroup or 0] for source in sources for found in _NAMED.finditer(source))
    return list(dict.fromkeys(filter(is_project, named)))
