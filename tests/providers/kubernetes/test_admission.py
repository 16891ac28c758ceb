"""Rules of the cluster that refuse a change: real webhooks, policies and quotas before the real API server."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import socket
import ssl
import threading
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.project import Project
from tests.cluster.server import Namespace
from tests.support.certificate import make_certificate
from tests.support.waiting import wait_until

from .conftest import CANARY, SECRET, shown

NAME = "secrets.policy.example.com"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"


class Webhook:
    """An admission webhook's https server; ``status`` is what it denies changes with, None lets them pass."""

    def __init__(self, folder: Path) -> None:
        self.status: int | None = None
        certificate = make_certificate(folder)
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                response: dict[str, Any] = {"uid": review["request"]["uid"], "allowed": webhook.status is None}
                if webhook.status is not None:
                    response["status"] = {"code": webhook.status, "message": f"{CANARY}: not allowed"}
                review["response"] = response
                body = json.dumps(review).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, folder / "key.pem")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.client = {
            "url": f"https://127.0.0.1:{self._server.server_address[1]}/",
            "caBundle": base64.b64encode(certificate.read_bytes()).decode(),
        }
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Ends the server: its pods are away."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def webhook(tmp_path: Path) -> Iterator[Webhook]:
    """A server that lets everything pass."""
    made = Webhook(tmp_path)
    yield made
    with contextlib.suppress(OSError):
        made.stop()


def watched(namespace: Namespace, client: dict[str, str], seconds: int = 30) -> contextlib.AbstractContextManager[None]:
    """Has the API server ask a webhook about each change of a Secret in the namespace, and wait so long for it."""
    hook = {
        "name": NAME,
        "clientConfig": client,
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "timeoutSeconds": seconds,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace.name}},
        "rules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "resources": ["secrets"],
                "operations": ["CREATE", "UPDATE", "DELETE"],
            }
        ],
    }
    return installed(namespace, "validatingwebhookconfigurations", {"webhooks": [hook]})


@contextlib.contextmanager
def installed(namespace: Namespace, kind: str, body: dict[str, Any]) -> Iterator[None]:
    """Makes an object of the whole cluster for as long as the block runs."""
    path = f"{ADMISSION}/{kind}"
    namespace.cluster.api("POST", path, {"metadata": {"name": namespace.name}, **body})
    try:
        yield
    finally:
        namespace.cluster.api("DELETE", f"{path}/{namespace.name}")


def await_refusal(namespace: Namespace) -> None:
    """Waits until the API server has learned of a rule: it refuses a Secret that nobody would keep."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets?dryRun=All"

    def is_refused() -> bool:
        try:
            namespace.cluster.api("POST", path, {"metadata": {"name": "mark-probe", "labels": {"probe": "x"}}})
        except urllib.error.HTTPError:
            return True
        return False

    wait_until(is_refused, "a refusal")


def refused(namespace: Namespace, action: Callable[[], object], kind: type[SecretsError]) -> str:
    """Returns the one line that a change fails with; nothing is changed, and no change was sent twice."""
    before, sent = namespace.secret(SECRET), len(changes(namespace))
    with pytest.raises(kind) as caught:
        action()
    assert type(caught.value) is kind
    assert CANARY not in shown(caught.value)
    assert "\n" not in str(caught.value)
    assert namespace.secret(SECRET) == before
    assert len(changes(namespace)) == sent + 1
    return str(caught.value)


def changes(namespace: Namespace) -> list[dict[str, Any]]:
    return [
        entry
        for entry in namespace.requests()
        if entry["verb"] not in ("get", "watch") and SECRET in entry["requestURI"] + str(entry["objectRef"])
    ]


WRITES: dict[str, Callable[[Project], object]] = {
    "put": lambda project: project.put("A", "new"),
    "delete": lambda project: project.delete("A"),
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 503])
def test_a_webhook_that_denies(demo: Project, namespace: Namespace, webhook: Webhook, status: int) -> None:
    """With whatever status it denies, that is said at once, with its name and status and none of its words."""
    demo.put("A", CANARY)
    webhook.status = status
    with watched(namespace, webhook.client):
        await_refusal(namespace)
        for write in WRITES.values():
            line = refused(namespace, lambda write=write: write(demo), AccessDeniedError)  # type: ignore[misc]  # mypy: defaults of lambdas
            assert f"the admission webhook {NAME} denied the request to" in line
            assert f"(HTTP status {status})" in line
        webhook.status = None
        demo.put("A", "passes")
    assert demo.read_all() == {"A": "passes"}


def test_a_webhook_that_denies_the_first_secret(demo: Project, namespace: Namespace, webhook: Webhook) -> None:
    """A creation is denied likewise, though 404 and 409 mean something else there."""
    webhook.status = 404
    with watched(namespace, webhook.client):
        await_refusal(namespace)
        for webhook.status in (404, 409):
            with pytest.raises(AccessDeniedError, match=f"the admission webhook {NAME} denied the request to create"):
                demo.new_secret("A", CANARY)
    assert namespace.secret(SECRET) is None


@pytest.mark.parametrize("how", ["refuses", "silent", "no certificate"])
def test_a_webhook_that_is_away(demo: Project, namespace: Namespace, webhook: Webhook, how: str) -> None:
    """That it does not answer is said within some seconds, and that nothing was changed, which is so."""
    demo.put("A", CANARY)
    client, silent = dict(webhook.client), socket.create_server(("127.0.0.1", 0))
    if how == "silent":
        client["url"] = f"https://127.0.0.1:{silent.getsockname()[1]}/"
    elif how == "refuses":
        webhook.stop()
    else:
        del client["caBundle"]
    with silent, watched(namespace, client, seconds=2):
        await_refusal(namespace)
        for write in WRITES.values():
            line = refused(namespace, lambda write=write: write(demo), ProviderUnavailableError)  # type: ignore[misc]  # as above
            assert f"the admission webhook {NAME} does not answer" in line
            assert "nothing was changed" in line


@pytest.mark.parametrize(("reason", "status"), [("Invalid", 422), ("Forbidden", 403), ("RequestEntityTooLarge", 413)])
def test_a_policy_that_denies(demo: Project, namespace: Namespace, reason: str, status: int) -> None:
    """A ValidatingAdmissionPolicy is said by its name, whatever reason it gives."""
    demo.put("A", CANARY)
    policy = {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace.name}},
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["secrets"],
                }
            ],
        },
        "validations": [{"expression": "false", "message": f"{CANARY}: not allowed", "reason": reason}],
    }
    binding = {"policyName": namespace.name, "validationActions": ["Deny"]}
    with (
        installed(namespace, "validatingadmissionpolicies", {"spec": policy}),
        installed(namespace, "validatingadmissionpolicybindings", {"spec": binding}),
    ):
        await_refusal(namespace)
        line = refused(namespace, lambda: demo.put("A", "new"), AccessDeniedError)
        assert f"the ValidatingAdmissionPolicy {namespace.name} denied the request to patch" in line
        assert f"(HTTP status {status})" in line


def test_a_quota_that_is_used_up(demo: Project, namespace: Namespace) -> None:
    """A ResourceQuota that allows no Secret is said by its name."""
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"count/secrets": "0"}}}
    path = f"/api/v1/namespaces/{namespace.name}/resourcequotas"
    namespace.cluster.api("POST", path, quota)
    used = {**quota, "status": {"hard": {"count/secrets": "0"}, "used": {"count/secrets": "0"}}}
    namespace.cluster.api("PUT", f"{path}/none/status", used)  # there is no controller to do it
    await_refusal(namespace)
    with pytest.raises(AccessDeniedError, match="the ResourceQuota none does not let you create") as caught:
        demo.new_secret("A", CANARY)
    assert CANARY not in shown(caught.value)


def test_a_namespace_that_is_going(demo: Project, namespace: Namespace) -> None:
    """A namespace that is being deleted is said as that, and not as a matter of quotas and policies."""
    namespace.cluster.api("DELETE", f"/api/v1/namespaces/{namespace.name}")
    await_refusal(namespace)
    with pytest.raises(ProviderUnavailableError, match=f"the namespace {namespace.name} is being deleted"):
        demo.new_secret("A", CANARY)
