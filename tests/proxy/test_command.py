"""``jupyter secrets proxy`` as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.providers.kubernetes.reviews import AUDIENCE
from dh_secrets_jupyter.providers.kubernetes.secrets_proxy import ADDRESS, CA, TOKEN, SecretsProxy
from tests.cluster.server import Namespace
from tests.support.waiting import wait_until

from .conftest import login
from .fixtures import NAME, VALUE
from .hosts import Host, TestAuthority

AT_ONCE = ("--ignore-not-found", "--wait=false", "--force", "--grace-period=0")
MINUTE, TEN_SECONDS = 60.0, 10.0
COMMAND = [sys.executable, "-m", "dh_secrets_jupyter.cli", "proxy"]


@dataclass
class Running:
    """A proxy's process, and a kernel that it knows, in a pod of its own."""

    process: subprocess.Popen[str]
    kernel: SecretsProxy
    namespace: Namespace
    host: Host

    def client(self, used: dict[str, Any]) -> http.client.HTTPSConnection:
        """Returns a client of the kernel's, which goes to the host by the proxy."""
        context = ssl.create_default_context(cadata="".join(used["trust"]))
        made = http.client.HTTPSConnection("localhost", self.kernel.port, context=context, timeout=60)
        made.set_tunnel(NAME, self.host.port, {"Proxy-Authorization": login(self.kernel.session)})
        return made

    def arrives(self, used: dict[str, Any]) -> bytes:
        """Sends the stand-in, and returns what the host got; nothing where the proxy knows nobody any more."""
        client = self.client(used)
        try:
            client.request("GET", "/", headers={"X-Sample-Key": used["granted"]["KEY"]["text"]})
            client.getresponse().read()
        except OSError as error:
            if "407 no stand-in of this kernel" not in str(error):
                raise
            return b""
        finally:
            client.close()
        return self.host.arrived[-1]


@pytest.fixture
def running(
    prepared: Namespace, authority: TestAuthority, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """A proxy with an administrator's settings on the line and in Jupyter's configuration."""
    monkeypatch.setenv("KUBECONFIG", str(prepared.kubeconfig))
    demo = Project("demo", KubernetesProvider(), user="ann")
    demo.delete(*[secret.name for secret in demo.list_secrets()])
    demo.new_secret("KEY", VALUE, hosts=[f"{NAME}:{host.port}"])
    authority.context("localhost")  # writes its file, certificate and key in one
    files = str(authority.path.parent / "localhost.pem")
    (tmp_path / "jupyter_config.py").write_text("c.DHSecretsProxy.allow_private = True\nc.DHSecretsProxy.port = 1\n")
    token = prepared.token("dh-secrets-proxy")
    account = prepared.cluster.write_kubeconfig(f"{prepared.name}-proxy", token, prepared.name)
    options = ["--certificate", files, "--key", files, "--upstream-ca", str(authority.path), "--port", "0"]
    process = subprocess.Popen(
        [*COMMAND, *options, "--resolve", f"{NAME}=127.0.0.1", "--headers", "X-Sample-Key"],
        env={**os.environ, "KUBECONFIG": str(account), "JUPYTER_CONFIG_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    port = process.stderr.readline().removeprefix("listening on port ").strip()
    pod = ["run", "passing", "--image=none", "--overrides", json.dumps({"spec": {"serviceAccountName": "notebook"}})]
    prepared.kubectl(*pod)
    file = tmp_path / "token"
    file.write_text(prepared.token("notebook", audience=AUDIENCE, pod="passing"))
    named = {ADDRESS: f"https://localhost:{port}", TOKEN: str(file), CA: str(authority.path)}
    yield Running(process, SecretsProxy(named), prepared, host)
    process.kill()
    process.wait()
    prepared.kubectl("delete", "pod", "passing", *AT_ONCE)


def test_what_others_see_of_it(running: Running, host: Host) -> None:
    """A value that was used, and the session's token, are not in its line, its environment and what it prints."""
    used = running.kernel.ask("grant", project="demo", names=["KEY"])
    stand_in = used["granted"]["KEY"]["text"]
    client = running.client(used)
    client.request("GET", "/sample-path", headers={"X-Sample-Key": stand_in})
    assert client.getresponse().status == 200
    client.close()
    assert VALUE.encode() in host.arrived[0]
    process = Path("/proc", str(running.process.pid))
    seen = (process / "cmdline").read_text() + (process / "environ").read_text()
    running.process.send_signal(signal.SIGTERM)
    out, err = running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["KEY"]
    for text in (VALUE, running.kernel.session, stand_in, "sample-path"):
        assert text not in seen + out + err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--certificate: kernels prove themselves over https alone."),
        (["--certificate", os.devnull, "--key", os.devnull], "--certificate: certificate and key cannot be read"),
        (["--port", "x"], "--port: it cannot be used as it is given."),
        (["--egress", "closed"], "--egress"),
    ],
)
def test_refused(options: list[str], sentence: str) -> None:
    """What cannot be used is one line, and status 2."""
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.soak
@pytest.mark.timeout(400)
@pytest.mark.parametrize("gone", ["right", "pod"])
def test_it_ends_within_a_minute(running: Running, gone: str) -> None:
    """By the proxy's own clock: a right that is taken away, or a pod that is gone, ends what its kernel has."""
    used = running.kernel.ask("grant", project="demo", names=["KEY"])
    assert VALUE.encode() in running.arrives(used)
    kubectl = running.namespace.kubectl
    binding = yaml.safe_load(kubectl("get", "rolebinding", "demo-secrets-use", "-o", "yaml"))
    if gone == "right":
        kubectl("delete", "rolebinding", "demo-secrets-use")
    else:
        kubectl("delete", "pod", "passing", *AT_ONCE)
    began = time.monotonic()
    try:
        wait_until(lambda: not running.arrives(used), "the end of what was granted")
        assert time.monotonic() - began < MINUTE
    finally:
        binding["metadata"] = {"name": binding["metadata"]["name"]}
        kubectl("apply", "-f", "-", stdin=yaml.safe_dump(binding).encode())


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_a_rotated_value_arrives_within_ten_seconds(running: Running) -> None:
    """By the proxy's own clock, counted from before the change is made, and with the same stand-in."""
    used = running.kernel.ask("grant", project="demo", names=["KEY"])
    assert VALUE.encode() in running.arrives(used)
    rotated = json.dumps({"stringData": {"KEY": VALUE[::-1]}})
    began = time.monotonic()
    running.namespace.kubectl("patch", "secret", "proj-secrets-demo", "-p", rotated)
    wait_until(lambda: VALUE[::-1].encode() in running.arrives(used), "the new value")
    assert time.monotonic() - began < TEN_SECONDS, time.monotonic() - began
