"""What a provider promises to many at once: threads, other processes' providers, forked children."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ..errors import ConflictError, SecretExistsError
from ..providers.base import Change, Provider, Records, Remove
from .samples import PATIENCE, Connect, count_up, just, put, values


class Racing:
    """At the same time."""

    def test_what_changes_meanwhile_is_seen(self, provider: Provider, another: Provider, project: str) -> None:
        """Somebody who changes the same secret between a plan's look and its write is never overwritten unseen."""
        provider.write(project, count_up)
        with ThreadPoolExecutor(1) as pool:
            meanwhile: list[Future[Records]] = []

            def slow(records: Records) -> list[Change]:
                if not meanwhile:
                    meanwhile.append(pool.submit(another.write, project, count_up))
                    # Where plans are applied under a lock, the other waits for us, and not the other way round.
                    threading.Event().wait(0.5)
                return count_up(records)

            provider.write(project, slow)
            meanwhile[0].result(PATIENCE)
        assert values(provider.read(project)) == {"COUNTER": b"3"}

    def test_a_secret_deleted_meanwhile_does_not_come_back(
        self, provider: Provider, another: Provider, project: str
    ) -> None:
        """A change of a secret that somebody deletes between look and write is asked again, or came first."""
        provider.write(project, just(put("A", b"old"), put("B")))
        with ThreadPoolExecutor(1) as pool:
            meanwhile: list[Future[Records]] = []

            def change(records: Records) -> Sequence[Change]:
                if not meanwhile:
                    meanwhile.append(pool.submit(another.write, project, just(Remove("A"))))
                    threading.Event().wait(0.5)
                return [put("A", b"new")] if "A" in records else []

            provider.write(project, change)
            meanwhile[0].result(PATIENCE)
        assert set(provider.read(project)) == {"B"}

    def test_of_many_creators_one_wins(self, connect: Connect, project: str) -> None:
        """Of eight that create one secret at once, one succeeds, and its value is there; the others see it."""

        def create(number: int) -> bool:
            def plan(records: Records) -> list[Change]:
                if "A" in records:
                    raise SecretExistsError("A", "it is there", "Use another name")
                return [put("A", str(number).encode())]

            try:
                connect().write(project, plan)
            except SecretExistsError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(create, range(8)))
        assert won.count(True) == 1
        assert values(connect().read(project)) == {"A": str(won.index(True)).encode()}

    @pytest.mark.parametrize("shared", [True, False], ids=["one provider", "a provider each"])
    def test_writers_of_different_secrets_cost_each_other_nothing(
        self, connect: Connect, project: str, shared: bool
    ) -> None:
        """Eight threads write four secrets each, with one provider or their own: all are there."""
        one = connect()

        def write(writer: int) -> None:
            provider = one if shared else connect()
            for number in range(4):
                name = f"W{writer}-{number}"
                provider.write(project, just(put(name, name.encode())))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
        names = [f"W{writer}-{number}" for writer in range(8) for number in range(4)]
        assert values(one.read(project)) == {name: name.encode() for name in names}

    def test_counting_together_loses_nothing(self, connect: Connect, project: str) -> None:
        """Four threads count one secret up; each step that was acknowledged is in the sum."""

        def count(_: int) -> int:
            provider, done = connect(), 0
            for _ in range(5):
                try:
                    provider.write(project, count_up)
                except ConflictError:
                    continue
                done += 1
            return done

        with ThreadPoolExecutor(4) as pool:
            total = sum(pool.map(count, range(4)))
        assert total > 0
        assert values(connect().read(project)) == {"COUNTER": str(total).encode()}

    def test_it_works_after_a_fork(self, provider: Provider, project: str) -> None:
        """A forked child writes with its parent's provider, and both go on."""
        provider.write(project, just(put("PARENT")))
        if not hasattr(os, "fork"):  # there is nothing to promise on such a system
            return
        child = os.fork()
        if child == 0:
            status = 1
            try:
                provider.write(project, just(put("CHILD")))
                status = 0
            finally:
                os._exit(status)
        deadline = time.monotonic() + 60
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
            provider.write(project, just(put("PARENT")))
        assert ended == (child, 0)
        provider.write(project, just(put("AFTER")))
        assert set(provider.read(project)) == {"PARENT", "CHILD", "AFTER"}
