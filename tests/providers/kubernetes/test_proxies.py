"""Which way requests take, by kubeconfig and environment: the way that kubectl's take."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider, client
from tests.cluster.kubeconfig import write_changed
from tests.cluster.server import Namespace
from tests.support.connections import forward, read_head, serving

from .conftest import SECRET, shown

PORT = "@PORT@"  # the proxy's
SERVER = "@SERVER@"  # the API server's port
ABROAD = f"https://kubernetes.invalid:{SERVER}"
"""A name that only the proxy knows."""
HERE = f"https://0.0.0.0:{SERVER}"
"""An address of this machine that is no loopback one."""
PROXY = {"HTTPS_PROXY": f"http://127.0.0.1:{PORT}"}


class Proxy:
    """Connects to the API server whatever it is asked for, and remembers that."""

    def __init__(self, target: int) -> None:
        self.asked: list[tuple[str, str]] = []
        self.port = 0
        self._target = target

    def serve(self, ours: socket.socket) -> None:
        """Serves one connection."""
        if not (head := read_head(ours)):
            return
        login = re.search(rb"(?im)^proxy-authorization: (.*?)\r", head)
        self.asked.append((head.split()[1].decode(), login[1].decode() if login else ""))
        with socket.create_connection(("127.0.0.1", self._target)) as theirs:
            ours.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            both = {"ends": socket.SHUT_RDWR}
            threading.Thread(target=forward, args=(theirs, ours), kwargs=both, daemon=True).start()
            forward(ours, theirs, ends=socket.SHUT_RDWR)


@pytest.fixture
def proxy(namespace: Namespace) -> Iterator[Proxy]:
    """A proxy before the API server, which has a Secret."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=x")
    proxy = Proxy(int(namespace.cluster.url.rpartition(":")[2]))
    with serving(proxy.serve) as proxy.port:
        yield proxy


WAYS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no proxy": ({}, {}),
    "127.0.0.1": (PROXY, {}),
    "localhost": (PROXY, {"server": f"https://localhost:{SERVER}"}),
    "in lower case": ({"https_proxy": PROXY["HTTPS_PROXY"]}, {"server": ABROAD}),
    "without a scheme": ({"HTTPS_PROXY": f"127.0.0.1:{PORT}"}, {"server": ABROAD}),
    "with a password": ({"HTTPS_PROXY": f"http://jane:a%20b@127.0.0.1:{PORT}"}, {"server": ABROAD}),
    "for http alone": ({"HTTP_PROXY": PROXY["HTTPS_PROXY"]}, {"server": HERE}),
    "for all": ({"ALL_PROXY": PROXY["HTTPS_PROXY"]}, {"server": HERE}),
    "a name abroad": (PROXY, {"server": ABROAD}),
    "an address": (PROXY, {"server": HERE}),
    "proxy-url": ({}, {"server": ABROAD, "proxy-url": f"http://127.0.0.1:{PORT}"}),
    "proxy-url and 127.0.0.1": ({}, {"proxy-url": f"http://127.0.0.1:{PORT}"}),
    "proxy-url and NO_PROXY": ({"NO_PROXY": "127.0.0.1,*"}, {"proxy-url": f"http://127.0.0.1:{PORT}"}),
    "proxy-url wins": (
        {"HTTPS_PROXY": "http://127.0.0.1:1"},
        {"server": ABROAD, "proxy-url": f"http://127.0.0.1:{PORT}"},
    ),
    "proxy-url with a name": ({}, {"server": ABROAD, "proxy-url": f"http://jane@127.0.0.1:{PORT}"}),
} | {
    f"NO_PROXY={exceptions}": ({**PROXY, "NO_PROXY": exceptions}, {"server": server})
    for exceptions, server in [
        ("kubernetes.invalid", ABROAD),
        ("other.invalid, KUBERNETES.invalid", ABROAD),
        (".invalid", ABROAD),
        (".kubernetes.invalid", ABROAD),
        ("*.invalid", ABROAD),
        ("netes.invalid", ABROAD),
        (f"kubernetes.invalid:{SERVER}", ABROAD),
        ("kubernetes.invalid:1", ABROAD),
        ("*", ABROAD),
        ("0.0.0.0", HERE),
        ("0.0.0.0/8", HERE),
        ("10.0.0.0/8,::1", HERE),
        (f"0.0.0.0:{SERVER}", HERE),
        ("0.0.0.0:1", HERE),
    ]
}


@pytest.mark.parametrize("way", WAYS)
def test_the_way_is_kubectls(
    namespace: Namespace, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Through the same proxy with the same login, or past it: this machine is never asked for by the environment's."""
    environment, cluster = [fill_in(part, namespace, proxy) for part in WAYS[way]]
    changes = {"tls-server-name": "kubernetes.default"} | cluster
    file = write_changed(namespace.kubeconfig, tmp_path / "config", cluster=changes)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in {**environment, "KUBECONFIG": str(file)}.items():
        monkeypatch.setenv(name, value)
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{SECRET}"
    command = [str(namespace.cluster.binaries / "kubectl"), "get", "--raw", path]
    done = subprocess.run(command, capture_output=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    by_kubectl = set(proxy.asked), done.returncode == 0
    proxy.asked.clear()
    monkeypatch.setattr(client, "RETRY_TIMEOUT", 0.5)
    read = reads()
    assert (set(proxy.asked), read) == by_kubectl


def fill_in(part: Mapping[str, str], namespace: Namespace, proxy: Proxy) -> dict[str, str]:
    """Writes the ports into a row."""
    server = namespace.cluster.url.rpartition(":")[2]
    return {key: text.replace(PORT, str(proxy.port)).replace(SERVER, server) for key, text in part.items()}


def reads() -> bool:
    """Returns whether the project can be read."""
    failure: SecretsError
    try:
        return set(KubernetesProvider().read("demo")) == {"A"}
    except SecretsError as error:
        failure = error
    assert "jane" not in shown(failure)
    return False


def test_a_socks_proxy_needs_a_package(namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nothing is sent, by no other way either."""
    proxy_url = {"proxy-url": "socks5://127.0.0.1:1"}
    monkeypatch.setenv("KUBECONFIG", str(write_changed(namespace.kubeconfig, tmp_path / "config", cluster=proxy_url)))
    monkeypatch.setitem(sys.modules, "socks", None)
    with pytest.raises(ProviderUnavailableError, match="pip install pysocks") as caught:
        KubernetesProvider().read("demo")
    assert caught.value.__context__ is None
    assert namespace.requests() == []
