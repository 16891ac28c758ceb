"""What runs each command: it gets the options and what says which project, and returns the exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..project import Project


def _scan(options: argparse.Namespace, common: Mapping[str, str]) -> int:
    from ..errors import SecretsError
    from ..scan.commands import ScanOptions, run_scan
    from ..scan.formats import FORMATS

    if (format_ := options.format or "text") not in FORMATS:
        raise SecretsError("--format", "no such format", f"Pass one of {', '.join(FORMATS)}")
    asked = ScanOptions(options.words, options.staged, options.history, options.allow_empty, format_)
    return run_scan(_opens(common), asked, sys.stdout, sys.stderr)


def _scrub(options: argparse.Namespace, common: Mapping[str, str]) -> int:
    from ..scan.commands import run_scrub

    flags = {"sources": options.sources, "check": options.check}
    return run_scrub(_opens(common), options.words, sys.stdout, sys.stderr, **flags)


def _need(options: argparse.Namespace, common: Mapping[str, str]) -> int:
    from ..needs.commands import run_need

    flags = {"check": options.check, "example": options.example, "as_json": options.json}
    return run_need(_opens(common), options.words, sys.stdout, sys.stderr, **flags)


HANDLERS: Mapping[str, Callable[[argparse.Namespace, Mapping[str, str]], int]] = {
    "scan": _scan,
    "scrub": _scrub,
    "need": _need,
}


def _opens(common: Mapping[str, str]) -> Callable[[], Project]:
    """Returns what opens the project that was named, else that of the environment or of Jupyter's configuration."""

    def open_project() -> Project:
        from .. import current, settings
        from .configuration import load

        return settings.from_config(load()).open(common.get("project"), common.get("provider"), user=current.user())

    return open_project
