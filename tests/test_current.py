"""The current project of a kernel or a script, and who is written down."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

import dh_secrets_jupyter
from dh_secrets_jupyter import InvalidNameError, SecretNotFoundError, SecretsError, current

from .support.processes import run


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty store, and no current project before and after."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    monkeypatch.setattr(current, "_current", None)
    monkeypatch.setattr(current, "_opened", None)


def test_the_settings_choose_until_one_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The current project is what the settings say now, and the same object while they say the same; then, what was
    switched to."""
    monkeypatch.setenv("DH_SECRETS_PROJECT", "first")
    assert current.project().name == "first"
    assert current.project() is current.project()
    monkeypatch.setenv("DH_SECRETS_PROJECT", "second")
    assert current.project().name == "second"
    current.switch("third")
    assert current.project().name == "third"


def test_switching() -> None:
    """Another project becomes the current one; where it cannot be opened, the old one stays."""
    assert current.switch("other", "local") is current.project()
    for name, provider in (("Not a name", None), ("", None), ("good", "no-such-provider")):
        with pytest.raises(SecretsError):
            current.switch(name, provider)
        assert current.project().name == "other"


def test_get_reads_from_the_current_project() -> None:
    """``dh_secrets_jupyter.get`` is one call, and says what is missing."""
    current.project().put("A", "invented")
    assert dh_secrets_jupyter.get("A") == "invented"
    with pytest.raises(SecretNotFoundError, match=r"^B: "):
        dh_secrets_jupyter.get("B")
    with pytest.raises(InvalidNameError):
        dh_secrets_jupyter.get("not a name")


def test_opening_a_project_leaves_the_current_one() -> None:
    """``get_or_create_project`` opens any project, by any provider, and switches nothing."""
    assert dh_secrets_jupyter.get_or_create_project("aside", provider="local").name == "aside"
    assert current.project().name == "default"


@pytest.mark.parametrize("name", ["", "Not a name", "a" * 39])
def test_a_bad_name(name: str) -> None:
    """A bad project name is an InvalidNameError, an empty one too."""
    with pytest.raises(InvalidNameError):
        dh_secrets_jupyter.get_or_create_project(name)


@pytest.mark.posix
def test_who(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's user, else the login name, else the number; and that is who is written down."""
    assert current.user() == getpass.getuser()
    monkeypatch.setenv("JUPYTERHUB_USER", "jo")
    assert current.user() == "jo"
    assert current.project().put("A", "invented").metadata.created_by == "jo"
    monkeypatch.delenv("JUPYTERHUB_USER")

    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert current.user() == str(os.getuid())


@pytest.mark.slow
def test_a_script_needs_no_ipython() -> None:
    """Outside of IPython nothing of it is imported, not even to look for it."""
    code = """
    import sys, dh_secrets_jupyter
    dh_secrets_jupyter.get_or_create_project("demo").put("A", "invented")
    print([name for name in ("IPython", "ipykernel", "kubernetes") if name in sys.modules])
    """
    assert run(code) == "[]\n"
