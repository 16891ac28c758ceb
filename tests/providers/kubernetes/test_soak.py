"""A crowd of writers, faults, and an API server and an etcd that are killed: what is said of a write is true."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from tests.cluster.server import Cluster, Namespace
from tests.support.fault_proxy import FaultProxy, random_faults

from .conftest import CANARY, SECRET, Connect

UNKNOWN = "may or may not have been made"

_pauses = threading.local()
_sleep = time.sleep


def count_pauses(seconds: float) -> None:
    """Sleeps, and adds it to what this thread has slept."""
    _pauses.sum = getattr(_pauses, "sum", 0.0) + seconds
    _sleep(seconds)


@pytest.fixture(autouse=True)
def counted_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts what each thread sleeps."""
    monkeypatch.setattr(time, "sleep", count_pauses)


class Writer:
    """Puts one secret again and again, and remembers what was said of each turn."""

    def __init__(self, number: int, provider: KubernetesProvider) -> None:
        self.name = f"W{number}"
        self._project = Project("demo", provider, user="tester")
        self.turns = 0
        self.acknowledged = 0
        self.longest_pauses = 0.0
        self.refused: set[int] = set()
        self.unknown: set[int] = set()

    def write(self, turns: int) -> None:
        """Writes so many times."""
        self.turns = turns
        for turn in range(1, turns + 1):
            _pauses.sum = 0.0
            try:
                self._project.put(self.name, f"{CANARY} {turn}")
            except ProviderUnavailableError as error:
                (self.unknown if UNKNOWN in str(error) else self.refused).add(turn)
            else:
                self.acknowledged = turn
            self.longest_pauses = max(self.longest_pauses, _pauses.sum)

    def check(self, data: dict[str, bytes]) -> None:
        """What is there is what was acknowledged last, or came after it and is unknown."""
        there = int(data[self.name].decode().removeprefix(CANARY)) if self.name in data else 0
        assert there == self.acknowledged or (there > self.acknowledged and there in self.unknown), self.name


def run(provider: KubernetesProvider, proxy: FaultProxy, writers: int, turns: int, seconds: float) -> list[Writer]:
    """Lets so many writers write, at 10 % faults."""
    Project("demo", provider, user="tester").put("FIRST", CANARY)
    proxy.otherwise = random_faults(0.1, seed=3)
    crowd = [Writer(number, provider) for number in range(writers)]
    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(writer.write, turns) for writer in crowd]:
            done.result(seconds)
    return crowd


def check(crowd: list[Writer], data: dict[str, bytes]) -> None:
    """Holds what was said to what is there."""
    unknown, refused = (sum(map(len, sets)) for sets in zip(*((w.unknown, w.refused) for w in crowd), strict=True))
    longest = max(writer.longest_pauses for writer in crowd)
    print(
        f"{sum(w.turns for w in crowd)} writes: {unknown} unknown, {refused} not made; longest pauses {longest:.1f} s"
    )
    assert longest <= 5.1
    for writer in crowd:
        writer.check(data)
    assert sum(w.acknowledged > 0 for w in crowd) == len(crowd)


def test_every_word_is_true(connect: Connect, namespace: Namespace, fault_proxy: FaultProxy) -> None:
    """At 10 % faults no acknowledged write is lost, and none that is said to be not made was made."""
    check(run(connect(fault_proxy.kubeconfig), fault_proxy, 8, 6, 250), namespace.data(SECRET))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_while_servers_are_killed(connect: Connect, tmp_path: Path) -> None:
    """The same of 32 writers of 100 writes each, while the API server is killed five times, and etcd once."""
    (tmp_path / "proxy").mkdir()
    with Cluster(tmp_path / "cluster") as own:
        space = own.namespace()
        over = threading.Event()

        def kill() -> int:
            for number in range(5):
                if over.wait(6):
                    return number
                own.kill()
                if number == 2:
                    own.restart_etcd()
                own.start()
            return 5

        with FaultProxy(space.kubeconfig, tmp_path / "proxy") as proxy, ThreadPoolExecutor(1) as pool:
            killing = pool.submit(kill)
            try:
                crowd = run(connect(proxy.kubeconfig), proxy, 32, 100, 1700)
            finally:
                over.set()
            assert killing.result(300) == 5
            # Before the thread ends: the servers that it has started end with it.
            check(crowd, space.data(SECRET))
