"""``jupyter secrets proxy`` as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.providers.kubernetes.reviews import AUDIENCE
from dh_secrets_jupyter.providers.kubernetes.secrets_proxy import ADDRESS, CA, TOKEN, SecretsProxy
from tests.cluster.server import Namespace

from .conftest import login
from .fixtures import NAME, VALUE
from .hosts import Host, TestAuthority

COMMAND = [sys.executable, "-m", "dh_secrets_jupyter.cli", "proxy"]


@dataclass
class Running:
    """A proxy's process, and a kernel that it knows."""

    process: subprocess.Popen[str]
    kernel: SecretsProxy


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
    file = tmp_path / "token"
    file.write_text(prepared.token("notebook", audience=AUDIENCE, pod="notebook"))
    named = {ADDRESS: f"https://localhost:{port}", TOKEN: str(file), CA: str(authority.path)}
    yield Running(process, SecretsProxy(named))
    process.kill()
    process.wait()


def test_what_others_see_of_it(running: Running, host: Host) -> None:
    """A value that was used, and the session's token, are not in its line, its environment and what it prints."""
    used = running.kernel.ask("grant", project="demo", names=["KEY"])
    stand_in = used["granted"]["KEY"]["text"]
    client = http.client.HTTPSConnection(
        "localhost", running.kernel.port, context=ssl.create_default_context(cadata="".join(used["trust"])), timeout=60
    )
    client.set_tunnel(NAME, host.port, {"Proxy-Authorization": login(running.kernel.session)})
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
