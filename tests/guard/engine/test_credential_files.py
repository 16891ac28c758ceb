"""Files of credentials as their own tools write or read them: what each takes for the secret is masked alone."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.session import Session  # type: ignore[import-untyped]  # it has no types
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from docker import auth as docker_auth  # type: ignore[import-untyped]  # its types are a package of their own
from google.oauth2 import service_account

from .test_parts import masked

ACCESS_KEY, SECRET_KEY = "AKIAINVENTED00000017", "wint3rSt0rm+wJalr/K7MDENG/bPxRfiCYinvent"
SESSION_TOKEN = "FwoGZXIvYXdzEBYaDinvented+t0ken/of+a/session=="
PASSWORD = "Wint3r:st0rm"


@pytest.fixture
def from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what botocore reads, in which the test writes ``credentials`` and ``config``."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "section", "equals"),
    [("credentials", "team", " = "), ("credentials", "team", "="), ("config", "profile team", " = ")],
)
def test_what_botocore_reads_of_its_files(from_files: Path, name: str, section: str, equals: str) -> None:
    """The secret key and the session's token; the profile and the names of the settings stay."""
    pairs = {
        "aws_access_key_id": ACCESS_KEY,
        "aws_secret_access_key": SECRET_KEY,
        "aws_session_token": SESSION_TOKEN,
        "region": "eu-central-1",
        "role_session_name": "nightly-report-of-the-team",
    }
    value = f"[default]\noutput = json\n\n[{section}]\n" + "".join(
        f"{key}{equals}{text}\n" for key, text in pairs.items()
    )
    (from_files / name).write_text(value)
    read = Session(profile="team").get_credentials()
    assert (read.access_key, read.secret_key, read.token) == (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN)
    assert masked(value, f"<{read.secret_key}> <{read.token}>") == "<[secret:K]> <[secret:K]>"
    for seen in (f"[{section}]", f"aws_secret_access_key{equals}", f"aws_session_token{equals}", "eu-central-1"):
        assert masked(value, seen) == seen


def test_what_google_auth_reads_of_a_service_account(tmp_path: Path) -> None:
    """The private key, with its line breaks or without; the project, the address and the token's URI stay."""
    key = rsa.generate_private_key(65537, 1024).private_bytes(  # noqa: S505  # nobody signs with it
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "invented-project-4711",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": key.decode(),
        "client_email": "robot@invented-project-4711.iam.gserviceaccount.com",
        "client_id": "104711471147114711471",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    for indent in (2, None):
        value = json.dumps(account, indent=indent)
        (tmp_path / "key.json").write_text(value)
        from_file = service_account.Credentials.from_service_account_file
        read = from_file(str(tmp_path / "key.json"))  # type: ignore[no-untyped-call]  # not all of it has types
        assert "PRIVATE" not in masked(value, account["private_key"])
        for line in account["private_key"].splitlines()[2:4]:
            assert masked(value, line) == "[secret:K]"
        for seen in (read.service_account_email, read.project_id):
            assert masked(value, f"<{seen}>") == f"<{seen}>"


@pytest.mark.parametrize("registry", ["https://index.docker.io/v1/", "registry.example.net:5000"])
def test_what_docker_reads_of_its_configuration(tmp_path: Path, registry: str) -> None:
    """The password that its ``auth`` has in base64, and a token; the registry and the user stay."""
    written = base64.b64encode(f"an-application-of-ours:{PASSWORD}".encode()).decode()
    config = {
        "auths": {registry: {"auth": written}, "other.example.net": {"auth": "", "identitytoken": SESSION_TOKEN}},
        "credHelpers": {"third.example.net": "an-own-helper-of-ours"},
        "currentContext": "default",
    }
    value = json.dumps(config, indent="\t")
    (tmp_path / "config.json").write_text(value)
    read = docker_auth.load_config(str(tmp_path / "config.json"))
    secrets = read.auths[registry]["password"], read.auths["other.example.net"]["IdentityToken"]
    for secret in (*secrets, written):
        assert masked(value, f"<{secret}>") == "<[secret:K]>"
    for seen in (registry, read.auths[registry]["username"]):
        assert masked(value, f"<{seen}>") == f"<{seen}>"


@pytest.mark.slow
def test_what_npm_writes_into_its_configuration(tmp_path: Path) -> None:
    """The token of a registry and the password, which is in base64; the registry and the user stay."""
    token, password = "npm_Wint3rst0rmInvented0fOurs", base64.b64encode(PASSWORD.encode()).decode()
    pairs = {"_authToken": token, "_password": password, "username": "application17"}
    npm, file = Path(sys.executable).with_name("npm"), tmp_path / "npmrc"
    set_all = [f"//registry.example.org/:{key}={text}" for key, text in pairs.items()]
    subprocess.run([npm, "config", "set", *set_all, "--userconfig", file], check=True, cwd=tmp_path)
    value = file.read_text()
    assert all(text in value for text in pairs.values())
    for secret in (token, password, PASSWORD):
        assert masked(value, f"<{secret}>") == "<[secret:K]>"
    for seen in ("//registry.example.org/:_authToken=", "application17"):
        assert masked(value, seen) == seen
