"""A cluster's proxy in this process, at a real API server, and what a pod has that may use its secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.providers.kubernetes.reviews import AUDIENCE, ReviewingProvider
from dh_secrets_jupyter.providers.kubernetes.secrets_proxy import ADDRESS, CA, TOKEN, SecretsProxy
from dh_secrets_jupyter.proxy.control import Control
from dh_secrets_jupyter.proxy.door import Door
from dh_secrets_jupyter.proxy.kernels import Kernels
from dh_secrets_jupyter.proxy.server import Proxy, Rules
from dh_secrets_jupyter.proxy.upstream import Upstream
from tests.cluster.server import Namespace

from .fixtures import NAME, VALUE
from .hosts import Host, Loop, TestAuthority

NOTEBOOK, PROXY = "notebook", "dh-secrets-proxy"
"""The ServiceAccounts of examples/kubernetes."""


@dataclass
class Place:
    """A namespace with the manifests, and a proxy in this process that runs as its ServiceAccount."""

    namespace: Namespace
    loop: Loop
    kernels: Kernels
    port: int
    folder: Path
    authority: TestAuthority
    lines: list[str]

    def token(self, *, account: str = NOTEBOOK, audience: str = AUDIENCE, pod: str = NOTEBOOK) -> Path:
        """Writes a token as the kubelet does, and returns its file."""
        path = self.folder / f"{account}-{audience}.token"
        path.write_text(self.namespace.token(account, audience=audience, pod=pod))
        return path

    def kernel(self, token: Path | None = None, environment: Mapping[str, str] = MappingProxyType({})) -> SecretsProxy:
        """Returns a kernel's end."""
        ca = str(self.authority.path)
        named = {ADDRESS: f"https://localhost:{self.port}", TOKEN: str(token or self.token()), CA: ca}
        return SecretsProxy({**named, **environment})

    def environment(self) -> dict[str, str]:
        """Returns what a pod has whose account may use the project's secrets, and do nothing else with them."""
        own = self.namespace.cluster.write_kubeconfig("own", self.namespace.token(NOTEBOOK), self.namespace.name)
        named = {ADDRESS: f"https://localhost:{self.port}", TOKEN: str(self.token()), CA: str(self.authority.path)}
        return {"KUBECONFIG": str(own), **named}

    def edit(self, value: str) -> None:
        """Gives the secret another value, as somebody with kubectl does."""
        patch = {"stringData": {"KEY": value}}
        self.namespace.kubectl("patch", "secret", "proj-secrets-demo", "-p", json.dumps(patch))


@contextmanager
def begun(prepared: Namespace, loop: Loop, authority: TestAuthority, host: Host, folder: Path) -> Iterator[Place]:
    """Runs a proxy for the secrets KEY, which is for the host, and OPEN, which is for none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(prepared.kubeconfig))
        demo = Project("demo", KubernetesProvider(), user="ann")
        demo.delete(*[secret.name for secret in demo.list_secrets()])
        demo.new_secret("KEY", VALUE, hosts=[f"{NAME}:{host.port}"], description="for the model")
        demo.new_secret("OPEN", "sample-value-for-no-host")
        token = prepared.cluster.write_kubeconfig(f"{prepared.name}-proxy", prepared.token(PROXY), prepared.name)
        patch.setenv("KUBECONFIG", str(token))
        provider = ReviewingProvider()
        provider.place("demo")  # finds its cluster now, while the variable is set
    lines: list[str] = []
    kernels = Kernels(provider, lines.append)
    upstream = Upstream(allow_private=True, ca=str(authority.path), resolve={NAME: "127.0.0.1"})
    proxy = Proxy(kernels.find, Rules(upstream=upstream, judged=True), Control(kernels))

    async def begin() -> tuple[Door, int]:
        door = Door(proxy.serve, authority.context("localhost"))
        return door, await door.open("127.0.0.1", 0)

    door, port = loop.run(begin())
    yield Place(prepared, loop, kernels, port, folder, authority, lines)
    loop.loop.call_soon_threadsafe(door.close)
