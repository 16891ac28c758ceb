"""The API server that the tests run against is a real one, and behaves as the tests of the product rely on."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest

from ..support.processes import has_ended
from ..support.waiting import wait_until
from .build import binaries
from .server import Cluster, Namespace


def test_kubectl_writes_what_the_api_reads(namespace: Namespace) -> None:
    """A Secret that kubectl makes is there, to the byte."""
    namespace.kubectl("create", "secret", "generic", "made", "--from-literal=A=not-a-real-value")
    assert namespace.data("made") == {"A": b"not-a-real-value"}
    assert namespace.secret("other") is None
    first = namespace.requests()[0]
    assert (first["verb"], first["responseStatus"]["code"]) == ("create", 201)


def test_roles_bind(namespace: Namespace) -> None:
    """A ServiceAccount may do what its Role says, and nothing else."""
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["mine"], "verbs": ["get"]}
    namespace.kubectl("create", "secret", "generic", "mine")
    namespace.kubectl("create", "secret", "generic", "other")
    reader = str(namespace.service_account("reader", [rule]))
    assert namespace.kubectl("get", "secret", "mine", "-o=name", f"--kubeconfig={reader}") == b"secret/mine\n"
    with pytest.raises(RuntimeError, match="Forbidden"):
        namespace.kubectl("get", "secret", "other", f"--kubeconfig={reader}")


def test_an_expired_token_is_refused(namespace: Namespace) -> None:
    """The expired token is refused for its age: the same claims with another hour are accepted."""
    namespace.service_account("someone")
    good, late = namespace.token("someone"), namespace.expired_token("someone")
    for token, answer in ((good, "Forbidden"), (late, "must be logged in|Unauthorized")):
        kubeconfig = namespace.cluster.write_kubeconfig("someone", token, namespace.name)
        with pytest.raises(RuntimeError, match=answer):
            namespace.kubectl("get", "secret", "any", f"--kubeconfig={kubeconfig}")


@pytest.mark.cluster
def test_data_outlive_a_killed_server(tmp_path: Path) -> None:
    """After kill -9 the server comes back at the same address with the same data."""
    with Cluster(tmp_path) as own:
        space = own.namespace()
        space.kubectl("create", "secret", "generic", "kept", "--from-literal=A=1")
        own.kill()
        with pytest.raises(urllib.error.URLError):
            space.secret("kept")
        own.start()
        assert space.data("kept") == {"A": b"1"}


@pytest.mark.cluster
def test_a_killed_run_leaves_no_server(tmp_path: Path) -> None:
    """The servers end with the process that started them, however it ends."""
    start = f"""
import pathlib, time
from tests.cluster.server import Cluster
cluster = Cluster(pathlib.Path({str(tmp_path)!r})).__enter__()
print(cluster._etcd.pid, cluster._server.pid, flush=True)
time.sleep(600)
"""
    run = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    pids = [int(pid) for pid in run.stdout.readline().split()]
    run.kill()
    run.communicate()
    for pid in pids:
        wait_until(lambda pid=pid: has_ended(pid), "the server's end")  # type: ignore[misc]  # mypy: defaults of lambdas


def test_an_assets_folder_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """KUBEBUILDER_ASSETS is used as it is, and nothing is built."""
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert binaries() == tmp_path
