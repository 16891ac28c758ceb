"""What is needed of Jupyter's contents: the manager in use, the files that it saves, and whether others save, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.web import HTTPError

from ..errors import SecretsError
from .http_errors import UnknownPathError

_COLLABORATION = ("jupyter_server_ydoc", "jupyter_collaboration")
"""The server extensions of real-time collaboration: today's, and that of JupyterLab 4.0."""


def manager(server: Any) -> Any:
    """Returns the contents manager that answers requests: another one than the server's first, as with Jupytext."""
    return server.web_app.settings["contents_manager"]


def saved_file(server: Any, path: str) -> Path:
    """Returns where the file lies that has a path in Jupyter's contents.

    Raises:
        UnknownPathError: the path is hidden, or leads out of the folder.
        SecretsError: the contents are no files.
    """
    contents = manager(server)
    if not hasattr(contents, "_get_os_path"):
        raise SecretsError(path, "the contents of this server are not files", "Clear the outputs that hold a value")
    try:
        file = Path(contents._get_os_path(path.strip("/")))
        parts = path.strip("/").split("/")
    except HTTPError:
        parts = [".."]
    if any(part.startswith(".") for part in parts) and not contents.allow_hidden:
        raise UnknownPathError(path, "there is no such file", "Check the path, which is that of Jupyter's contents")
    return file


def is_collaborative(server: Any) -> bool:
    """Returns whether documents are saved by real-time collaboration: not when somebody saves, and for all."""
    extensions = server.extension_manager.extensions
    enabled = any(name in extensions and extensions[name].enabled for name in _COLLABORATION)
    return enabled and not server.config.YDocExtension.get("disable_rtc", False)
