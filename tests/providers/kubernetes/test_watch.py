"""Changes made elsewhere are seen as they happen; the contract's watches run on the same server."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Records
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider, watch
from dh_secrets_jupyter.providers.kubernetes.watch import RECONNECT
from tests.cluster.server import Cluster, Namespace

from .conftest import CANARY, SECRET, Connect
from .test_deletion import finish, platform_deletes

SOON = 15.0
"""Seconds for what takes a moment on a machine that does nothing else."""


@contextlib.contextmanager
def watching(provider: KubernetesProvider) -> Iterator[queue.Queue[Records]]:
    """Watches the project ``demo`` in a thread; gives the news."""
    news: queue.Queue[Records] = queue.Queue()
    stop = threading.Event()

    def follow() -> None:
        for records in provider.watch("demo", stop):
            news.put(records)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield news
    finally:
        stop.set()
        thread.join(SOON)
    assert not thread.is_alive()


def expect(news: queue.Queue[Records], *names: str) -> None:
    """Waits until the project has just these secrets."""
    deadline = time.monotonic() + SOON
    while set(seen := news.get(timeout=max(0.1, deadline - time.monotonic()))) != set(names):
        assert time.monotonic() < deadline, f"still {sorted(seen)}"


def test_kubectls_changes_are_seen(provider: KubernetesProvider, namespace: Namespace) -> None:
    """What kubectl creates, changes and deletes arrives, each by itself."""
    with watching(provider) as news:
        expect(news)
        namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
        expect(news, "A")
        namespace.kubectl("patch", "secret", SECRET, '-p={"stringData":{"B":"2"}}')
        expect(news, "A", "B")
        namespace.kubectl("delete", "secret", SECRET)
        expect(news)


def test_what_is_not_of_the_project_is_no_news(provider: KubernetesProvider, namespace: Namespace) -> None:
    """A label is no change of a secret, and other Secrets are not watched."""
    namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
    with watching(provider) as news:
        expect(news, "A")
        namespace.kubectl("label", "secret", SECRET, "team=x")
        namespace.kubectl("create", "secret", "generic", "other", "--from-literal=X=1")
        namespace.kubectl("patch", "secret", SECRET, '-p={"stringData":{"B":"2"}}')
        assert set(news.get(timeout=SOON)) == {"A", "B"}


def test_a_deletion_that_is_not_over_shows_nothing(project: Project, namespace: Namespace) -> None:
    """From the moment on at which the platform deletes the Secret, it has no secrets."""
    assert isinstance(project.provider, KubernetesProvider)
    project.put("A", CANARY)
    with watching(project.provider) as news:
        expect(news, "A")
        platform_deletes(namespace)
        expect(news)
        finish(namespace)
        project.put("B", CANARY)
        expect(news, "B")


def test_it_goes_on_after_expiry(connect: Connect, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the API server ends the watch, the next one sees what changed in between."""
    monkeypatch.setattr("dh_secrets_jupyter.providers.kubernetes.provider.EXPIRY", 1)
    provider = connect()
    with watching(provider) as news:
        expect(news)
        for number in range(4):
            time.sleep(0.7)
            namespace.kubectl("create", "secret", "generic", SECRET, f"--from-literal=K{number}=1")
            expect(news, f"K{number}")
            namespace.kubectl("delete", "secret", SECRET)
            expect(news)
    assert [entry["verb"] for entry in namespace.requests()].count("watch") > 1


def test_it_outlives_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the API server was killed and is back, changes are seen again."""
    with Cluster(tmp_path) as own:
        space = own.namespace()
        monkeypatch.setenv("KUBECONFIG", str(space.kubeconfig))
        with watching(KubernetesProvider()) as news:
            expect(news)
            own.kill()
            own.start()
            space.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
            expect(news, "A")


@pytest.mark.parametrize("opened", [True, False])
def test_a_watch_that_is_left_leaves_nothing(provider: KubernetesProvider, namespace: Namespace, opened: bool) -> None:
    """Its thread ends soon after the generator is closed, while nothing happens, or before it has begun to wait."""
    news = provider.watch("demo", threading.Event())
    assert next(news) == {}
    if opened:
        namespace.kubectl("create", "secret", "generic", SECRET, "--from-literal=A=1")
        assert set(next(news)) == {"A"}
        time.sleep(RECONNECT + 0.5)
    assert [thread.name for thread in threading.enumerate()].count("dh-secrets-watch") >= 1
    news.close()  # type: ignore[attr-defined]  # an iterator to callers, who need not know that it can be closed
    deadline = time.monotonic() + SOON
    while any(thread.name == "dh-secrets-watch" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert watch.EXPIRY > SOON
