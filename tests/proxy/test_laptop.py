"""The proxy as a child of this process: what it grants and tells, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretNotFoundError, SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.proxy.connection import Source
from dh_secrets_jupyter.proxy.laptop import Laptop

from ..support.processes import has_ended
from ..support.waiting import wait_until
from .fixtures import NAME, VALUE

pytestmark = pytest.mark.slow

HOSTS = [NAME]
SOURCE = Source("laptop", "local", "ann")
OTHER = Source("other", "local", "ann")


@pytest.fixture(autouse=True)
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project of the embedded store with two secrets that have hosts, and one that has none."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    made = Project("laptop", LocalProvider(), user="ann")
    made.new_secret("KEY", VALUE, hosts=HOSTS)
    made.new_secret("SECOND", VALUE[::-1], hosts=HOSTS)
    made.new_secret("PLAIN", VALUE.upper())
    made.copy("KEY", "KEY", to=Project("other", made.provider, user="ann"))
    return made


@pytest.fixture
def trusted() -> list[str]:
    """The certificates that the kernel was told of."""
    return []


@pytest.fixture
def laptop(demo: Project, trusted: list[str]) -> Iterator[Laptop]:
    """The proxy of this process."""
    made = Laptop(os.environ, trusted.extend)
    yield made
    made.close()


def test_stand_ins(laptop: Laptop, trusted: list[str]) -> None:
    """One for each secret of each project, the same until it is revoked, with an authority for its hosts."""
    [key, second] = laptop.grant(["KEY", "SECOND"], SOURCE)
    assert (key.name, key.hosts, len(key.text)) == ("KEY", tuple(HOSTS), len(VALUE))
    assert key.text.startswith("sk-proj-")
    assert len(trusted) == 1
    assert trusted[0].startswith("-----BEGIN CERTIFICATE-----")
    [of_other] = laptop.grant(["KEY"], OTHER)
    assert len({VALUE, key.text, second.text, of_other.text}) == 4
    laptop.revoke(["KEY"], OTHER)
    assert laptop.grant(["KEY"], SOURCE) == [key]
    laptop.revoke(["KEY"], SOURCE)
    assert laptop.grant(["KEY"], SOURCE) != [key]
    assert (laptop.report().uses, laptop.report().refusals, laptop.take_uses()) == ({}, [], [])


@pytest.mark.parametrize(
    ("names", "error", "text"),
    [
        (
            ["PLAIN"],
            SecretsError,
            "PLAIN: it is for no host yet. Set them: %secret edit PLAIN --hosts api.example.com.",
        ),
        (["KEY", "MISSING"], SecretNotFoundError, "MISSING: no such secret in project laptop."),
    ],
)
def test_refused(laptop: Laptop, names: list[str], error: type[SecretsError], text: str) -> None:
    """A secret for no host, or one that is missing, is the error that it is in this process."""
    with pytest.raises(error) as raised:
        laptop.grant(names, SOURCE)
    assert type(raised.value) is error
    assert str(raised.value).startswith(text)


def test_nothing_shows_its_token(laptop: Laptop) -> None:
    """It comes on the pipe: no command line and no environment has it."""
    shown = Path(f"/proc/{laptop._process.pid}/cmdline").read_bytes()
    shown += Path(f"/proc/{laptop._process.pid}/environ").read_bytes()
    assert laptop.token.encode() not in shown
    assert len(laptop.token) == 32


def test_a_proxy_that_was_killed(laptop: Laptop) -> None:
    """It is not alive, each question has its error, and what is reported is the last that was known."""
    laptop.grant(["KEY"], SOURCE)
    laptop._process.send_signal(signal.SIGKILL)
    laptop._process.wait()
    assert not laptop.is_alive
    with pytest.raises(ProviderUnavailableError, match=r"^proxy: it did not start, or has ended\. Type %secret use"):
        laptop.grant(["KEY"], SOURCE)
    laptop.revoke(["KEY"], SOURCE)
    assert laptop.report().uses == {}


def test_a_port_that_is_taken(demo: Project, tmp_path: Path, laptop: Laptop) -> None:
    """The administrator's port is tried, and an error says that it is taken."""
    port = laptop.url.rpartition(":")[2]
    (tmp_path / "jupyter_config.py").write_text(f"c.DHSecretsProxy.port = {port}\n")
    with pytest.raises(SecretsError, match=rf"^proxy: it cannot listen on port {port} \("):
        Laptop(os.environ, lambda pem: None)


KERNEL = """
import os, sys, time
from dh_secrets_jupyter.proxy.laptop import Laptop
laptop = Laptop(os.environ, lambda pem: None)
if sys.argv[1] == "fork" and not os.fork():
    time.sleep(600)
print(laptop._process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.posix
@pytest.mark.parametrize("way", ["alone", "fork"])
def test_it_ends_with_its_kernel(way: str) -> None:
    """However that ends, a kill too, and whatever it has forked keeps the pipe open."""
    kernel = subprocess.Popen(
        [sys.executable, "-c", KERNEL, way], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert kernel.stdout
        child = int(kernel.stdout.readline())
        assert not has_ended(child)
        kernel.kill()
        kernel.wait()
        wait_until(lambda: has_ended(child), "the child ends")
    finally:
        os.killpg(kernel.pid, signal.SIGKILL) if way == "fork" else None
