"""Notebooks that are run by nbclient, as a scheduler runs them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def make(*cells: str) -> dict[str, Any]:
    """Returns a notebook of these code cells, as it lies in a file."""
    code: list[dict[str, Any]] = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None} for cell in cells
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel}, "cells": code}


def execute(notebook: Mapping[str, Any], folder: Path, environment: Mapping[str, str], **options: Any) -> Any:
    """Runs a notebook in a folder, and returns it as it would be saved.

    Args:
        options: of nbclient, such as ``allow_errors``.

    Raises:
        CellExecutionError: a cell failed, and errors are not allowed.
    """
    import nbformat  # it takes seconds to import, and few tests are about notebooks
    from nbclient import NotebookClient
    from traitlets.config import Config

    executed: Any = nbformat.reads(json.dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    # No ports: those that nbclient chooses another kernel may take before this one does.
    with tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as sockets:
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/s"}})
        client = NotebookClient(executed, kernel_name="python3", config=config, **{"timeout": 120, **options})
        client.execute(env=dict(environment), cwd=str(folder))
    return executed
