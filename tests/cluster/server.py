"""Starts etcd and kube-apiserver on free loopback ports, and makes the identities that the tests act as."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import itertools
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ..support.connections import free_port
from ..support.waiting import PATIENCE, wait_until
from .build import binaries

ISSUER = "https://kubernetes.default.svc"
READY = 120.0  # seconds; 3 on an idle machine
AUDIT_POLICY = """
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources: [{group: "", resources: [secrets]}, {group: authorization.k8s.io}]
- level: None
"""


class Cluster:
    """An API server of its own; ``with`` starts and ends it.

    Args:
        folder: where it keeps everything; should be empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binaries = binaries()
        self.url = ""
        self.token = secrets.token_urlsafe()
        self._etcd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        folder.mkdir(parents=True, exist_ok=True)
        self._clients = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (folder / "clients.crt").write_bytes(self._certify("clients", self._clients, [])[0])
        (folder / "tokens.csv").write_text(f"{self.token},admin,admin,system:masters\n")
        (folder / "audit.yaml").write_text(AUDIT_POLICY)
        (folder / "service-accounts.pem").write_bytes(_pem(self._key))

    def __enter__(self) -> Self:
        self._etcd_url, self._peer_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self._start_etcd()
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        for process in (self._server, self._etcd):
            if process:
                process.kill()
                process.wait()

    @property
    def ca(self) -> Path:
        """The certificate that clients verify the server by."""
        return self.folder / "certificates" / "apiserver.crt"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, whose context is in the namespace ``default``."""
        return self.write_kubeconfig("admin", self.token, "default")

    def start(self) -> None:
        """Starts the API server, on the same port as before, and waits until it is ready."""
        port = int(self.url.rpartition(":")[2]) if self.url else free_port()
        self.url = f"https://127.0.0.1:{port}"
        keys = self.folder / "service-accounts.pem"
        self._server = self._spawn(
            "kube-apiserver",
            f"--etcd-servers={self._etcd_url}",
            f"--cert-dir={self.folder / 'certificates'}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--service-account-issuer={ISSUER}",
            f"--service-account-key-file={keys}",
            f"--service-account-signing-key-file={keys}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--authorization-mode=RBAC",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            f"--client-ca-file={self.folder / 'clients.crt'}",
            "--endpoint-reconciler-type=none",
            f"--audit-policy-file={self.folder / 'audit.yaml'}",
            f"--audit-log-path={self.folder / 'audit.log'}",
        )
        self._wait(self._server, self._is_ready)

    def kill(self) -> None:
        """Ends the API server as ``kill -9`` does; etcd and all data stay for :meth:`start`."""
        assert self._server
        self._server.send_signal(signal.SIGKILL)
        self._server.wait()

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        """Holds the API server still: connections are accepted, and nothing is answered."""
        assert self._server
        self._server.send_signal(signal.SIGSTOP)
        # Each thread stops when it is scheduled; until then it may answer. WNOWAIT: a server that ended is not reaped.
        os.waitid(os.P_PID, self._server.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def api(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Any:
        """One request as administrator, without any client library; bytes are sent as they are.

        Raises:
            urllib.error.HTTPError: the server refused it.
        """
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=content,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type},
        )
        with urllib.request.urlopen(
            request, context=ssl.create_default_context(cafile=self.ca), timeout=PATIENCE
        ) as answer:
            return json.load(answer)

    def namespace(self) -> Namespace:
        """Makes a fresh namespace."""
        name = f"test-{next(self._numbers)}"
        self.api("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        return Namespace(self, name)

    def write_kubeconfig(self, file_name: str, token: str, namespace: str, ca: Path | None = None) -> Path:
        """Writes a kubeconfig for a bearer token; ``ca`` replaces the server's own certificate by another."""
        path = self.folder / f"{file_name}.kubeconfig"
        cluster = {
            "server": self.url,
            "certificate-authority-data": base64.b64encode((ca or self.ca).read_bytes()).decode(),
        }
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": namespace}}],
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": token}}],
        }
        path.write_text(yaml.safe_dump(content))
        return path

    def client_certificate(self, user: str, *groups: str) -> tuple[bytes, bytes]:
        """Returns a certificate by which the server knows a user of some groups, and its key, both in PEM."""
        return self._certify(user, rsa.generate_private_key(public_exponent=65537, key_size=2048), groups)

    def _certify(self, name: str, key: rsa.RSAPrivateKey, groups: Sequence[str]) -> tuple[bytes, bytes]:
        now, issuer = datetime.now(UTC), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "clients")])
        parts = [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, group) for group in groups]
        subject = x509.Name([*parts, x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        certificate = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=key is self._clients, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self._clients, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)

    def sign(self, claims: dict[str, Any]) -> str:
        """Returns a token signed with the server's own key: the way to one that has really expired."""

        def part(content: bytes) -> str:
            return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

        head = f"{part(json.dumps({'alg': 'RS256'}).encode())}.{part(json.dumps(claims).encode())}"
        return f"{head}.{part(self._key.sign(head.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def restart_etcd(self) -> None:
        """Ends etcd as ``kill -9`` does, and starts it again with its data."""
        assert self._etcd
        self._etcd.kill()
        self._etcd.wait()
        self._start_etcd()

    def _start_etcd(self) -> None:
        url = self._etcd_url
        self._etcd = self._spawn(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            f"--listen-peer-urls={self._peer_url}",
            "--unsafe-no-fsync",
        )

        def healthy() -> bool:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                return bool(answer.status == 200)

        self._wait(self._etcd, healthy)

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [self.binaries / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  # it takes no lock
            )

    def _wait(self, process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY
        while True:
            try:
                if ready():
                    return
            except (OSError, urllib.error.HTTPError):
                pass  # not yet
            program = Path(str(process.args[0])).name  # type: ignore[index]  # a list, as _spawn gave it
            if process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / f"{program}.log").read_text(errors="replace")
                raise RuntimeError(f"{program} did not start: …{log[-3000:]}")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        context = ssl.create_default_context(cafile=self.ca) if self.ca.exists() else None
        request = urllib.request.Request(f"{self.url}/readyz", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, context=context, timeout=5) as answer:
            return bool(answer.status == 200)


class Namespace:
    """One namespace of a cluster.

    Attributes:
        name: its name.
        kubeconfig: the administrator's, whose context is in this namespace.
    """

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.kubeconfig = cluster.write_kubeconfig(name, cluster.token, name)

    def kubectl(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Runs kubectl in this namespace and returns what it printed. Raises where it fails."""
        command = [str(self.cluster.binaries / "kubectl"), f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def secret(self, name: str) -> dict[str, Any] | None:
        """Returns a Secret as the server has it, or None."""
        try:
            found: dict[str, Any] = self.cluster.api("GET", f"/api/v1/namespaces/{self.name}/secrets/{name}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None
        return found

    def data(self, name: str) -> dict[str, bytes]:
        """Returns a Secret's values; none where there is no such Secret."""
        data = (self.secret(name) or {}).get("data") or {}
        return {key: base64.b64decode(value) for key, value in data.items()}

    def requests(self) -> list[dict[str, Any]]:
        """Returns the audit log's entries for this namespace's Secrets so far, oldest first."""
        mark = f"mark-{secrets.token_hex(8)}"  # a request is logged a moment after it is answered: this one is the last
        self.secret(mark)
        wait_until(
            lambda: any(entry["objectRef"].get("name") == mark for entry in self._logged()), "the audit log's last line"
        )
        time.sleep(0.2)
        return [entry for entry in self._logged() if not entry["objectRef"].get("name", "").startswith("mark-")]

    def _logged(self) -> list[dict[str, Any]]:
        with (self.cluster.folder / "audit.log").open() as log:
            entries = [json.loads(line) for line in log if f'"namespace":"{self.name}"' in line and line.endswith("\n")]
        return [entry for entry in entries if entry["objectRef"]["resource"] == "secrets"]

    def service_account(self, name: str, rules: Sequence[dict[str, Any]] = ()) -> Path:
        """Makes a ServiceAccount with a Role of these rules, which counts by then; returns a kubeconfig with a real
        token of its own."""
        accounts = f"/api/v1/namespaces/{self.name}/serviceaccounts"
        roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.name}"
        self.cluster.api("POST", accounts, {"metadata": {"name": name}})
        self.cluster.api("POST", f"{roles}/roles", {"metadata": {"name": name}, "rules": list(rules)})
        binding = {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": self.name}],
        }
        self.cluster.api("POST", f"{roles}/rolebindings", binding)
        for rule in rules:
            wait_until(lambda rule=rule: self.may(name, rule), f"{name} may do what its Role says", pause=0.01)  # type: ignore[misc]  # mypy: defaults of lambdas
        return self.cluster.write_kubeconfig(f"{self.name}-{name}", self.token(name), self.name)

    def may(self, service_account: str, rule: dict[str, Any]) -> bool:
        """Returns whether a ServiceAccount has a rule's rights: a Role counts a moment after it was made."""
        asked = {"namespace": self.name, "group": rule["apiGroups"][0], "resource": rule["resources"][0]}
        asked |= {"verb": rule["verbs"][-1], "name": rule.get("resourceNames", [""])[0]}
        spec = {"user": f"system:serviceaccount:{self.name}:{service_account}", "resourceAttributes": asked}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        answer = self.cluster.api("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
        return bool(answer["status"]["allowed"])

    def token(self, service_account: str, *, audience: str = "", pod: str = "") -> str:
        """Returns a new token of a ServiceAccount, for an hour.

        Args:
            audience: whom it is for; by default the API server.
            pod: the pod that it is good as long as, if any.
        """
        spec: dict[str, Any] = {"expirationSeconds": 3600, **({"audiences": [audience]} if audience else {})}
        if pod:
            found = self.cluster.api("GET", f"/api/v1/namespaces/{self.name}/pods/{pod}")
            spec["boundObjectRef"] = {"apiVersion": "v1", "kind": "Pod", "name": pod, "uid": found["metadata"]["uid"]}
        path = f"/api/v1/namespaces/{self.name}/serviceaccounts/{service_account}/token"
        return str(self.cluster.api("POST", path, {"spec": spec})["status"]["token"])

    def expired_token(self, service_account: str) -> str:
        """Returns a token that was good until an hour ago."""
        hour = 3600
        body = self.token(service_account).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return self.cluster.sign({**claims, **{key: claims[key] - 2 * hour for key in ("exp", "iat", "nbf")}})


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _die_with_parent() -> None:
    """A killed test run must not leave servers behind (``PR_SET_PDEATHSIG``)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
