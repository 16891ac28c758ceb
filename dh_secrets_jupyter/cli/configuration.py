"""Jupyter's configuration, as every Jupyter command reads it: ``jupyter_config`` and ``jupyter_secrets_config``."""

from __future__ import annotations

from jupyter_core.application import JupyterApp
from traitlets.config import Config


class _SecretsApp(JupyterApp):
    name = "jupyter-secrets"


def load() -> Config:
    """Returns what the files say, the user's over the machine's."""
    app = _SecretsApp()
    app.load_config_file()
    config: Config = app.config
    return config
