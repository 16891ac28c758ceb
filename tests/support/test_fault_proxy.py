"""The proxy does to requests just what it is told, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..cluster.kubeconfig import write_changed
from ..cluster.server import Namespace
from .fault_proxy import CUT, HALF, HANG, LOST, PASS, Fault, FaultProxy, always, answer, drip, random_faults
from .waiting import wait_until


class Caller:
    """Asks through the proxy as any client would, each time over a new connection."""

    def __init__(self, proxy: FaultProxy, namespace: Namespace) -> None:
        self._base = f"{proxy.url}/api/v1/namespaces/{namespace.name}/secrets"
        self._token = yaml.safe_load(proxy.kubeconfig.read_text())["users"][0]["user"]["token"]
        self._tls = ssl.create_default_context(cafile=proxy.kubeconfig.parent / "certificate.pem")

    def open(self, method: str, path: str = "", body: object = None, seconds: float = 10) -> Any:
        """Sends one request and returns the answer, open."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, method=method, data=content, headers=headers)
        return urllib.request.urlopen(request, context=self._tls, timeout=seconds)

    def create(self, name: str) -> str | int:
        """Creates a Secret; returns the status, or what went wrong instead."""
        try:
            with self.open("POST", body={"metadata": {"name": name}}) as answered:
                answered.read()
                return int(answered.status)
        except urllib.error.HTTPError as error:
            return error.code
        except Exception as error:  # noqa: BLE001 (whatever a client makes of it)
            return type(error).__name__


@pytest.fixture
def caller(fault_proxy: FaultProxy, namespace: Namespace) -> Caller:
    return Caller(fault_proxy, namespace)


@pytest.mark.parametrize(
    ("fault", "said", "happened"),
    [
        (PASS, {201}, True),
        (CUT, {"RemoteDisconnected", "URLError", "SSLEOFError"}, False),
        (LOST, {"RemoteDisconnected", "URLError", "SSLEOFError"}, True),
        (HALF, {"IncompleteRead", "SSLEOFError"}, True),
        (answer(503), {503}, False),
        (answer(409, upstream=True), {409}, True),
        (answer(429, headers={"Retry-After": "1"}), {429}, False),
    ],
    ids=["pass", "cut", "lost", "half", "503", "409 but done", "429"],
)
def test_faults(
    fault_proxy: FaultProxy, caller: Caller, namespace: Namespace, fault: Fault, said: set[str | int], happened: bool
) -> None:
    """Each gives the client what it says, once, and the API server has the change or has it not."""
    fault_proxy.script("POST", fault)
    assert caller.create("one") in said
    assert (namespace.secret("one") is not None) == happened
    assert fault_proxy.done
    assert caller.create("two") == 201
    assert fault_proxy.count("POST") == fault_proxy.count() == 2


def test_somebody_acts_in_between(fault_proxy: FaultProxy, caller: Caller, namespace: Namespace) -> None:
    """What a test calls before the request goes on, or after its answer, has ended before the next thing happens."""
    seen = []
    fault_proxy.script(
        "POST",
        Fault(before=lambda: seen.append(namespace.secret("one")), after=lambda: seen.append(namespace.secret("one"))),
    )
    assert caller.create("one") == 201
    assert [found is not None for found in seen] == [False, True]


def test_a_request_may_arrive_late(fault_proxy: FaultProxy, caller: Caller, namespace: Namespace) -> None:
    """The client hears at once that the connection is cut, and the change happens when the test says so."""
    go = threading.Event()
    fault_proxy.script("POST", Fault(late=go.wait))
    assert isinstance(caller.create("one"), str)
    assert namespace.secret("one") is None
    go.set()
    wait_until(lambda: namespace.secret("one"), "the change")


def test_drips_and_silence(fault_proxy: FaultProxy, caller: Caller) -> None:
    """An answer comes piece by piece, from its first byte on; or none comes, and the connection stays."""
    fault_proxy.script("GET", drip(64, 0.02), HANG)
    began = time.monotonic()
    with caller.open("GET") as answered:
        length = len(answered.read())
    assert time.monotonic() - began >= 0.02 * (length // 64)
    with pytest.raises((TimeoutError, socket.timeout)):
        caller.open("GET", seconds=0.5)


def test_watches_pass_until_they_are_cut(fault_proxy: FaultProxy, caller: Caller) -> None:
    """A watch brings each change at once, counts as no request, and meets no random fault."""
    fault_proxy.otherwise = random_faults(1, seed=1, faults=[CUT])
    with caller.open("GET", "?watch=1") as stream:
        fault_proxy.otherwise = always(PASS)
        assert caller.create("one") == 201
        assert json.loads(stream.readline())["object"]["metadata"]["name"] == "one"
        fault_proxy.cut_all()
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert stream.readline() == b""
    assert fault_proxy.count("GET") == 0


def test_random_faults_have_their_rate(fault_proxy: FaultProxy, caller: Caller) -> None:
    """The same seed gives the same faults."""
    counts = []
    for _ in range(2):
        fault_proxy.otherwise = random_faults(0.3, seed=7, faults=[answer(503)])
        counts.append([caller.create("") for _ in range(40)])
    assert counts[0] == counts[1]
    assert 4 < counts[0].count(503) < 20


def test_kubectl_works_through_it(fault_proxy: FaultProxy, namespace: Namespace) -> None:
    """Its kubeconfig is one like any other."""
    through = f"--kubeconfig={fault_proxy.kubeconfig}"
    namespace.kubectl("create", "secret", "generic", "made", "--from-literal=A=not-a-real-value", through)
    assert namespace.data("made") == {"A": b"not-a-real-value"}
    assert fault_proxy.count("POST") == 1


def test_an_absent_server_is_absent(tmp_path: Path, namespace: Namespace) -> None:
    """Where nothing is behind it, connections are cut."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{taken.getsockname()[1]}"
        nowhere = write_changed(namespace.kubeconfig, tmp_path / "nowhere", cluster={"server": url})
        with FaultProxy(nowhere, tmp_path) as proxy:
            assert isinstance(Caller(proxy, namespace).create("one"), str)
