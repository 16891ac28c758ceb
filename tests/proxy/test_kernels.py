"""A cluster's proxy at a real API server, with the manifests of examples/kubernetes and real ServiceAccounts."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from dh_secrets_jupyter import using
from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.providers.kubernetes.reviews import AUDIENCE
from dh_secrets_jupyter.providers.kubernetes.secrets_proxy import ADDRESS, CA, SecretsProxy
from dh_secrets_jupyter.proxy import session as sessions
from dh_secrets_jupyter.using.stand_ins import StandIns
from tests.cluster.server import Namespace
from tests.support.waiting import wait_until

from .conftest import login
from .fixtures import NAME, VALUE
from .hosts import Host, Loop, TestAuthority
from .in_cluster import NOTEBOOK, PROXY, Place, begun

CLIENT = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"X-Api-Key": sys.argv[2]})
print(urllib.request.urlopen(request).read())
"""


@pytest.fixture
def place(prepared: Namespace, loop: Loop, authority: TestAuthority, host: Host, tmp_path: Path) -> Iterator[Place]:
    """See :func:`.in_cluster.begun`."""
    with begun(prepared, loop, authority, host, tmp_path) as made:
        yield made


@pytest.fixture
def demo(place: Place, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project as a kernel has it whose account may use its secrets alone."""
    for name, text in place.environment().items():
        monkeypatch.setenv(name, text)
    return Project("demo", KubernetesProvider(), user="ann")


def send(place: Place, host: Host, kernel: SecretsProxy, used: dict[str, Any]) -> bytes:
    """Sends a request with the stand-in, and returns the host's answer to it."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", place.port, context=ssl.create_default_context(cadata="\n".join(used["trust"])), timeout=30
    )
    connection.set_tunnel(NAME, host.port, {"Proxy-Authorization": login(kernel.session)})
    connection.request("GET", "/", headers={"Authorization": f"Bearer {used['granted']['KEY']['text']}"})
    return connection.getresponse().read()


def test_it_uses_and_does_not_read(place: Place, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the verb use alone the host gets the value, the kernel the stand-in; the API server refuses it a get."""
    kernel = place.kernel()
    used = kernel.ask("grant", project="demo", names=["KEY"])
    stand_in = used["granted"]["KEY"]["text"]
    shown = send(place, host, kernel, used)
    assert VALUE.encode() in host.arrived[0]
    assert stand_in.encode() in shown
    assert VALUE.encode() not in shown
    line = json.loads(place.lines[0])
    assert line == {
        "event": "secret-used/v1", "user": f"system:serviceaccount:{place.namespace.name}:notebook",
        "kernel": "notebook", "project": "demo", "name": "KEY", "host": NAME, "method": "GET", "status": 200,
    }  # fmt: skip
    assert kernel.ask("report")["uses"] == [["demo", "KEY", 1]]
    own = place.namespace.cluster.write_kubeconfig("own", place.namespace.token(NOTEBOOK), place.namespace.name)
    kubectl = [str(place.namespace.cluster.binaries / "kubectl"), f"--kubeconfig={own}", "get", "secret"]
    done = subprocess.run([*kubectl, "proj-secrets-demo"], capture_output=True, text=True, check=False)
    assert "Forbidden" in done.stderr


def test_what_it_sees(demo: Project) -> None:
    """Its project lists what may be used, with hosts and descriptions; all else says why not."""
    (secret,) = demo.list_secrets()
    assert (secret.name, secret.metadata.description) == ("KEY", "for the model")
    assert secret.metadata.hosts[0].startswith(NAME)
    with pytest.raises(AccessDeniedError, match="only to be used, not read"):
        demo.read_values("KEY")
    for attempt in (lambda: demo.new_secret("NEW", "sample-value"), lambda: demo.delete("KEY")):
        with pytest.raises(AccessDeniedError, match="you may not get the Secret"):
            attempt()
    with pytest.raises(AccessDeniedError, match="may not use the Secret proj-secrets-other"):
        Project("other", KubernetesProvider(), user="ann").list_secrets()


@pytest.mark.parametrize(
    ("project", "name", "sentence"),
    [
        ("other", "KEY", "may not use the Secret proj-secrets-other"),
        ("demo", "OPEN", "it is for no host yet"),
        ("demo", "MISSING", "no such secret"),
    ],
)
def test_what_may_not_be_used(place: Place, project: str, name: str, sentence: str) -> None:
    """Another project, a secret for no host, one that is not there: a sentence, and no stand-in."""
    with pytest.raises(SecretsError, match=sentence):
        place.kernel().ask("grant", project=project, names=["KEY", name])


@pytest.mark.parametrize(("audience", "account"), [("another", NOTEBOOK), ("", NOTEBOOK), (AUDIENCE, PROXY)])
def test_another_token(place: Place, audience: str, account: str) -> None:
    """One of another audience, also the API server's own, is no proof; another account's may use nothing."""
    pod = NOTEBOOK if account == NOTEBOOK else ""
    with pytest.raises(AccessDeniedError, match=r"does not accept this token|may not use"):
        place.kernel(place.token(audience=audience, account=account, pod=pod)).ask("list", project="demo")


def test_another_address(place: Place, host: Host) -> None:
    """A session's token is good for the pod that it was given to alone."""
    kernel = place.kernel()
    kernel.ask("grant", project="demo", names=["KEY"])
    assert place.kernels.find(kernel.session, "127.0.0.1") is not None
    assert place.kernels.find(kernel.session, "127.0.0.2") is None


def test_over_https_alone(place: Place) -> None:
    """A token is not taken over http, and not sent there; a proxy with another certificate gets none."""
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
    connection.request("POST", "/begin", "{}", {"Authorization": f"Bearer {place.token().read_text()}"})
    assert connection.getresponse().status == 407
    with pytest.raises(ProviderUnavailableError, match="not an https address"):
        place.kernel(environment={ADDRESS: f"http://localhost:{place.port}"})
    with pytest.raises(ProviderUnavailableError, match="certificate of the proxy at localhost is refused"):
        place.kernel(environment={CA: ""}).ask("report")


def test_a_right_that_is_gone(place: Place, host: Host) -> None:
    """The next check ends the session: 407, and a kept stand-in is a text."""
    kernel = place.kernel()
    used = kernel.ask("grant", project="demo", names=["KEY"])
    binding = place.namespace.kubectl("get", "rolebinding", "demo-secrets-use", "-o", "yaml")
    place.namespace.kubectl("delete", "rolebinding", "demo-secrets-use")
    known = place.kernels.known(kernel.session, "127.0.0.1")
    wait_until(lambda: _gone(place, kernel), "the right's end")
    assert known.grants.session.stand_ins == {}
    with pytest.raises(OSError, match="407 no stand-in of this kernel is known here"):
        send(place, host, kernel, used)
    fresh = yaml.safe_load(binding)
    fresh["metadata"] = {"name": fresh["metadata"]["name"]}
    place.namespace.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(fresh).encode())
    wait_until(lambda: "KEY" in _listed(place), "the right, given again")


def _listed(place: Place) -> dict[str, object]:
    try:
        return dict(place.kernel().ask("list", project="demo"))
    except AccessDeniedError:
        return {}


def _gone(place: Place, kernel: SecretsProxy) -> bool:
    if known := place.kernels._kernels.get(kernel.session):
        place.loop.run(place.kernels.check(known))
    return kernel.session not in place.kernels._kernels


def test_a_pod_that_is_gone(place: Place) -> None:
    """Its token is not accepted any more, and the next check ends the session."""
    run = ["run", "passing", "--image=none", "--overrides", json.dumps({"spec": {"serviceAccountName": NOTEBOOK}})]
    place.namespace.kubectl(*run)
    kernel = place.kernel(place.token(pod="passing"))
    kernel.ask("grant", project="demo", names=["KEY"])
    assert not _gone(place, kernel)
    place.namespace.kubectl("delete", "pod", "passing", "--wait=false", "--force", "--grace-period=0")
    wait_until(lambda: _gone(place, kernel), "the pod's end")


def test_a_rotated_value(place: Place, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is put in once what was read before is too old; the stand-in stays."""
    kernel = place.kernel()
    used = kernel.ask("grant", project="demo", names=["KEY"])
    place.edit(VALUE[::-1])
    monkeypatch.setattr(sessions, "FRESH", 0.0)
    assert used["granted"]["KEY"]["text"].encode() in send(place, host, kernel, used)
    assert VALUE[::-1].encode() in host.arrived[-1]


def test_a_renewed_token(place: Place) -> None:
    """It takes the old one's place; another pod's does not."""
    kernel = place.kernel()
    session = kernel.session
    renewed = place.namespace.token(NOTEBOOK, audience=AUDIENCE, pod=NOTEBOOK)
    kernel.ask("renew", token=renewed)
    assert place.kernels._kernels[session].token == renewed
    with pytest.raises(AccessDeniedError, match="another pod"):
        kernel.ask("renew", token=place.namespace.token(NOTEBOOK, audience=AUDIENCE))


def test_after_a_restart(place: Place, host: Host) -> None:
    """The proxy knows nobody: a client is told what to type, and the next use proves itself anew."""
    kernel = place.kernel()
    used = kernel.ask("grant", project="demo", names=["KEY"])
    place.kernels._kernels.clear()
    with pytest.raises(OSError, match=r"407 no stand-in of this kernel is known here\. Type %secret use NAME again\."):
        send(place, host, kernel, used)
    assert kernel.ask("grant", project="demo", names=["KEY"])["granted"] != used["granted"]


def test_too_many(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pod has so many kernels at most."""
    monkeypatch.setattr("dh_secrets_jupyter.proxy.kernels.MOST", 1)
    token = place.token()
    assert place.kernel(token).session
    with pytest.raises(AccessDeniedError, match="1 kernels in this pod already"):
        place.kernel(token).ask("report")


def test_a_process_that_uses_it(place: Place, host: Host, demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment names the cluster's proxy, and no child is started; a new proxy is joined at the next use."""
    stand_ins = StandIns(using._connect)
    try:
        (granted,) = stand_ins.use(["KEY"], demo)
        proxy = urlsplit(os.environ["HTTPS_PROXY"])
        assert (proxy.scheme, proxy.hostname, proxy.port) == ("http", "localhost", place.port)
        assert len(proxy.password or "") == 32
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, f"https://{NAME}:{host.port}/", granted.text],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert granted.text in done.stdout
        assert VALUE.encode() in host.arrived[0]
        assert stand_ins.report().uses == {("demo", "KEY"): 1}
        assert stand_ins.connection is not None
        assert "cluster's proxy localhost" in stand_ins.connection.protection
        place.kernels._kernels.clear()  # as after a restart
        assert stand_ins.use(["KEY"], demo)[0].text != granted.text
        assert urlsplit(os.environ["HTTPS_PROXY"]).password != proxy.password
    finally:
        stand_ins.close()
    assert place.kernels._kernels == {}
    assert "HTTPS_PROXY" not in os.environ
