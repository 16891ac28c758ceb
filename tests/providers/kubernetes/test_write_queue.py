"""Writers of one process take turns, and processes that meet others rest."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest

from dh_secrets_jupyter.backoff import Deadline
from dh_secrets_jupyter.providers.kubernetes import write_queue
from dh_secrets_jupyter.providers.kubernetes.client import Client
from dh_secrets_jupyter.providers.kubernetes.connection import Target
from dh_secrets_jupyter.providers.kubernetes.manifest import Look
from dh_secrets_jupyter.providers.kubernetes.write_queue import turn
from tests.support.processes import run_forked
from tests.support.waiting import PATIENCE, skip_sleep

T = TypeVar("T")
TARGET = Target("here")
CLIENT = Client(TARGET)
SEEN = Look(exists=True, resource_version="1")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test meets another one's queue."""
    monkeypatch.setattr(write_queue, "_queues", {})


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collects the rests, and takes none; every one is as long as it may be."""
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    return skip_sleep(monkeypatch)


def write(others: int, *, seconds: float = 0.0, fails: bool = False) -> None:
    """One write, which takes a time and meets others."""
    with turn(CLIENT, TARGET, "a", Deadline(30)) as ours:
        ours.send()
        ours._sent -= seconds
        if not fails:
            ours.wrote(SEEN, others)


def queue_up(pool: ThreadPoolExecutor, call: Callable[..., T], *arguments: object) -> Future[T]:
    """Starts a writer while another one has its turn; returns when it waits."""
    queue = write_queue._queues[os.getpid(), TARGET, "a"]
    last = queue.last
    future = pool.submit(call, *arguments)
    while queue.last is last:
        time.sleep(0.001)
    return future


def handed(client: Client = CLIENT) -> Look | None:
    """One turn; returns the look that was handed on to it."""
    with turn(client, TARGET, "a", Deadline(30)) as ours:
        return ours.look


def test_one_at_a_time_in_the_order_they_came() -> None:
    """Of twenty writers no two are at it in the same moment, and nobody overtakes."""
    order: list[int] = []
    inside = threading.Semaphore(1)

    def work(number: int) -> None:
        with turn(CLIENT, TARGET, "a", Deadline(30)):
            assert inside.acquire(blocking=False)
            order.append(number)
            time.sleep(0.002)
            inside.release()

    with ThreadPoolExecutor(20) as pool:
        with turn(CLIENT, TARGET, "a", Deadline(30)):
            waiting = [queue_up(pool, work, number) for number in range(20)]
        for each in waiting:
            each.result(PATIENCE)
    assert order == list(range(20))


def test_other_secrets_have_queues_of_their_own() -> None:
    """A writer of one Secret waits for none of another, of another cluster or of another namespace."""
    with (
        turn(CLIENT, TARGET, "a", Deadline(30)),
        turn(CLIENT, TARGET, "b", Deadline(30)),
        turn(CLIENT, Target("there"), "a", Deadline(30)),
    ):
        pass


def test_nobody_waits_for_one_who_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a time the next one goes all the same."""
    monkeypatch.setattr(write_queue, "TURN_TIMEOUT", 0.2)
    with turn(CLIENT, TARGET, "a", Deadline(30)), turn(CLIENT, TARGET, "a", Deadline(30)) as second:
        assert second.look is None


@pytest.mark.posix
def test_a_forked_child_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn that a parent's thread has at the fork means nothing to the child."""
    monkeypatch.setattr(write_queue, "TURN_TIMEOUT", PATIENCE)

    def take_a_turn() -> None:
        began = time.monotonic()
        with turn(CLIENT, TARGET, "a", Deadline(2 * PATIENCE)):
            assert time.monotonic() - began < PATIENCE

    with turn(CLIENT, TARGET, "a", Deadline(30)):
        assert run_forked(take_a_turn) == 0


@pytest.mark.parametrize("client", [CLIENT, Client(TARGET)], ids=["the same", "another"])
def test_a_look_is_handed_on(client: Client) -> None:
    """It goes to who has waited since before it was asked for, and asks by the same client; it is kept for nobody."""
    with ThreadPoolExecutor(1) as pool:
        with turn(CLIENT, TARGET, "a", Deadline(30)) as first:
            following = queue_up(pool, handed, client)
            first.send()
            first.wrote(SEEN, 0)
        assert following.result(PATIENCE) is (SEEN if client is CLIENT else None)
    assert write_queue._queues[os.getpid(), TARGET, "a"].last is None
    assert handed() is None


def test_a_look_older_than_the_call_is_not_used() -> None:
    """What was asked for before a writer came may be older than what its caller knows."""
    with ThreadPoolExecutor(1) as pool:
        with turn(CLIENT, TARGET, "a", Deadline(30)) as first:
            first.send()
            following = queue_up(pool, handed)
            first.wrote(SEEN, 0)
        assert following.result(PATIENCE) is None


def test_alone_nobody_rests(naps: list[float]) -> None:
    """However long writes take: without others in between nothing is put off."""
    for seconds in (0.01, 1.0, 10.0):
        write(0, seconds=seconds)
    assert naps == []


def test_a_crowd_is_given_time(naps: list[float]) -> None:
    """Rests grow while others are met, never over 3 s, and shrink again; a change without success counts as one."""
    for others in (1, 1, 1, 0, 0, 0, 0):
        write(others, seconds=0.1)
    assert [round(nap, 1) for nap in naps] == [0.2, 0.4, 0.8, 0.4, 0.2, 0.1]
    naps.clear()
    write(9, seconds=5)
    write(0)
    for _ in range(10):
        write(0)
    write(0, seconds=0.1, fails=True)
    write(0)
    assert [round(nap, 1) for nap in naps[:1] + naps[-1:]] == [write_queue.LONGEST_REST, 0.2]


def test_waiting_and_resting_count_as_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a write has waited for its turn and rested, its tries cannot pause any more."""
    monkeypatch.setattr(write_queue, "TURN_TIMEOUT", 0.2)
    naps = skip_sleep(monkeypatch)
    deadline = Deadline(PATIENCE, pauses=20.0)
    with turn(CLIENT, TARGET, "a", Deadline(PATIENCE)):
        write_queue._queues[os.getpid(), TARGET, "a"].resting_until = time.monotonic() + PATIENCE
        with turn(CLIENT, TARGET, "a", deadline):
            pass
    assert naps == [pytest.approx(19.8, abs=0.01)]
    assert not deadline.pause(0.1)
