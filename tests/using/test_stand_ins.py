"""Stand-ins of a process, with a proxy of its own, and programs that know of its environment alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers import proxies
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.proxy.laptop import Laptop
from dh_secrets_jupyter.proxy.tunnel import relay
from dh_secrets_jupyter.using.stand_ins import StandIns

from ..proxy.fixtures import NAME, VALUE
from ..proxy.hosts import Host, Loop, TestAuthority

pytestmark = pytest.mark.slow

CLIENT = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={sys.argv[3]: "Bearer " + sys.argv[2]})
try:
    print(urllib.request.urlopen(request).read().decode())
except urllib.request.HTTPError as error:
    print(error.code, error.read().decode())
"""


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: TestAuthority, host: Host) -> Project:
    """A project of the embedded store with KEY for the host, and an administrator's settings that lead there."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    (tmp_path / "jupyter_config.py").write_text(
        f"c.DHSecretsProxy.allow_private = True\nc.DHSecretsProxy.upstream_ca = {str(authority.path)!r}\n"
        f"c.DHSecretsProxy.resolve = {{{NAME!r}: '127.0.0.1'}}\nc.DHSecretsProxy.headers = ['X-Ours']\n"
    )
    made = Project("demo", LocalProvider(), user="ann")
    made.new_secret("KEY", VALUE, hosts=[f"{NAME}:{host.port}"])
    made.new_secret("SECOND", VALUE[::-1], hosts=["*.example.org"])
    return made


@pytest.fixture
def stand_ins() -> Iterator[StandIns]:
    """Those of this process, with a proxy that is its child."""
    made = StandIns(Laptop)
    yield made
    made.close()


def ask(host: Host, stand_in: str, header: str = "Authorization") -> str:
    """Returns what a program shows that is told the stand-in, and nothing of a proxy."""
    command = [sys.executable, "-c", CLIENT, f"https://{NAME}:{host.port}/path", stand_in, header]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert VALUE not in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_child_uses_a_secret(stand_ins: StandIns, demo: Project, host: Host) -> None:
    """The host gets the value, the program the stand-in back; what was done and what was refused is told."""
    [key] = stand_ins.use(["KEY"], demo)
    assert f"Authorization: Bearer {key.text}" in ask(host, key.text)
    assert f"Authorization: Bearer {VALUE}".encode() in host.arrived[-1]
    assert key.text in ask(host, key.text, "X-Ours")
    assert VALUE.encode() in host.arrived[-1]
    assert ask(host, key.text, "X-Other").startswith(f"403 {NAME}: the stand-in of KEY is in the header X-Other.")
    assert stand_ins.report().uses == {("demo", "KEY"): 2}
    [refused] = stand_ins.report().refusals
    assert (refused.host, "X-Other" in refused.reason) == (NAME, True)
    told = stand_ins.take_uses()
    assert [(one.project, one.name, one.host, one.method, one.status) for one in told] == [
        ("demo", "KEY", NAME, "GET", 200)
    ] * 2
    assert stand_ins.take_uses() == []


def test_the_environment_is_put_back(stand_ins: StandIns, demo: Project) -> None:
    """To the byte, by the last one that is forgotten, or by the end; providers go by it as it was before."""
    before = dict(os.environ)
    stand_ins.use(["KEY", "SECOND"], demo)
    proxy = os.environ["HTTPS_PROXY"]
    assert stand_ins.environment_before() == before
    assert stand_ins.forget(["KEY"]) == ["KEY"]
    assert os.environ["HTTPS_PROXY"] == proxy
    assert stand_ins.forget(source=("local", "other")) == []
    assert stand_ins.forget() == ["SECOND"]
    assert dict(os.environ) == before
    stand_ins.use(["KEY"], demo)
    assert os.environ["HTTPS_PROXY"] == proxy
    stand_ins.close()
    assert dict(os.environ) == before


def test_all_or_none(stand_ins: StandIns, demo: Project) -> None:
    """Where one of several cannot be used, nothing is held, and nothing is set."""
    before = dict(os.environ)
    with pytest.raises(SecretsError):
        stand_ins.use(["KEY", "MISSING"], demo)
    assert stand_ins.held(demo.source) == set()
    assert dict(os.environ) == before


def test_a_proxy_that_has_ended(stand_ins: StandIns, demo: Project, host: Host) -> None:
    """The next use starts another one; what the former granted has ended with it."""
    stand_ins.use(["KEY", "SECOND"], demo)
    former = stand_ins.connection
    assert isinstance(former, Laptop)
    former._process.kill()
    former._process.wait()
    [key] = stand_ins.use(["KEY"], demo)
    assert stand_ins.held(demo.source) == {"KEY"}
    assert key.text in ask(host, key.text)


def test_providers_go_by_the_environment_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider's own connections take the proxy that was named before, or none."""
    monkeypatch.setenv("HTTPS_PROXY", "http://kernel:token@127.0.0.1:8888")
    monkeypatch.setattr(proxies, "environment", lambda: {"HTTPS_PROXY": "company.test:3128"})
    assert proxies.environments_proxy("https://core.test") == "http://company.test:3128"
    monkeypatch.setattr(proxies, "environment", dict)
    assert proxies.environments_proxy("https://core.test") == ""


def test_a_company_s_proxy_and_bundle(
    stand_ins: StandIns,
    demo: Project,
    host: Host,
    authority: TestAuthority,
    loop: Loop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proxy that the environment named before is the next hop, its bundle is trusted, and its NO_PROXY holds."""
    asked: list[bytes] = []

    async def hop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        to_host = await asyncio.open_connection("127.0.0.1", host.port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await relay((reader, writer), to_host)

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(hop, "127.0.0.1", 0)

    server = loop.run(listen())
    Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_config.py").unlink()
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://company:word@127.0.0.1:{port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    [key] = stand_ins.use(["KEY"], demo)
    assert key.text in ask(host, key.text)
    assert VALUE.encode() in host.arrived[-1]
    assert asked[0].startswith(f"CONNECT {NAME}:{host.port} HTTP/1.1\r\n".encode())
    assert b"Proxy-Authorization: Basic " in asked[0]
