"""The page of the settings has every one of them, and none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from dh_secrets_jupyter.proxy.configuration import DHSecretsProxy
from dh_secrets_jupyter.settings import DHSecrets

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "settings.md").read_text()


def test_the_configuration() -> None:
    """Each trait of ``DHSecrets`` that can be configured has a row."""
    named = set(re.findall(r"^\|.*`c\.DHSecrets\.(\w+)`", PAGE, re.MULTILINE))
    assert named == set(DHSecrets.class_own_traits(config=True))


def test_the_configuration_of_the_proxy() -> None:
    """Each trait of ``DHSecretsProxy`` is in one."""
    named = set(re.findall(r"`c\.DHSecretsProxy\.(\w+)`", PAGE))
    assert named == set(DHSecretsProxy.class_own_traits(config=True))


def test_the_environment() -> None:
    """Each variable of ours that the code reads has a row."""
    read = {
        name
        for module in (ROOT / "dh_secrets_jupyter").rglob("*.py")
        for name in re.findall(r'"(DH_SECRETS_[A-Z_]+)"', module.read_text())
    }
    assert set(re.findall(r"^\| `(DH_SECRETS_\w+)`", PAGE, re.MULTILINE)) == read
