"""Kubeconfigs that differ from a good one in what a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

Fields = Mapping[str, object]


def write_changed(kubeconfig: Path, path: Path, *, cluster: Fields | None = None, user: Fields | None = None) -> Path:
    """Writes another kubeconfig, with other fields in its cluster or another user's credentials; returns its path."""
    content = yaml.safe_load(kubeconfig.read_text())
    content["clusters"][0]["cluster"].update(cluster or {})
    if user is not None:
        content["users"][0]["user"] = dict(user)
    path.write_text(yaml.safe_dump(content))
    return path
