"""Who one is at Core: the SDK's logins, found in its order, and renewed so that nobody is locked out."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider
from dh_secrets_jupyter.providers.digitalhub.profile import Profile
from tests.core.server import Core
from tests.support.processes import run_together
from tests.support.waiting import PATIENCE, skip_sleep

from .conftest import PROJECT

SetUp = Callable[[Core, Path, pytest.MonkeyPatch], None]


def write(path: Path, **values: str) -> None:
    """Writes a login file with a comment and a foreign section, of mode 0640."""
    lines = [f"{key} = {value}" for key, value in values.items()]
    text = "\n".join(["; by hand", "[other]", "a = b", "", "[__default]", *lines, "last = here", "", "[z]", "y=x", ""])
    path.write_text(text)
    path.chmod(0o640)


def stored(name: str) -> str:
    """Returns what the login file has now."""
    return Profile().read().get(name, "")


def expired(core: Core) -> str:
    """Returns an access token that was good a minute ago."""
    return core.logins.access_token("alice", lasts=-60)


def renewals(core: Core) -> int:
    """Returns how many requests came to the token endpoint."""
    return core.counted("POST").count("POST /auth/token")


def pat(core: Core, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DHCORE_PERSONAL_ACCESS_TOKEN", core.logins.personal_token("alice"))
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", "sample-not-used")


def token_in_environment(core: Core, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", core.logins.access_token("alice"))


def token_in_file(core: Core, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, dhcore_access_token=core.logins.access_token("alice"))
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", "sample-not-used")


def user_and_password(core: Core, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DHCORE_USER", "alice")
    monkeypatch.setenv("DHCORE_PASSWORD", core.logins.password)


def expired_in_file_good_in_environment(core: Core, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after the restart of a workspace whose home still has the file of the one before."""
    write(path, dhcore_access_token=expired(core), dhcore_refresh_token="sample-used-up")
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", core.logins.access_token("alice"))
    monkeypatch.setenv("DHCORE_REFRESH_TOKEN", core.logins.refresh_token("alice"))


def expired_in_both(core: Core, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, dhcore_access_token=expired(core), dhcore_refresh_token="sample-used-up")
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", expired(core))
    monkeypatch.setenv("DHCORE_REFRESH_TOKEN", core.logins.refresh_token("alice"))


GOOD = [
    pat,
    token_in_environment,
    token_in_file,
    user_and_password,
    expired_in_file_good_in_environment,
    expired_in_both,
]


@pytest.mark.parametrize("set_up", GOOD, ids=lambda one: one.__name__)
def test_kinds_of_logins(with_login: Core, login_file: Path, monkeypatch: pytest.MonkeyPatch, set_up: SetUp) -> None:
    """Each of the SDK's kinds, from the file and from the environment, in its order; all that is used is told of."""
    set_up(with_login, login_file, monkeypatch)
    provider = DigitalHubProvider()
    told: set[str] = set()
    provider.on_credential(lambda name, text: told.add(text))
    assert dict(provider.read(PROJECT)) == {}
    used = {call.authorization or "" for call in with_login.requests}
    assert all(any(text in shown for text in told) for shown in used if shown.startswith("Bearer"))
    assert with_login.logins.password in told or set_up is not user_and_password


def test_no_login(on_platform: Core) -> None:
    """Where authentication is off nothing is sent that says who one is."""
    DigitalHubProvider().read(PROJECT)
    assert {call.authorization for call in on_platform.requests} == {None}


def test_one_renewal_for_many(with_login: Core, login_file: Path) -> None:
    """Sixteen requests meet an expired token at once: it is renewed once, and all go on."""
    refresh = with_login.logins.refresh_token("alice")
    write(login_file, dhcore_access_token=expired(with_login), dhcore_refresh_token=refresh)
    provider, together = DigitalHubProvider(), threading.Barrier(16)
    first: set[int] = set()

    def wait(call: object) -> None:
        if threading.get_ident() not in first and len(first) < 16:
            first.add(threading.get_ident())
            together.wait(PATIENCE)

    with_login.spend = wait
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda _: len(provider.read(PROJECT)), range(16))) == [0] * 16
    assert renewals(with_login) == 1


@pytest.mark.posix
def test_what_a_renewal_writes(with_login: Core, login_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that Core answers, under the SDK's names, where it stood; nothing else of the file changes, nor its mode."""
    refresh = with_login.logins.refresh_token("alice")
    write(login_file, dhcore_access_token=expired(with_login), dhcore_refresh_token=refresh)
    before = login_file.read_text()
    DigitalHubProvider().read(PROJECT)
    after = login_file.read_text()
    for name in ("dhcore_access_token", "dhcore_refresh_token"):
        old = next(line for line in before.splitlines() if line.startswith(name))
        before = before.replace(old, f"{name} = {stored(name)}")
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert {line.split(" = ")[0] for line in added} == {
        "token_type",
        "id_token",
        "expires_in",
        "dhcore_client_id",
        "dhcore_issuer",
        "container_registry_password",
        "container_registry_username",
        "dh_projects",
    }
    assert [line for line in after.splitlines() if line not in added] == before.splitlines()
    assert stat.S_IMODE(login_file.stat().st_mode) == 0o640
    monkeypatch.delenv("DHCORE_CLIENT_ID")
    assert dict(DigitalHubProvider().read(PROJECT)) == {}
    assert renewals(with_login) == 1


@pytest.mark.posix
def test_no_file_yet(with_login: Core, login_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal makes one, of mode 0600, with the profile that ``DH_NAME`` names."""
    monkeypatch.setenv("DH_NAME", "mine")
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", expired(with_login))
    monkeypatch.setenv("DHCORE_REFRESH_TOKEN", with_login.logins.refresh_token("alice"))
    DigitalHubProvider().read(PROJECT)
    assert stat.S_IMODE(login_file.stat().st_mode) == 0o600
    assert login_file.read_text().startswith("[DEFAULT]\ncurrent_environment = mine\n\n[mine]\n")
    assert dict(DigitalHubProvider().read(PROJECT)) == {}
    assert renewals(with_login) == 1


def test_what_another_process_has_renewed_is_used(with_login: Core, login_file: Path) -> None:
    """The file is read again before anything is renewed."""
    write(login_file, dhcore_access_token=expired(with_login), dhcore_refresh_token="sample-used-up")
    provider = DigitalHubProvider()
    write(login_file, dhcore_access_token=with_login.logins.access_token("alice"))
    assert dict(provider.read(PROJECT)) == {}
    assert renewals(with_login) == 0


def test_processes_renew_one_after_another(with_login: Core, login_file: Path, tmp_path: Path) -> None:
    """Who waits for another process's renewal uses what that has written."""
    refresh = with_login.logins.refresh_token("alice")
    write(login_file, dhcore_access_token=expired(with_login), dhcore_refresh_token=refresh)
    code = f"""
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider
provider = DigitalHubProvider()
ready()
print(len(provider.read({PROJECT!r})))
"""
    assert run_together(code, 4, tmp_path / "gate") == ["0\n"] * 4
    assert renewals(with_login) == 1


@pytest.mark.posix
def test_a_file_that_cannot_be_written(with_login: Core, login_file: Path) -> None:
    """Nothing is renewed, and that is said; the refresh token is good still."""
    refresh = with_login.logins.refresh_token("alice")
    write(login_file, dhcore_access_token=expired(with_login), dhcore_refresh_token=refresh)
    before = login_file.read_text()
    login_file.chmod(0o440)
    with pytest.raises(AccessDeniedError, match=r"is not renewed, for its file .* is read-only") as caught:
        DigitalHubProvider().read(PROJECT)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert login_file.read_text() == before
    assert renewals(with_login) == 0
    login_file.chmod(0o640)
    assert dict(DigitalHubProvider().read(PROJECT)) == {}


@pytest.mark.parametrize("kind", ["none", "wrong password", "no right", "no project", "used up", "access token alone"])
def test_what_is_wrong_is_said(with_login: Core, login_file: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A refusal says which of its causes it has; no token and no password is in it."""
    good = with_login.logins.access_token("alice")
    values, said = {
        "none": ({}, "does not accept your login, or you have none"),
        "wrong password": ({"DHCORE_USER": "alice", "DHCORE_PASSWORD": "sample-wrong"}, "does not accept your login"),
        "no right": ({"DHCORE_ACCESS_TOKEN": good}, "alice has no right on this project"),
        "no project": ({"DHCORE_ACCESS_TOKEN": good}, "the platform has no project of that name"),
        "used up": (
            {"DHCORE_ACCESS_TOKEN": expired(with_login), "DHCORE_REFRESH_TOKEN": "sample-used-up"},
            "could not be renewed",
        ),
        "access token alone": ({"DHCORE_ACCESS_TOKEN": expired(with_login)}, "is not accepted any more"),
    }[kind]
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    if kind == "no right":
        with_login.entities.create_project({"name": "others"}, "bob")
    name = {"no right": "others", "no project": "nowhere"}.get(kind, PROJECT)
    with pytest.raises(AccessDeniedError, match=said) as caught:
        Project(name, DigitalHubProvider(), user="x").read_values("A")
    shown = f"{caught.value}{caught.value!r}{caught.value.args}{caught.value.__cause__}{caught.value.__context__}"
    assert not [value for name, value in values.items() if value in shown and name != "DHCORE_USER"]


def test_no_address(monkeypatch: pytest.MonkeyPatch, login_file: Path) -> None:
    """Without an address, or with something else in its place, one line says what to set; the file's will do."""
    with pytest.raises(ProviderUnavailableError, match=r"^DHCORE_ENDPOINT: the platform's address is not set"):
        DigitalHubProvider()
    wrong = ("http://[::1", "http://core:port", "http://:80")
    for address in ("core.example.com", "ftp://core", "https://jo:sample-password@core.example.com", *wrong):
        monkeypatch.setenv("DHCORE_ENDPOINT", address)
        with pytest.raises(ProviderUnavailableError, match="is not a server's address") as caught:
            DigitalHubProvider()
        assert "sample" not in str(caught.value)
    monkeypatch.delenv("DHCORE_ENDPOINT")
    write(login_file, dhcore_endpoint="https://core.example.com/")
    assert DigitalHubProvider().place(PROJECT) == "the platform at https://core.example.com"
    monkeypatch.setenv("DHCORE_ENDPOINT", "HTTPS://core.example.com")  # a scheme may be in any case
    assert DigitalHubProvider().place(PROJECT) == "the platform at https://core.example.com"


@pytest.mark.parametrize("name", ["DHCORE_ACCESS_TOKEN", "DHCORE_PERSONAL_ACCESS_TOKEN"])
@pytest.mark.parametrize("token", ["sample\ntoken", "sample-token\n", "sample-tokén", "sample-token→x"])
def test_a_token_that_no_header_can_hold(
    on_platform: Core, login_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, token: str
) -> None:
    """It is refused in a line that does not have it, and nothing is sent."""
    monkeypatch.setenv(name, token)
    with pytest.raises(SecretsError, match="has a character that no header can hold") as caught:
        DigitalHubProvider().read(PROJECT)
    assert "sample" not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"
    assert on_platform.requests == []


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, login_file: Path) -> None:
    """A server that does not exist is said."""
    skip_sleep(monkeypatch)
    monkeypatch.setenv("DHCORE_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SecretsError, match="cannot be reached"):
        DigitalHubProvider().read(PROJECT)
