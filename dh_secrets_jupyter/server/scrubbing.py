"""``POST scrub``: puts marks into a saved notebook, as ``jupyter secrets scrub`` does."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import TooLargeError
from ..needs.projects import projects_named
from ..scan import notebooks, values
from ..scan.findings import Finding, Report
from ..scan.scrub import remove_drafts, scrub, write
from ..wire import parse_text
from . import request_body
from .http_errors import UnknownPathError
from .routing import Request, Response
from .saves import sources_of, to_json


def scrub_notebook(request: Request) -> Response:
    """``POST scrub``; the values are those of the projects that the cells name, else of the server's own."""
    path = parse_text(request_body.parse(request.body, "scrub", frozenset({"path"})), "path", "scrub")
    file = request.service.saved_file(path)
    before = after = _read(path, file)
    projects = _projects_named(before) or [request.service.default().name]
    marked: list[Finding] = []
    left: list[Finding] = []
    for name in projects:
        project, _ = request.open(name)
        done = scrub(path, after, values.load(project, Report()))
        after = done.data
        marked += done.marked
        left += done.left
    remove_drafts(file.resolve().parent)
    if marked:
        write(file, before, after)
    return Response({"findings": [to_json(one) for one in (*marked, *left)], "marked": len(marked)})


def _read(path: str, file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size <= notebooks.AT_MOST:
            return file.read_bytes()
    except OSError:
        size = -1
    if size < 0:
        raise UnknownPathError(path, "there is no such file", "Check the path, which is that of Jupyter's contents")
    raise TooLargeError(path, f"it has over {notebooks.AT_MOST:,} bytes", "Scrub it by jupyter secrets scrub")


def _projects_named(data: bytes) -> list[str]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return []
    return projects_named(sources_of(content)) if isinstance(content, dict) else []
