"""Logins by OpenID Connect, with an identity provider of our own, held to what kubectl does with the same."""

from __future__ import annotations

import base64
import http.server
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from tests.cluster.server import Namespace
from tests.support.certificate import make_certificate

from .conftest import SECRET, shown

REFRESH = "invented-refresh-token"
NEWER = "newer-refresh-token"
CLIENT_SECRET = "invented client/secret"


class IdentityProvider(http.server.ThreadingHTTPServer):
    """Renews tokens.

    Attributes:
        folder: has its certificate.
        token: what it gives.
        asked: the forms that came, with the header that they came with.
        status: of its answers to those.
        takes_headers: whether a client may log in by a header.
        gives: more fields of an answer.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.token = ""
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.seen: list[str] = []
        self.status, self.takes_headers = 200, True
        self.gives: dict[str, Any] = {}
        self.url = f"https://127.0.0.1:{self.server_port}"
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(make_certificate(folder), folder / "key.pem")
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        """A client that does not trust it goes away."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: IdentityProvider

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        self._answer(200, {"token_endpoint": f"{self.server.url}/token"})

    def do_POST(self) -> None:
        self.server.seen.append(self.path)
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        header = self.headers.get("Authorization", "")
        self.server.asked.append((header, form))
        if header and not self.server.takes_headers:
            self._answer(401, {"error": "invalid_client"})
        else:
            self._answer(self.server.status, {"id_token": self.server.token, "access_token": "a", **self.server.gives})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def idp(namespace: Namespace, tmp_path: Path) -> Iterator[IdentityProvider]:
    """An identity provider whose tokens the API server takes: those of a ServiceAccount that may read."""
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    namespace.service_account("user", [rule])
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=x")
    with IdentityProvider(tmp_path) as running:
        running.token = namespace.token("user")
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        yield running
        running.shutdown()


def write(namespace: Namespace, provider: IdentityProvider, folder: Path, **settings: str) -> Path:
    """Writes a kubeconfig whose token has ended."""
    content = yaml.safe_load(namespace.kubeconfig.read_text())
    known = {
        "idp-issuer-url": f"{provider.url}/",
        "client-id": "kube:ctl",
        "client-secret": CLIENT_SECRET,
        "id-token": namespace.expired_token("user"),
        "refresh-token": REFRESH,
        "idp-certificate-authority-data": base64.b64encode((provider.folder / "certificate.pem").read_bytes()).decode(),
    }
    config = {key: value for key, value in {**known, **settings}.items() if value != "absent"}
    content["users"][0]["user"] = {"auth-provider": {"name": "oidc", "config": config}}
    folder.mkdir(exist_ok=True)
    file = folder / "config"
    file.write_text(yaml.safe_dump(content))
    file.chmod(0o600)
    return file


def by_kubectl(namespace: Namespace, file: Path) -> bool:
    """Returns whether kubectl can read the Secret."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{SECRET}"
    command = [str(namespace.cluster.binaries / "kubectl"), "get", "--raw", path]
    environment = {**os.environ, "KUBECONFIG": str(file)}
    done = subprocess.run(
        command, capture_output=True, timeout=60, stdin=subprocess.DEVNULL, env=environment, check=False
    )
    return done.returncode == 0


def by_us(file: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Returns whether we can; what the error shows has nothing secret in it."""
    monkeypatch.setenv("KUBECONFIG", str(file))
    failure: SecretsError
    try:
        return set(KubernetesProvider().read("demo")) == {"A"}
    except SecretsError as error:
        failure = error
    assert isinstance(failure, ProviderUnavailableError)
    assert "the login failed" in str(failure)
    assert not any(secret in shown(failure) for secret in (REFRESH, CLIENT_SECRET))
    return False


def fields(file: Path) -> dict[str, str]:
    """Returns the tokens that stand in a kubeconfig."""
    content = yaml.safe_load(file.read_text())
    config: dict[str, str] = content["users"][0]["user"]["auth-provider"]["config"]
    return {key: config.get(key, "") for key in ("refresh-token", "id-token")}


Arrange = Callable[[IdentityProvider], dict[str, str]]


def rotate(provider: IdentityProvider) -> dict[str, str]:
    """A refresh token is good for once."""
    provider.gives = {"refresh_token": NEWER}
    return {}


def want_forms(provider: IdentityProvider) -> dict[str, str]:
    """A provider that takes logins in the form alone."""
    provider.takes_headers = False
    return {}


def refuse(provider: IdentityProvider) -> dict[str, str]:
    """The refresh token is good no more."""
    provider.status = 400
    return {}


def give_none(provider: IdentityProvider) -> dict[str, str]:
    """A provider that renews everything but ID tokens."""
    provider.gives = {"id_token": None}
    return {}


WAYS: dict[str, Arrange] = {
    "in order": lambda provider: {},
    "rotated": rotate,
    "no client secret": lambda provider: {"client-secret": "absent"},
    "login by the form": want_forms,
    "no id-token": lambda provider: {"id-token": "absent"},
    "an empty id-token": lambda provider: {"id-token": ""},
    "refused": refuse,
    "no ID token given": give_none,
    "no refresh token": lambda provider: {"refresh-token": "absent"},
    "a CA in a file": lambda provider: {
        "idp-certificate-authority-data": "absent",
        "idp-certificate-authority": str(provider.folder / "certificate.pem"),
    },
    "empty data, a CA in a file": lambda provider: {
        "idp-certificate-authority-data": "",
        "idp-certificate-authority": str(provider.folder / "certificate.pem"),
    },
    "a CA in a missing file": lambda provider: {
        "idp-certificate-authority-data": "",
        "idp-certificate-authority": str(provider.folder / "missing.pem"),
    },
    "the system's CAs": lambda provider: {"idp-certificate-authority-data": "absent"},
    "empty data": lambda provider: {"idp-certificate-authority-data": ""},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_token_is_renewed_as_by_kubectl(
    namespace: Namespace, idp: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The same questions to the provider, the same tokens in the kubeconfig afterwards, or the same refusal."""
    settings = WAYS[way](idp)
    files = [write(namespace, idp, tmp_path / name, **settings) for name in ("kubectl", "us")]
    kubectl, asked = by_kubectl(namespace, files[0]), idp.asked[:]
    idp.asked.clear()
    assert by_us(files[1], monkeypatch) == kubectl
    assert idp.asked == asked
    old, new = fields(files[0]), fields(files[1])
    assert old["refresh-token"] == new["refresh-token"]
    assert (old["id-token"] == idp.token) == (new["id-token"] == idp.token) == kubectl
    assert files[1].stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in files[1].parent.iterdir()) == ["config"]
    if kubectl:
        idp.asked.clear()
        assert by_us(files[1], monkeypatch)
        assert idp.asked == []


@pytest.mark.parametrize("data", ["absent", ""])
def test_the_systems_certificates_count(
    namespace: Namespace, idp: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    """Without a CA of its own the provider is known by the system's; whom they do not know gets nothing at all."""
    file = write(namespace, idp, tmp_path / "us", **{"idp-certificate-authority-data": data})
    assert not by_us(file, monkeypatch)
    assert idp.seen == []
    monkeypatch.setenv("SSL_CERT_FILE", str(idp.folder / "certificate.pem"))
    assert by_kubectl(namespace, write(namespace, idp, tmp_path / "k", **{"idp-certificate-authority-data": data}))
    assert by_us(file, monkeypatch)


def test_nobody_is_sent_elsewhere(
    namespace: Namespace, idp: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider cannot pass the refresh token on."""
    idp.status = 307
    assert not by_us(write(namespace, idp, tmp_path / "us"), monkeypatch)
    assert "/elsewhere" not in idp.seen


def test_a_locked_kubeconfig_is_left_alone(
    namespace: Namespace, idp: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where kubectl holds its lock nothing is written, and the token serves this process."""
    file = write(namespace, idp, tmp_path / "us")
    before = file.read_bytes()
    (tmp_path / "us" / "config.lock").touch()
    assert by_us(file, monkeypatch)
    assert file.read_bytes() == before
