"""A proxy with one session, hosts behind it, and a client that trusts the session's authority."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from dh_secrets_jupyter.proxy.connection import Use
from dh_secrets_jupyter.proxy.server import Proxy, Rules
from dh_secrets_jupyter.proxy.session import Held, Session
from dh_secrets_jupyter.proxy.upstream import Upstream
from tests.cluster.server import Cluster, Namespace

from .fixtures import NAME, OTHER, VALUE
from .hosts import Host, Loop, TestAuthority

EXAMPLES = Path(__file__).parents[2] / "examples" / "kubernetes"


@dataclass
class Place:
    """A proxy, its session, and the secrets that the session reads."""

    loop: Loop
    session: Session
    port: int
    secrets: dict[str, Held]
    uses: list[Use] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def use(self, name: str) -> str:
        """Returns a stand-in."""
        return self.loop.run(self.session.use(name))

    def context(self, name: str = "KEY") -> ssl.SSLContext:
        """Returns a client's side of TLS that trusts the session's authority alone."""
        context = ssl.create_default_context(cadata=self.session.authority(self.secrets[name].hosts).pem)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def connect(
        self, host: str, port: int, *, context: ssl.SSLContext | None = None, token: str | None = None
    ) -> http.client.HTTPSConnection:
        """Returns a client that goes through the proxy."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context or self.context(), timeout=30)
        connection.set_tunnel(host, port, {"Proxy-Authorization": login(token or self.session.token)})
        return connection

    def tunnel(self, host: str, port: int) -> socket.socket:
        """Returns a connection that the proxy has agreed to hand on, before TLS."""
        connection = socket.create_connection(("127.0.0.1", self.port), 30)
        connection.sendall(
            f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Proxy-Authorization: {login(self.session.token)}\r\n\r\n".encode()
        )
        answer = connection.recv(4096)
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        return connection


def login(token: str) -> str:
    """Returns what stands in ``Proxy-Authorization``."""
    return "Basic " + base64.b64encode(f"dh:{token}".encode()).decode()


def receive(connection: socket.socket) -> bytes:
    """Returns what came, of which there has to be some."""
    data = connection.recv(1 << 16)
    assert data
    return data


def through(place: Place, authority: TestAuthority, host: Host, name: str = OTHER) -> bytes:
    """Returns what a host that no secret is for answers, to a client that trusts its own authority."""
    connection = place.connect(name, host.port, context=ssl.create_default_context(cafile=str(authority.path)))
    connection.request("GET", "/", headers={"Authorization": place.use("KEY")})
    return connection.getresponse().read()


def refusal(place: Place, host: str, port: int, token: str | None = None) -> str:
    """Returns how a refused CONNECT is reported by a client that shows the reason phrase."""
    with pytest.raises(OSError, match="Tunnel connection failed") as caught:
        place.connect(host, port, token=token).request("GET", "/")
    return str(caught.value)


@pytest.fixture
def place(loop: Loop, authority: TestAuthority, host: Host) -> Iterator[Place]:
    """A proxy whose one session has the secret KEY for the host."""
    yield from start(loop, authority, host)


def start(loop: Loop, authority: TestAuthority, host: Host, **rules: object) -> Iterator[Place]:
    """Starts a proxy; ``rules`` are the administrator's."""
    secrets = {"KEY": Held(VALUE, (f"{NAME}:{host.port}",))}
    reads: list[str] = []
    uses: list[Use] = []

    async def read(name: str) -> Held:
        reads.append(name)
        return secrets[name]

    session = Session(read, uses.append)
    upstream = Upstream(
        allow_private=True,
        ca=str(authority.path),
        resolve={NAME: "127.0.0.1", OTHER: "127.0.0.1"},
    )
    proxy = Proxy(lambda token, _: {session.token: session}.get(token), Rules(**{"upstream": upstream, **rules}))  # type: ignore[arg-type]  # of the test
    server = loop.run(proxy.start("127.0.0.1", 0))
    yield Place(loop, session, server.sockets[0].getsockname()[1], secrets, uses, reads)
    loop.loop.call_soon_threadsafe(server.close)


@pytest.fixture(scope="session")
def prepared(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Namespace:
    """A namespace to which the manifests of examples/kubernetes are applied, as they are but for its name."""
    namespace, folder = cluster.namespace(), tmp_path_factory.mktemp("overlay")
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace.name,
        "resources": [str(Path(*[".."] * len(folder.parts[1:]), *EXAMPLES.parts[1:]))],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    namespace.kubectl("apply", "-k", str(folder))
    namespace.kubectl("create", "configmap", "dh-secrets-proxy-ca", "--from-literal=ca.crt=")
    namespace.kubectl("apply", "-f", str(EXAMPLES / "pod.yaml"))
    return namespace
