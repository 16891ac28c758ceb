"""What an administrator or a user can set, and which setting wins: argument, environment, traitlets, default."""

from __future__ import annotations

import os
import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from traitlets import Bool, Enum, List, TraitError, Unicode
from traitlets.config import Config, Configurable

from .errors import SecretsError
from .guard.environment import NAMES
from .providers import lookup

if TYPE_CHECKING:
    from .project import Project
    from .providers.base import Provider

Settings = TypeVar("Settings", bound=Configurable)
DEFAULT_PROJECT = "default"
"""The project where none is set, and the provider knows of none."""
JUPYTER_FILES = [
    f"{name}.{kind}" for name, kind in product(("jupyter_config", "jupyter_secrets_config"), ("py", "json"))
]
"""The files of Jupyter's configuration that a command line reads."""


class DHSecrets(Configurable):
    """``c.DHSecrets`` in ipython_config.py, for kernels, and in jupyter_server_config.py, for the server."""

    project = Unicode(
        "", help="The project whose secrets are used; if empty, that of your platform login, else default."
    ).tag(config=True)
    provider = Unicode(
        lookup.AUTO, help="Where secrets are kept: auto, digitalhub, kubernetes, local or another provider."
    ).tag(config=True)
    mask_environment: List[str] = List(
        Unicode(), list(NAMES), help="Names, or patterns of names, of the environment variables that the guard masks."
    ).tag(config=True)
    allow_reveal = Bool(False, help="Whether the server may send values to the browser.").tag(config=True)
    on_save = Enum(
        ("off", "warn", "refuse"),
        "off",
        help="What the server does where a notebook to be saved holds a value: nothing, say so, or refuse to save it.",
    ).tag(config=True)

    def choice(self, project: str | None = None, provider: str | None = None) -> tuple[str | None, str]:
        """Returns the project's name, None where none is set, and the provider's, or ``auto``.

        Arguments win over ``DH_SECRETS_PROJECT`` and ``DH_SECRETS_PROVIDER``, these over traitlets.

        Raises:
            InvalidNameError: the project's name.
        """
        from .models import check_project

        name = project if project is not None else os.environ.get("DH_SECRETS_PROJECT") or self.project
        chosen = check_project(name) if name or project is not None else None
        return chosen, provider or os.environ.get("DH_SECRETS_PROVIDER") or self.provider

    def open(
        self, project: str | None = None, provider: str | None = None, *, user: str, any_project: bool = False
    ) -> Project:
        """Opens the project of :meth:`choice`.

        Args:
            user: who is written down for what is changed through it.
            any_project: where no project is set and the login has several, the first of them will do.

        Raises:
            InvalidNameError: the project's name.
            SecretsError: there is no provider of that name; or no project is set, and the login has several.
            ProviderUnavailableError: the provider cannot be used here.
        """
        from .models import check_project
        from .project import Project

        name, wanted = self.choice(project, provider)
        found = lookup.find(wanted)
        opened = Project(name or check_project(_default_project(found, any_project)), found, user=user)
        if wanted == lookup.AUTO:
            opened.remark = lookup.remark(found.name)
        return opened


def _default_project(provider: Provider, any_project: bool) -> str:
    from .providers.base import ChoosesProject

    if not isinstance(provider, ChoosesProject):
        return DEFAULT_PROJECT
    try:
        return provider.default_project()
    except SecretsError:
        if any_project and (named := provider.projects()):
            return named[0]
        raise


def load(shell: Any) -> DHSecrets:
    """Shows the settings in the ``%config`` of an IPython shell, where they can be changed, and returns them."""
    settings = configured(DHSecrets, parent=shell)
    shell.configurables.append(settings)
    return settings


def unload(shell: Any) -> None:
    """Takes them out again."""
    shell.configurables.remove(of_shell(shell))


def of_shell(shell: Any) -> DHSecrets | None:
    """Returns the settings that an IPython shell shows in ``%config``, if the extension is loaded there."""
    return next((found for found in shell.configurables if isinstance(found, DHSecrets)), None)


def jupyter_config() -> Config:
    """Returns what ``jupyter_config`` and ``jupyter_secrets_config`` say, the user's files over the machine's."""
    from jupyter_core.paths import jupyter_config_path

    if not any(Path(folder, name).exists() for folder, name in product(jupyter_config_path(), JUPYTER_FILES)):
        return Config()  # what reads them takes longer to import than most commands take
    from jupyter_core.application import JupyterApp

    class SecretsApp(JupyterApp):
        name = "jupyter-secrets"  # the files are called by the name of the class

    app = SecretsApp()
    app.load_config_file()
    config: Config = app.config
    return config


def from_config(config: Config | None) -> DHSecrets:
    """Returns the settings of an application's configuration, or the defaults. Raises as :func:`configured`."""
    return configured(DHSecrets, config=config)


def configured(kind: type[Settings], **source: Any) -> Settings:
    """Makes a configurable of what its source says.

    Raises:
        SecretsError: a setting is not of its type.
    """
    try:
        return kind(**source)
    except TraitError as error:
        named = re.search(r"'(\w+)' trait", str(error))
    setting = f"c.{kind.__name__}" + (f".{named[1]}" if named else "")
    raise SecretsError(setting, "its value has the wrong type", "Correct it in Jupyter's configuration")
