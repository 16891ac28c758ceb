"""Which project and which provider: the first that is set wins."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from traitlets.config import Config

from dh_secrets_jupyter import InvalidNameError, SecretsError
from dh_secrets_jupyter.providers import lookup
from dh_secrets_jupyter.providers.base import Provider
from dh_secrets_jupyter.settings import JUPYTER_FILES, DHSecrets, from_config, jupyter_config

CHOICES = list(product([False, True], repeat=3))


def settings(configured: bool = False) -> DHSecrets:
    """Returns the settings, with or without a configuration by the administrator."""
    found = {"project": "by-traitlets", "provider": "by-traitlets"} if configured else {}
    return from_config(Config({"DHSecrets": found}))


@pytest.mark.parametrize(("argument", "variable", "configured"), CHOICES)
def test_the_project(monkeypatch: pytest.MonkeyPatch, argument: bool, variable: bool, configured: bool) -> None:
    """Argument, then ``DH_SECRETS_PROJECT``, then traitlets, then ``default``."""
    if variable:
        monkeypatch.setenv("DH_SECRETS_PROJECT", "by-variable")
    opened = settings(configured).open("by-argument" if argument else None, "local", user="test")
    order = {"by-argument": argument, "by-variable": variable, "by-traitlets": configured, "default": True}
    assert opened.name == next(name for name, given in order.items() if given)


@pytest.mark.parametrize(("argument", "variable", "configured"), CHOICES)
def test_the_provider(monkeypatch: pytest.MonkeyPatch, argument: bool, variable: bool, configured: bool) -> None:
    """Argument, then ``DH_SECRETS_PROVIDER``, then traitlets, then ``auto``."""
    asked: list[str] = []
    local = lookup.find("local")

    def find(name: str) -> Provider:
        asked.append(name)
        return local

    monkeypatch.setattr(lookup, "find", find)
    if variable:
        monkeypatch.setenv("DH_SECRETS_PROVIDER", "by-variable")
    settings(configured).open(provider="by-argument" if argument else None, user="test")
    order = {"by-argument": argument, "by-variable": variable, "by-traitlets": configured, "auto": True}
    assert asked == [next(name for name, given in order.items() if given)]


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that are there and empty count as not set."""
    monkeypatch.setenv("DH_SECRETS_PROJECT", "")
    monkeypatch.setenv("DH_SECRETS_PROVIDER", "")
    opened = settings().open(user="test")
    assert (opened.name, opened.provider.name) == ("default", "local")


@pytest.mark.parametrize("name", ["", "x", "Upper", "-a", "a-", "a" * 39, "a_b"])
def test_a_bad_project_is_refused_wherever_it_comes_from(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From an argument, also an empty one, a variable or the configuration."""
    with pytest.raises(InvalidNameError):
        settings().open(name, user="test")
    if name:
        with pytest.raises(InvalidNameError):
            from_config(Config({"DHSecrets": {"project": name}})).open(user="test")
        monkeypatch.setenv("DH_SECRETS_PROJECT", name)
        with pytest.raises(InvalidNameError):
            settings().open(user="test")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("project", 5), ("provider", None), ("on_save", "maybe"), ("mask_environment", {"sample-value": 1})],
)
def test_a_setting_of_another_type_is_one_line(setting: str, value: object) -> None:
    """It is named, and what it is set to is not repeated."""
    with pytest.raises(SecretsError, match=rf"^c\.DHSecrets\.{setting}: ") as caught:
        from_config(Config({"DHSecrets": {setting: value}}))
    assert "sample-value" not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_unknown_provider_is_one_line() -> None:
    """It says which there are."""
    with pytest.raises(SecretsError, match=r"^vault: no such provider. Use one of auto, .*local\.$"):
        settings().open(provider="vault", user="test")


def test_values_stay_on_the_server_unless_allowed() -> None:
    """``allow_reveal`` is off by default."""
    assert not settings().allow_reveal
    assert from_config(Config({"DHSecrets": {"allow_reveal": True}})).allow_reveal


@pytest.mark.parametrize("name", JUPYTER_FILES)
def test_each_file_of_jupyter_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Either name, in either form: for a command line."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    as_json = json.dumps({"DHSecrets": {"project": "demo"}})
    (tmp_path / name).write_text(as_json if name.endswith("json") else 'c.DHSecrets.project = "demo"\n')
    assert jupyter_config().DHSecrets.project == "demo"


@pytest.mark.slow
def test_without_a_file_of_jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads them is not even imported, for that takes longer than most commands."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    code = (
        "import sys; from dh_secrets_jupyter import settings\n"
        "print(settings.jupyter_config(), 'jupyter_core.application' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "{} False\n"
    )
