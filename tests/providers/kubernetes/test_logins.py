"""When a login is made: once for all who wait for it, again when it ends, and never by halves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from dh_secrets_jupyter.errors import AccessDeniedError, ProviderUnavailableError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers import kubeconfig
from tests.cluster.kubeconfig import write_changed
from tests.cluster.server import Namespace

from .conftest import Connect
from .kubeconfigs import V1

Write = Callable[[Any], Path]


@pytest.fixture
def write(namespace: Namespace, tmp_path: Path) -> Write:
    """Writes the administrator's kubeconfig with another user."""

    def write(user: Any) -> Path:
        return write_changed(namespace.kubeconfig, tmp_path / "config", user=user)

    return write


def program(folder: Path, **status: Any) -> dict[str, Any]:
    """Returns the ``exec`` of a program that counts its runs in a file."""
    answer = json.dumps({"apiVersion": V1, "kind": "ExecCredential", "status": status})
    script = f"echo >> {folder}/runs; sleep 0.3; echo '{answer}'"
    return {"exec": {"apiVersion": V1, "interactiveMode": "Never", "command": "sh", "args": ["-c", script]}}


def runs(folder: Path) -> int:
    """Returns how often the program ran."""
    return len((folder / "runs").read_text().splitlines())


def test_many_wait_for_one_login(connect: Connect, namespace: Namespace, write: Write, tmp_path: Path) -> None:
    """Sixteen first requests at once log in once."""
    provider = connect(write(program(tmp_path, token=namespace.cluster.token)))
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda _: dict(provider.read("demo")), range(16))) == [{}] * 16
    assert runs(tmp_path) == 1


def test_a_refusal_is_worth_one_more_login(
    connect: Connect, namespace: Namespace, write: Write, tmp_path: Path
) -> None:
    """A token that is not accepted is asked for again once, and not for ever."""
    provider = connect(write(program(tmp_path, token="made-up-token")))
    with pytest.raises(AccessDeniedError, match="does not accept your credentials"):
        provider.read("demo")
    assert runs(tmp_path) == 2


@pytest.mark.parametrize(("hours", "wanted"), [(-1, 3), (1, 1)])
def test_credentials_are_used_until_they_end(
    connect: Connect, namespace: Namespace, write: Write, tmp_path: Path, hours: int, wanted: int
) -> None:
    """The program is asked again when it said that its answer is good no more."""
    end = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
    provider = connect(write(program(tmp_path, token=namespace.cluster.token, expirationTimestamp=end)))
    for _ in range(3):
        provider.read("demo")
    assert runs(tmp_path) == wanted


def test_a_notebook_may_change_its_folder(
    connect: Connect, write: Write, namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative KUBECONFIG stays the one that it was, also when credentials are looked up again."""
    (tmp_path / "token").write_text("made-up-token")
    write({"tokenFile": "token"})
    monkeypatch.chdir(tmp_path)
    provider = connect(Path("config"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(AccessDeniedError):
        provider.read("demo")
    (tmp_path / "token").write_text(namespace.cluster.token)
    assert provider.read("demo") == {}


def test_no_thread_can_start(connect: Connect, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Python ends, and where there are too many, calls are made without one."""
    project = Project("demo", connect(), user="tester")

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    project.put("A", "x")
    assert project.read_values("A") == {"A": "x"}


@pytest.mark.parametrize("name", ["token", "ca.crt"])
def test_half_a_service_account(
    namespace: Namespace, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """A pod whose token or certificate is empty sends nothing, and does not take the system's certificates instead."""
    host, port = namespace.cluster.url.removeprefix("https://").split(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    monkeypatch.setattr(kubeconfig, "SERVICE_ACCOUNT", tmp_path)
    (tmp_path / "token").write_text(namespace.cluster.token)
    (tmp_path / "ca.crt").write_bytes(namespace.cluster.ca.read_bytes())
    (tmp_path / "namespace").write_text(namespace.name)
    provider = connect()
    (tmp_path / name).write_text("\n")
    with pytest.raises(ProviderUnavailableError, match=f"the {name} of the pod's service account is empty"):
        provider.read("demo")
    assert namespace.requests() == []


def test_impersonation_through_a_proxy_needs_https(
    namespace: Namespace, connect: Connect, write: Write, tmp_path: Path
) -> None:
    """Over plain http a proxy may join two groups to another one, so that nothing is sent."""
    content = yaml.safe_load(write({"as": "jane", "as-groups": ["a", "b"]}).read_text())
    content["clusters"][0]["cluster"] = {"server": "http://kubernetes.invalid", "proxy-url": "http://127.0.0.1:1"}
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    with pytest.raises(ProviderUnavailableError, match="needs https"):
        connect(tmp_path / "config").read("demo")
