"""Which project, where none is set: the one that the login names."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets.config import Config

from dh_secrets_jupyter import SecretsError, current
from dh_secrets_jupyter.providers import kubeconfig, lookup
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider
from dh_secrets_jupyter.settings import DHSecrets, from_config
from tests.core.server import Core


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No current project before and after."""
    monkeypatch.setattr(current, "_current", None)
    monkeypatch.setattr(current, "_opened", None)


def log_in(core: Core, monkeypatch: pytest.MonkeyPatch, *roles: str) -> None:
    """Makes this a workspace of a user with these roles."""
    core.logins.is_on = True
    core.logins.add("alice", *roles)
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", core.logins.access_token("alice"))


@pytest.mark.parametrize(
    ("roles", "wanted"),
    [(["birch:ROLE_USER"], "birch"), (["birch:ROLE_ADMIN"], "birch"), (["ROLE_ADMIN", "elm:ROLE_USER"], "default")],
)
def test_a_login_with_one_project(
    on_platform: Core, monkeypatch: pytest.MonkeyPatch, roles: list[str], wanted: str
) -> None:
    """It is that one, asked for once; an administrator, who sees all, gets ``default``."""
    log_in(on_platform, monkeypatch, *roles)
    assert (current.project().name, current.project().provider.name) == (wanted, "digitalhub")
    current.project()
    assert on_platform.counted() == ["GET /api/auth"]


def test_without_authentication(on_platform: Core) -> None:
    """Where nobody has to log in, it is ``default``."""
    assert current.project().name == "default"
    assert DigitalHubProvider().projects() is None


def test_a_login_with_three_projects(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no default: one line asks for the project and lists the names, until one is chosen."""
    log_in(on_platform, monkeypatch, "birch:ROLE_USER", "almond:ROLE_USER", "elm:ROLE_ADMIN")
    for _ in range(2):
        with pytest.raises(SecretsError) as caught:
            current.project()
        assert str(caught.value) == (
            "project: which project? Your login at the platform has almond, birch, elm. "
            "Choose one with %secret project NAME."
        )
    assert current.switch("elm").name == "elm"
    assert current.project().name == "elm"
    # A server shows one, with the names of all to choose from.
    opened = DHSecrets().open(user="", any_project=True)
    assert (opened.name, opened.provider.projects()) == ("almond", ["almond", "birch", "elm"])


def test_a_login_without_a_project(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is said as well."""
    log_in(on_platform, monkeypatch)
    with pytest.raises(SecretsError, match=r"^project: which project\? Your login at the platform has none\. "):
        current.project()
    with pytest.raises(SecretsError, match="has none"):
        DHSecrets().open(user="", any_project=True)


def test_what_is_set_comes_first(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that is set by argument, variable or configuration is taken without asking Core."""
    log_in(on_platform, monkeypatch, "birch:ROLE_USER")
    assert from_config(Config({"DHSecrets": {"project": "default"}})).open(user="x").name == "default"
    monkeypatch.setenv("DH_SECRETS_PROJECT", "set")
    assert DHSecrets().open(user="x").name == "set"
    assert DHSecrets().open("given", user="x").name == "given"
    assert on_platform.counted() == []


def test_the_platform_is_found_by_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, login_file: Path
) -> None:
    """The environment alone counts, not the login file; a namespace says that the cluster itself is meant."""
    monkeypatch.setenv("HOME", str(tmp_path))
    login_file.write_text("[__default]\ndhcore_endpoint = http://core.example.com\n")
    assert lookup.suitable() == "local"
    monkeypatch.setenv("DHCORE_ENDPOINT", "http://core.example.com")
    assert lookup.suitable() == "digitalhub"
    monkeypatch.setenv("DH_SECRETS_NAMESPACE", "here")
    assert lookup.suitable() == "local"
    monkeypatch.delenv("DH_SECRETS_NAMESPACE")
    config = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(config))
    assert lookup.suitable() == "digitalhub"
    said = "keys without an entity are seen by --provider kubernetes alone"
    for text, wanted in [("", ""), ("current-context: here\n", said), ("[", "")]:
        config.write_text(text)
        assert lookup.remark("digitalhub") == wanted
        assert lookup.remark("kubernetes") == ""
    monkeypatch.setattr(kubeconfig, "in_pod", lambda: True)
    assert lookup.remark("digitalhub") == said
    assert DHSecrets().open("demo", user="x").remark == said
    assert DHSecrets().open("demo", "digitalhub", user="x").remark == ""


def test_who_may_write(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the project; an administrator; anybody, where there is no such project yet."""
    on_platform.entities.create_project({"name": "birch"}, "somebody")
    assert DigitalHubProvider().writable("birch")
    log_in(on_platform, monkeypatch, "elm:ROLE_USER")
    provider = DigitalHubProvider()
    assert [provider.writable(name) for name in ("elm", "birch", "nowhere")] == [True, False, True]
    assert provider.projects() == ["elm"]
    on_platform.logins.users["alice"].roles.add("ROLE_ADMIN")
    assert provider.writable("birch")
