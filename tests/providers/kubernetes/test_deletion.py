"""A Secret that is being deleted: absent for reads, and nothing is written into it."""

from __future__ import annotations

import itertools
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretNotFoundError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import provider as implementation
from tests.cluster.server import Namespace
from tests.support.waiting import PATIENCE

from .conftest import CANARY, SECRET, Connect, shown


def platform_deletes(namespace: Namespace) -> None:
    """Deletes the Secret as the platform does; without the controllers of a whole cluster it then stays for ever."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets/{SECRET}"
    namespace.cluster.api("DELETE", path, {"propagationPolicy": "Foreground"})


def finish(namespace: Namespace) -> None:
    """Does what the garbage collector does at the end."""
    namespace.kubectl("patch", "secret", SECRET, "--type=json", '-p=[{"op":"remove","path":"/metadata/finalizers"}]')


def test_it_is_absent_for_reads(demo: Project, namespace: Namespace) -> None:
    """After the platform deleted the last key, its data are still in the object, and are not read."""
    demo.put("A", CANARY)
    platform_deletes(namespace)
    assert namespace.data(SECRET)
    assert demo.list_secrets() == []
    with pytest.raises(SecretNotFoundError):
        demo.read_values("A")
    with pytest.raises(SecretNotFoundError):
        demo.delete("A")


def test_a_write_waits_then_creates(demo: Project, namespace: Namespace) -> None:
    """A write during the deletion is made once it is over, and is there."""
    demo.put("OLD", CANARY)
    platform_deletes(namespace)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(demo.new_secret, "A", CANARY)
        time.sleep(1)
        assert not writing.done()
        finish(namespace)
        writing.result(PATIENCE)
    assert namespace.data(SECRET) == {"A": CANARY.encode()}


def test_a_deletion_without_end_is_said(demo: Project, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing finishes the deletion, a write says so in one line after a bounded wait, and writes nothing."""
    assert implementation.TERMINATING <= 20
    monkeypatch.setattr(implementation, "TERMINATING", 1.0)
    demo.put("A", CANARY)
    platform_deletes(namespace)
    before = namespace.secret(SECRET)
    with pytest.raises(ProviderUnavailableError, match="is being deleted") as caught:
        demo.put("B", CANARY)
    assert "kubectl get secret" in caught.value.hint
    assert "\n" not in str(caught.value)
    assert CANARY not in shown(caught.value)
    assert namespace.secret(SECRET) == before


def test_a_deletion_between_look_and_write(connect: Connect, namespace: Namespace) -> None:
    """A deletion that begins after the look takes no acknowledged write with it."""
    provider = connect()
    project = Project("demo", provider, user="tester")
    project.put("A", CANARY)
    looked = provider._look

    def look_then_delete(*arguments: object) -> object:
        found = looked(*arguments)  # type: ignore[arg-type]  # just what it was called with
        if not deleted:
            deleted.append(True)
            platform_deletes(namespace)
            threading.Timer(1, finish, [namespace]).start()
        return found

    deleted: list[bool] = []
    provider._look = look_then_delete  # type: ignore[method-assign,assignment]  # the moment between the two is what is tested
    project.put("B", CANARY)
    assert namespace.data(SECRET) == {"B": CANARY.encode()}


def test_a_key_that_comes_while_the_last_goes(connect: Connect, namespace: Namespace) -> None:
    """Who deletes the last key deletes the Secret only as it was seen: a key added meanwhile stays."""
    provider, other = connect(), connect()
    project = Project("demo", provider, user="tester")
    project.put("A", CANARY)
    looked = provider._look

    def look_then_add(*arguments: object) -> object:
        found = looked(*arguments)  # type: ignore[arg-type]  # just what it was called with
        if not added:
            added.append(True)
            Project("demo", other, user="tester").put("B", CANARY)
        return found

    added: list[bool] = []
    provider._look = look_then_add  # type: ignore[method-assign,assignment]  # the moment between the two is what is tested
    project.delete("A")
    assert namespace.data(SECRET) == {"B": CANARY.encode()}


def test_two_delete_the_last_two(connect: Connect, namespace: Namespace) -> None:
    """Two who delete the last two keys at once leave no empty Secret behind."""
    one, two = (Project("demo", connect(), user="tester") for _ in range(2))
    for _ in range(10):
        one.import_values({"A": CANARY, "B": CANARY})
        barrier = threading.Barrier(2)

        def delete(project: Project, name: str, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            project.delete(name)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(delete, one, "A"), pool.submit(delete, two, "B")]:
                done.result(PATIENCE)
        assert namespace.secret(SECRET) is None


def test_no_acknowledged_write_is_lost(connect: Connect, namespace: Namespace) -> None:
    """While some delete the last key and others create keys, each that was acknowledged and not deleted is there."""
    kept: set[str] = set()

    def work(number: int) -> None:
        project = Project("demo", connect(), user="tester")
        for turn in range(12):
            name = f"W{number}-{turn}"
            project.new_secret(name, f"{CANARY} {name}")
            if turn % 4:
                project.delete(name)
            else:
                kept.add(name)
            if turn == 6:
                for own in [name for name in list(kept) if name.startswith(f"W{number}-")]:  # others add to it
                    kept.discard(own)
                    project.delete(own)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert namespace.data(SECRET) == {name: f"{CANARY} {name}".encode() for name in kept}


def test_no_write_goes_into_a_deletion(connect: Connect, namespace: Namespace) -> None:
    """While the platform deletes the Secret again and again, no acknowledged write goes with an older deletion."""
    project = Project("demo", connect(), user="tester")
    over = threading.Event()
    deleted_at = [0.0]

    def platform() -> None:
        while not over.is_set():
            if namespace.secret(SECRET):
                deleted_at.append(math.inf)  # as long as it is not answered
                platform_deletes(namespace)
                deleted_at[-1] = time.monotonic()
                time.sleep(0.2)
                finish(namespace)
            time.sleep(0.05)

    with ThreadPoolExecutor(1) as pool:
        deleting = pool.submit(platform)
        try:
            for number in itertools.count():
                if number >= 20 and len(deleted_at) > 5:
                    break
                began = time.monotonic()
                project.put(f"K{number}", CANARY)
                found = namespace.secret(SECRET)
                there = found and "deletionTimestamp" not in found["metadata"] and f"K{number}" in found["data"]
                assert there or deleted_at[-1] > began
        finally:
            over.set()
        deleting.result(PATIENCE)
