"""Many at once: clients of ours behind their lock, and Core's own writes beside."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from types import SimpleNamespace

import pytest

from dh_secrets_jupyter.backoff import Deadline
from dh_secrets_jupyter.errors import ConflictError, SecretExistsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, lock, read_back, writing
from dh_secrets_jupyter.providers.digitalhub.entity import LOCK, new_lock
from dh_secrets_jupyter.testing import just, put, values
from tests.core.server import Call, Core
from tests.support.processes import run_forked
from tests.support.waiting import PATIENCE

from .conftest import PROJECT

CONSOLE = [f"CONSOLE{number}" for number in range(4)]
PAUSES = (0.015, 0.15, 0.15, 0.15)
"""Seconds between two writes of each: one of them writes without any pause, as a loop over the SDK does, which spends
so long outside of Core's reading and writing back."""


@pytest.fixture
def console(on_platform: Core, provider: DigitalHubProvider) -> Iterator[None]:
    """Four who write values by Core's own way all the time: it reads all, changes one, and writes all back."""
    for name in CONSOLE:
        spec = {"path": f"secret://{name}", "provider": "kubernetes"}
        body = {"name": name, "kind": "secret", "project": PROJECT, "spec": spec}
        on_platform.entities.create(PROJECT, body, "console")
        on_platform.vault.write(PROJECT, name, "sample-0")
    over = threading.Event()

    def write(name: str, pause: float) -> None:
        number = 0
        while not over.wait(pause):
            number += 1
            on_platform.vault.write(PROJECT, name, f"sample-{number}")

    with ThreadPoolExecutor(len(CONSOLE)) as pool:
        for name, pause in zip(CONSOLE, PAUSES, strict=True):
            pool.submit(write, name, pause)
        yield
        over.set()


def processes(number: int) -> ProcessPoolExecutor:
    """Returns so many, none of them forked: threads of this one serve them, and a lock of OpenSSL's that a thread has
    at a fork is never let go in the child."""
    return ProcessPoolExecutor(number, multiprocessing.get_context("spawn"), initializer=be_patient)


def be_patient() -> None:
    """As the fixture of that kind, in another process."""
    lock.HOLD = writing.DEADLINE = PATIENCE


def write_keys(keys: int, writer: int) -> dict[str, bytes]:
    """Writes so many keys, one after the other; returns what was acknowledged."""
    demo, done = Project(PROJECT, DigitalHubProvider(), user="tester"), dict[str, bytes]()
    for number in range(keys):
        name, value = f"W{writer}-{number}", f"sample-{writer}-{number}"
        while name not in done:
            with contextlib.suppress(ConflictError):  # "Try again when it is done"
                demo.put(name, value)
                done[name] = value.encode()
    return done


@pytest.mark.parametrize(("writers", "keys"), [(8, 1), pytest.param(8, 40, marks=[pytest.mark.soak])])
@pytest.mark.timeout(900)
@pytest.mark.posix
def test_nothing_of_ours_is_lost(provider: DigitalHubProvider, console: None, writers: int, keys: int) -> None:
    """What Core's whole-map writes undo is put back, the console's and those of ours, each from a process of its own:
    every key that was acknowledged is there."""
    began = time.monotonic()
    with processes(writers) as pool:
        written = list(pool.map(partial(write_keys, keys), range(writers)))
    acknowledged = {name: value for done in written for name, value in done.items()}
    print(f"{len(acknowledged)} keys by {writers} writers in {time.monotonic() - began:.1f} s")
    found = values(provider.read(PROJECT))
    assert len(acknowledged) == writers * keys
    assert {name: found.get(name) for name in acknowledged} == acknowledged


def create(number: int) -> bool:
    """Creates the one secret; returns whether it was not there yet."""
    try:
        Project(PROJECT, DigitalHubProvider(), user="x").new_secret("ONE", f"sample-{number}")
    except SecretExistsError:
        return False
    return True


@pytest.mark.posix
def test_of_sixteen_creators_one_wins(on_platform: Core, provider: DigitalHubProvider) -> None:
    """Each in a process of its own, so that Core's lock alone is between them. The others are told that it exists; the
    value is the winner's."""
    with processes(16) as pool:
        won = list(pool.map(create, range(16)))
    assert won.count(True) == 1
    assert values(provider.read(PROJECT)) == {"ONE": f"sample-{won.index(True)}".encode()}


@pytest.mark.posix
def test_a_client_that_is_killed_with_the_lock(on_platform: Core, provider: DigitalHubProvider) -> None:
    """The next one gets through: the lock is not deleted before it is 10 s old, and then by its id."""
    provider.write(PROJECT, just(put("A", b"sample-a")))

    def take_the_lock() -> None:
        with lock.held(provider._client, PROJECT, Deadline(PATIENCE)):
            os.kill(os.getpid(), signal.SIGKILL)

    assert run_forked(take_the_lock) == -signal.SIGKILL
    left = on_platform.entities.of(PROJECT)[LOCK]
    left["metadata"]["created"] = (datetime.now(UTC) - timedelta(seconds=9)).isoformat()
    provider.write(PROJECT, just(put("B", b"sample-b")))
    assert f"DELETE /api/v1/-/{PROJECT}/secrets/{left['id']}" in on_platform.counted("DELETE")
    assert set(on_platform.entities.of(PROJECT)) == {"A", "B"}


def test_how_old_a_lock_may_get(
    on_platform: Core, provider: DigitalHubProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Core's clock, whatever ours says: one of 10 s is waited for, one of 11 s is deleted at once."""
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    monkeypatch.setattr("tests.core.server._Handler.date_time_string", lambda handler: format_datetime(noon, True))
    on_platform.entities.create(PROJECT, new_lock(PROJECT, "0" * 32), "another client")
    held = on_platform.entities.secrets["0" * 32]["metadata"]
    for age, free in [(0, False), (10, False), (11, True)]:
        held["created"] = (noon - timedelta(seconds=age)).isoformat()
        monkeypatch.setattr(lock, "WAIT", PATIENCE if free else 0.5)
        if free:
            provider.write(PROJECT, just(put("A")))
        else:
            with pytest.raises(ConflictError, match="others kept changing its secrets"):
                provider.write(PROJECT, just(put("A")))
            assert "0" * 32 in on_platform.entities.secrets
    assert on_platform.counted("DELETE")[0].endswith("0" * 32)
    assert set(on_platform.entities.of(PROJECT)) == {"A"}


def test_a_value_that_somebody_else_sets_stays(
    on_platform: Core, provider: DigitalHubProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put back is what was there before our write, not what somebody has set since."""
    monkeypatch.setattr(read_back, "READ_BACK", (0.2, 0.2))
    provider.write(PROJECT, just(put("A", b"sample-old"), put("B", b"sample-b")))
    undone = {"sample-old": b"sample-new", "sample-console": b"sample-console"}
    for set_meanwhile, wanted in undone.items():
        provider.write(PROJECT, just(put("A", b"sample-old")))
        writes: list[object] = []

        def once(call: object, value: str = set_meanwhile, writes: list[object] = writes) -> None:
            if "DELETE" in str(call) and not writes:
                writes.append(call)
                on_platform.vault.write(PROJECT, "A", value)

        on_platform.spend = once
        provider.write(PROJECT, just(put("A", b"sample-new")))
        assert writes
        assert values(provider.read(PROJECT)) == {"A": wanted, "B": b"sample-b"}


def test_a_value_that_comes_and_goes(on_platform: Core, provider: DigitalHubProvider) -> None:
    """Others write copies back with it and without it: once it was missing, it is not taken to stay when it is seen."""
    provider.write(PROJECT, just(put("A", b"sample-old"), put("B", b"sample-b")))
    reads: list[object] = []

    def flicker(call: Call) -> None:
        if call.query.get("keys") == ["NEW"]:
            reads.append(call)
            if len(reads) in (1, 3):
                on_platform.vault.delete(PROJECT, "NEW")
            elif len(reads) == 2:
                on_platform.vault.write(PROJECT, "NEW", "sample-new")

    on_platform.spend = flicker
    provider.write(PROJECT, just(put("NEW", b"sample-new")))
    on_platform.spend = lambda call: None
    assert len(reads) > 4
    assert values(provider.read(PROJECT))["NEW"] == b"sample-new"


def test_one_is_undone_while_another_is_changed(
    on_platform: Core, provider: DigitalHubProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was undone has to be there twice, also where another value of that change is somebody else's now."""
    provider.write(PROJECT, just(put("A", b"sample-old"), put("B", b"sample-old")))
    copies = {1: {"A": "sample-console", "B": "sample-old"}, 3: {"B": "sample-old"}}
    looks: list[object] = []

    def before_each_look(*_: float) -> float:
        looks.append(None)
        for name, value in copies.get(len(looks), {}).items():
            on_platform.vault.write(PROJECT, name, value)
        return 0.0

    monkeypatch.setattr(read_back, "random", SimpleNamespace(uniform=before_each_look))
    after = provider.write(PROJECT, just(put("A", b"sample-new"), put("B", b"sample-new")))
    wanted = {"A": b"sample-console", "B": b"sample-new"}
    assert (len(looks), values(after), values(provider.read(PROJECT))) == (5, wanted, wanted)


def test_a_project_is_made_by_its_first_secret(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the SDK's ``get_or_create_project`` does; by a user who has no right yet to what does not exist."""
    on_platform.logins.is_on = True
    on_platform.logins.add("alice", "other:ROLE_USER")
    monkeypatch.setenv("DHCORE_ACCESS_TOKEN", on_platform.logins.access_token("alice"))
    project = Project("made-anew", DigitalHubProvider(), user="x")
    assert project.list_secrets() == []
    assert on_platform.entities.projects == {}
    project.new_secret("A", "sample-a")
    assert on_platform.entities.projects["made-anew"]["user"] == "alice"
    assert project.read_values("A") == {"A": "sample-a"}
