"""The suite that every provider has to pass, one of a third party too. It needs pytest.

A provider's tests subclass :class:`ProviderContract` and say how to reach a place that is empty at first::

    class TestMyProvider(ProviderContract):
        @pytest.fixture
        def connect(self, tmp_path):
            return lambda: MyProvider(tmp_path)
"""

from __future__ import annotations

import os
import random
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from .errors import ConflictError, SecretExistsError, TooLargeError
from .models import MAX_DESCRIPTION, MAX_LABEL, MAX_TOTAL, Metadata
from .providers.base import Change, Plan, Provider, Put, Records, Remove

Connect = Callable[[], Provider]

_PATIENCE = 20.0
"""Seconds for what the protocol promises within 2: a test machine may be busy with other things."""

NAMES = ("a", "A", "_", "-", "-a-", ".a", "a.", "a..b", "0", "a_b", "a-b", "a.b", "A" * 253, "." + "x" * 252, "-" * 64)
"""Names at the edges of the rule: one of each shape, pairs that differ only by case or punctuation, the longest."""

VALUES = {
    "empty": b"",
    "one byte": b"x",
    "line breaks and blanks around": b"\n\r\n  value\t\n\n",
    "a PEM without the last newline": b"-----BEGIN TEST-----\nbm90IGEga2V5\n-----END TEST-----",
    "a PEM": b"-----BEGIN TEST-----\nbm90IGEga2V5\n-----END TEST-----\n",
    "text beyond ASCII": "pässwörd \N{GRINNING FACE} \u2028".encode(),
    "a byte order mark": b"\xef\xbb\xbfvalue",
    "every byte": bytes(range(256)),
    "NUL": b"\0",
    "JSON": b'{"a": null}',
    "100 kB": bytes(range(250)) * 400,
}

FULL = Metadata(
    description=("line one\nline two \N{GRINNING FACE} {x} $y <b> " * 30)[:MAX_DESCRIPTION],
    labels=["ü" * MAX_LABEL, "a b", "x=y"],
    expires=date(2031, 2, 3),
    created=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
    updated=datetime(2026, 1, 2, 3, 4, 6, 0, UTC),
    created_by="Jörg O'Neil <jo@example.org>",
    updated_by="someone else",
)


def put(name: str, value: bytes = b"contract-value", metadata: Metadata | None = None) -> Put:
    """Returns the change that stores a value, by default with empty metadata."""
    return Put(name, value, metadata or Metadata())


def just(*changes: Change) -> Plan:
    """Returns the plan of these changes, whatever is there."""
    return lambda records: changes


def values(records: Records) -> dict[str, bytes]:
    """Returns the values alone, by name."""
    return {name: record.value for name, record in records.items()}


def count_up(records: Records) -> list[Change]:
    """A plan whose outcome depends on what it saw: each application adds one."""
    counter = records.get("COUNTER")
    return [put("COUNTER", str(int(counter.value) + 1 if counter else 1).encode())]


@contextmanager
def _watching(provider: Provider, project: str) -> Iterator[Callable[[dict[str, bytes]], None]]:
    """Watches in a thread; gives a function that waits until the project was seen with just these values."""
    stop, news = threading.Event(), threading.Condition()
    seen: list[dict[str, bytes]] = []

    def follow() -> None:
        for records in provider.watch(project, stop):
            with news:
                seen.append(values(records))
                news.notify_all()

    def expect(wanted: dict[str, bytes]) -> None:
        with news:
            assert news.wait_for(lambda: seen[-1:] == [wanted], _PATIENCE), f"not seen: {sorted(wanted)}"

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow)
        try:
            yield expect
        finally:
            stop.set()
            following.result(_PATIENCE)


class ProviderContract:
    """Holds a provider to the protocol of :mod:`dh_secrets_jupyter.providers.base`.

    A subclass defines the fixture ``connect``: a function that makes a new provider for the same place each time, as
    another process would have it. ``project`` may be overridden where a project has to be prepared; its user may
    read, write and watch it.
    """

    @pytest.fixture
    def project(self) -> str:
        """A valid name of a project without secrets."""
        return f"contract-{uuid.uuid4().hex[:20]}"

    @pytest.fixture
    def provider(self, connect: Connect) -> Provider:
        """The provider that most tests use."""
        return connect()

    @pytest.fixture
    def another(self, connect: Connect) -> Provider:
        """A second one for the same place."""
        return connect()

    def test_an_unknown_project_has_no_secrets(self, provider: Provider, project: str) -> None:
        """A project that nobody has written to reads as empty, and reading does not make it."""
        assert dict(provider.read(project)) == {}
        assert project not in (provider.projects() or ())

    def test_it_says_its_name_and_place(self, provider: Provider, project: str) -> None:
        """Name and place are one line of text each, before anything was written and after."""
        before = provider.place(project)
        provider.write(project, just(put("A")))
        for text in (provider.name, before, provider.place(project)):
            assert text.strip()
            assert text.isprintable()

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    def test_values_are_kept_to_the_byte(
        self, provider: Provider, another: Provider, project: str, value: bytes
    ) -> None:
        """What was written is what another reads, byte for byte."""
        written = provider.write(project, just(put("A", value)))
        assert values(written) == values(another.read(project)) == {"A": value}

    def test_names_of_all_shapes(self, provider: Provider, another: Provider, project: str) -> None:
        """Every valid name holds its own value and metadata, and can be deleted by itself."""
        wanted = {name: f"value of {name}".encode() for name in NAMES}

        def fill(records: Records) -> list[Change]:
            return [put(name, value, Metadata(description=name)) for name, value in wanted.items()]

        provider.write(project, fill)
        read = another.read(project)
        assert values(read) == wanted
        assert {name: record.metadata.description for name, record in read.items()} == {name: name for name in NAMES}
        for name in NAMES:
            provider.write(project, just(Remove(name)))
            del wanted[name]
            assert values(another.read(project)) == wanted

    def test_metadata_is_kept(self, provider: Provider, another: Provider, project: str) -> None:
        """Every field of the metadata comes back as it was, and empty metadata as empty."""
        provider.write(project, just(put("FULL", metadata=FULL), put("BARE")))
        read = another.read(project)
        assert read["FULL"].metadata == FULL
        assert read["BARE"].metadata == Metadata()

    def test_a_put_replaces_value_and_metadata_together(self, provider: Provider, project: str) -> None:
        """A second put leaves nothing of the first."""
        provider.write(project, just(put("A", b"old", FULL)))
        provider.write(project, just(put("A", b"new", Metadata(labels=["new"]))))
        record = provider.read(project)["A"]
        assert (record.value, record.metadata) == (b"new", Metadata(labels=["new"]))

    def test_metadata_goes_with_its_secret(self, provider: Provider, project: str) -> None:
        """A secret that is deleted and made again has nothing of the old one's metadata."""
        provider.write(project, just(put("A", metadata=FULL), put("B")))
        provider.write(project, just(Remove("A")))
        provider.write(project, just(put("A")))
        assert provider.read(project)["A"].metadata == Metadata()

    def test_a_write_returns_the_secrets_after_it(self, provider: Provider, another: Provider, project: str) -> None:
        """A write's answer is the whole project as it is now, also where others changed it in between."""
        provider.write(project, just(put("A", metadata=FULL)))
        another.write(project, just(put("B")))
        assert dict(provider.write(project, just(put("C")))) == dict(another.read(project))
        assert set(provider.write(project, just(Remove("A")))) == {"B", "C"}

    def test_what_was_read_stays_as_it_was(self, provider: Provider, project: str) -> None:
        """Records are a look at one moment; later writes do not change them."""
        before = provider.write(project, just(put("A", b"old")))
        provider.write(project, just(put("A", b"new"), put("B")))
        assert values(before) == {"A": b"old"}

    def test_a_plan_sees_the_secrets_as_they_are(self, provider: Provider, another: Provider, project: str) -> None:
        """A plan is asked with what another just wrote."""
        looks: list[Records] = []

        def look(records: Records) -> list[Change]:
            looks.append(records)
            return []

        another.write(project, just(put("A", metadata=FULL)))
        answer = provider.write(project, look)
        assert dict(looks[-1]) == dict(answer) == dict(another.read(project))

    def test_a_plan_without_changes_changes_nothing(self, provider: Provider, project: str) -> None:
        """An empty plan answers with what is there, and makes no project."""
        assert dict(provider.write(project, just())) == {}
        assert project not in (provider.projects() or ())

    def test_a_plan_is_applied_as_a_whole(self, provider: Provider, another: Provider, project: str) -> None:
        """One plan creates, replaces and deletes together."""
        provider.write(project, just(put("OLD"), put("KEPT"), put("CHANGED", b"old")))
        provider.write(project, just(put("NEW"), put("CHANGED", b"new"), Remove("OLD")))
        assert values(another.read(project)) == {"KEPT": b"contract-value", "CHANGED": b"new", "NEW": b"contract-value"}

    def test_a_plan_that_raises_changes_nothing(self, provider: Provider, another: Provider, project: str) -> None:
        """What a plan raises comes out as it is, and nothing was changed; the provider goes on working."""
        provider.write(project, just(put("A")))
        refusal = SecretExistsError("A", "it is there", "Use another name")

        def refuse(records: Records) -> list[Change]:
            raise refusal

        with pytest.raises(SecretExistsError) as caught:
            provider.write(project, refuse)
        assert caught.value is refusal
        assert values(another.read(project)) == {"A": b"contract-value"}
        provider.write(project, just(put("B")))

    def test_the_last_secret_can_go_and_come_back(self, provider: Provider, another: Provider, project: str) -> None:
        """A project without its last secret reads as empty, is listed no more, and can be written again."""
        for _ in range(3):
            provider.write(project, just(put("A")))
            assert dict(provider.write(project, just(Remove("A")))) == {}
            assert dict(another.read(project)) == {}
            assert project not in (another.projects() or ())

    def test_projects_are_apart(self, provider: Provider, project: str) -> None:
        """Projects with the same names of secrets have nothing to do with each other, and are listed."""
        other = f"{project}-b"
        provider.write(project, just(put("A", b"one")))
        provider.write(other, just(put("A", b"two"), put("B")))
        listed = provider.projects()
        assert listed is None or {project, other} <= set(listed)
        provider.write(other, just(Remove("A"), Remove("B")))
        assert values(provider.read(project)) == {"A": b"one"}

    def test_it_says_that_it_is_writable(self, provider: Provider, project: str) -> None:
        """A user who may write is told so, before the first write and after."""
        assert provider.writable(project)
        provider.write(project, just(put("A")))
        assert provider.writable(project)

    def test_a_project_holds_one_mebibyte(self, provider: Provider, another: Provider, project: str) -> None:
        """All values together may have 1 MiB, to the byte; a replaced value no longer counts."""
        half = MAX_TOTAL // 2
        provider.write(project, just(put("A", bytes(half))))
        provider.write(project, just(put("B", bytes(MAX_TOTAL - half))))
        provider.write(project, just(put("B", b"\1" * (MAX_TOTAL - half))))
        assert sum(map(len, values(another.read(project)).values())) == MAX_TOTAL

    def test_more_than_a_mebibyte_is_refused_as_a_whole(
        self, provider: Provider, another: Provider, project: str
    ) -> None:
        """A plan that would exceed it by a byte raises and leaves nothing, whatever else is in it."""
        provider.write(project, just(put("A", bytes(MAX_TOTAL - 10))))
        before = dict(another.read(project))
        plans: list[list[Change]] = [
            [put("B", b"contract-va"), put("C", b"")],
            [put("A", bytes(MAX_TOTAL + 1))],
            [put("B", b"contract"), put("C", b"val")],
        ]
        for changes in plans:
            with pytest.raises(TooLargeError) as caught:
                provider.write(project, just(*changes))
            shown = "".join(traceback.format_exception(caught.value, chain=True)) + repr(caught.value.args)
            assert "contract-va" not in shown
            assert "\\x00\\x00" not in shown
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None
            assert dict(another.read(project)) == before

    def test_records_and_changes_print_no_value(self, provider: Provider, project: str) -> None:
        """The repr of what the protocol passes around never has a value in it."""
        answer = provider.write(project, just(put("A", b"contract-value")))
        for shown in (repr(answer), repr(provider.read(project)), repr(put("A")), repr(provider)):
            assert "contract-value" not in shown

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
            meanwhile[0].result(_PATIENCE)
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
            meanwhile[0].result(_PATIENCE)
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
        """Eight threads write eight secrets each, with one provider or their own: all are there."""
        one = connect()

        def write(writer: int) -> None:
            provider = one if shared else connect()
            for number in range(8):
                name = f"W{writer}-{number}"
                provider.write(project, just(put(name, name.encode())))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
        names = [f"W{writer}-{number}" for writer in range(8) for number in range(8)]
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

    def test_a_random_history_ends_as_expected(self, provider: Provider, another: Provider, project: str) -> None:
        """After sixty random plans through two providers, every secret is as a plain dict has it."""
        chance, wanted = random.Random(20260101), dict[str, tuple[bytes, Metadata]]()
        for _ in range(60):
            changes: list[Change] = []
            for name in chance.sample(NAMES, chance.randint(1, 4)):
                if name in wanted and chance.random() < 0.5:
                    del wanted[name]
                    changes.append(Remove(name))
                else:
                    metadata = replace(FULL, description=chance.choice(["", "x", "\N{GRINNING FACE}"]))
                    wanted[name] = (chance.randbytes(chance.randint(0, 40)), metadata)
                    changes.append(Put(name, *wanted[name]))
            writer, reader = chance.sample([provider, another], 2)
            writer.write(project, just(*changes))
            assert {name: (found.value, found.metadata) for name, found in reader.read(project).items()} == wanted

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

    def test_a_watch_sees_every_change(self, provider: Provider, another: Provider, project: str) -> None:
        """A watch begins with what is there, and shows what others create, change and delete, the last one too."""
        with _watching(provider, project) as expect:
            expect({})
            another.write(project, just(put("A", b"one")))
            expect({"A": b"one"})
            another.write(project, just(put("A", b"two"), put("B", b"")))
            expect({"A": b"two", "B": b""})
            another.write(project, just(Remove("A"), Remove("B")))
            expect({})
            another.write(project, just(put("C", b"again")))
            expect({"C": b"again"})

    def test_a_watch_begins_with_what_is_there(self, provider: Provider, another: Provider, project: str) -> None:
        """The first look has the secrets, not only what changes later; metadata alone is a change, too."""
        another.write(project, just(put("A")))
        stop = threading.Event()
        watch = provider.watch(project, stop)
        first = next(watch)
        another.write(project, just(put("A", metadata=FULL)))
        later = next(records for records in watch if records["A"].metadata != Metadata())
        stop.set()
        assert (first["A"].metadata, later["A"].metadata) == (Metadata(), FULL)
        assert list(watch) == []

    def test_a_watch_of_another_project_is_not_disturbed(
        self, provider: Provider, another: Provider, project: str
    ) -> None:
        """A watch shows its own project alone."""
        with _watching(provider, project) as expect:
            another.write(f"{project}-b", just(put("A")))
            another.write(project, just(put("B")))
            expect({"B": b"contract-value"})
        another.write(f"{project}-b", just(Remove("A")))

    def test_a_stopped_watch_ends(self, provider: Provider, project: str) -> None:
        """A watch that is stopped while nothing happens ends by itself, and one stopped before yields no news."""
        with _watching(provider, project) as expect:
            expect({})
        stop = threading.Event()
        stop.set()
        assert len(list(provider.watch(project, stop))) <= 1
