"""A real JupyterLab server for the browser tests, and the front end that it serves."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..support.connections import free_port
from ..support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "labextension"
BUILT = ROOT / "dh_secrets_jupyter" / "labextension"
WIDGET = ROOT / "dh_secrets_jupyter" / "static" / "widget.js"
_COPIED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "PYTHON_KEYRING_BACKEND")
_LEFT_OUT = [
    *(f"{name}viewer" for name in ("csv", "html", "image", "markdown")),
    *("audio", "celltags", "completer", "debugger", "documentsearch", "extensionmanager", "help", "hub", "inspector"),
    *("javascript", "json", "logconsole", "lsp", "mathjax", "mermaid", "metadataform", "pdf", "pluginmanager"),
    *("statusbar", "terminal", "toc", "tooltip", "vega5", "video"),
]
"""Extensions of JupyterLab with which the panels have nothing to do: a fifth of what it costs to load a page."""
_SERVER_CONFIG = """
from jupyter_server.auth import User
from jupyter_server.auth.identity import PasswordIdentityProvider

class Identity(PasswordIdentityProvider):
    def generate_anonymous_user(self, handler):
        return User("analyst")

c.ServerApp.identity_provider_class = Identity
"""


@dataclass
class Lab:
    """A server that is running.

    Attributes:
        url: its base, without the last slash.
        token: what it asks for.
        folder: the notebooks.
        log: the file with all that the server and its kernels say, at DEBUG.
        home: the home of the server and of its kernels.
    """

    url: str
    folder: Path
    home: Path
    log: Path
    token: str = field(repr=False)

    def notebook(self, name: str, *cells: str) -> str:
        """Makes a notebook for Python, empty or with code cells, and returns its path on the server."""
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        code: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"c{i}", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
            for i, cell in enumerate(cells)
        ]
        content = {"cells": code, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / name).write_text(json.dumps(content))
        return name

    def address(self, path: str, workspace: str) -> str:
        """Returns the address that opens a notebook in JupyterLab; each workspace has a layout of its own.

        An empty path opens none.
        """
        tree = f"/tree/{path}" if path else ""
        return f"{self.url}/lab/workspaces/{workspace}{tree}?reset&token={self.token}"

    def address_in(self, application: str, path: str) -> str:
        """Returns the address that opens a notebook in ``lab``, or in Notebook 7 as ``notebook``."""
        if application == "lab":
            return self.address(path, Path(path).stem)
        return f"{self.url}/notebooks/{path}?token={self.token}"

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Asks the server's HTTP API for secrets, as another client does, and returns what it answers."""
        request = urllib.request.Request(f"{self.url}/dh-secrets/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")


def build_front_end() -> None:
    """Builds the front end where its source has changed, so that the tests show what is in the checkout."""
    import fcntl  # Windows has none, and collects the tests all the same

    with (SOURCE / "package.json").open() as lock:  # two runs at once: the second waits, and finds it built
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build_what_has_changed()


def _build_what_has_changed() -> None:
    folders = [SOURCE / "src", SOURCE / "style", SOURCE / "schema", BUILT.parent / "locale"]
    sources = [path for folder in folders for path in folder.rglob("*")]
    newest = max(path.stat().st_mtime for path in [*sources, *SOURCE.glob("*.mjs"), SOURCE / "package.json"])
    if all(built.exists() and built.stat().st_mtime >= newest for built in (BUILT / "package.json", WIDGET)):
        return
    npm = shutil.which("npm") or "npm"
    if not (SOURCE / "node_modules").exists():
        subprocess.run([npm, "install", "--no-save", "--no-audit", "--no-fund"], cwd=SOURCE, check=True)
    subprocess.run([npm, "run", "build"], cwd=SOURCE, check=True)


@contextlib.contextmanager
def start(
    home: Path,
    environment: Mapping[str, str],
    *,
    token: str | None = None,
    arguments: Sequence[str] = (),
    python: str = sys.executable,
    has_users: bool = True,
) -> Iterator[Lab]:
    """Starts the server of a Python's JupyterLab with a home of its own and ends it, its kernels with it.

    The user is called analyst: by the server, or by the machine where a token is all that the server knows of users.
    """
    build_front_end()
    folder = home / "notebooks"
    extensions = home / "data" / "labextensions"
    folder.mkdir(parents=True)
    # A copy, since older servers follow no link out of the folder.
    shutil.copytree(BUILT, extensions / "dh-secrets-jupyter")
    _configure(home / "config")
    if has_users:
        (home / "config" / "jupyter_server_config.py").write_text(_SERVER_CONFIG)
    port = free_port()
    lab = Lab(f"http://127.0.0.1:{port}", folder, home, home / "server.log", token or secrets.token_urlsafe())
    variables = {
        **{name: os.environ[name] for name in _COPIED if name in os.environ},
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        # The checkout's own build, copied below the data folder, goes before one that was installed.
        "JUPYTER_PREFER_ENV_PATH": "0",
        "JUPYTER_TOKEN": lab.token,
        "KUBECONFIG": os.devnull,
        "LOGNAME": "analyst",
        **environment,
    }
    command = [
        *(python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--debug"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1", f"--ServerApp.root_dir={folder}"),
        *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
        "--JupyterNotebookApp.expose_app_in_browser=True",
        *arguments,
    ]
    with lab.log.open("wb") as log:
        process = subprocess.Popen(command, env=variables, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(lab, process)
        yield lab
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _configure(folder: Path) -> None:
    """Turns off what would cover the page, or fetch something.

    The theme follows the browser's colour scheme, which each page of a test chooses. Notebooks are saved with the state
    of their widgets.
    """
    for name, settings in {
        "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/apputils-extension/themes": {"adaptive-theme": True},
        "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
    }.items():
        file = folder / "lab" / "user-settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    left_out = {f"@jupyterlab/{name}-extension": True for name in _LEFT_OUT}
    (folder / "labconfig").mkdir()
    (folder / "labconfig" / "page_config.json").write_text(json.dumps({"disabledExtensions": left_out}))


def _wait(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"jupyter lab did not start; see {lab.log}: {lab.log.read_text()[-2000:]}")
