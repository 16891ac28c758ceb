"""The local provider under many processes at once, and under kill -9 at any instant."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ConflictError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put, values

from ...support.processes import run_together
from ...support.waiting import skip_sleep

pytestmark = pytest.mark.slow

WRITERS = 16
ROUNDS = 25
"""Kills for each kind; each comes at another random instant."""


def sound(file: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        found: list[tuple[str]] = connection.execute("PRAGMA integrity_check").fetchall()
    return found == [("ok",)]


@pytest.mark.parametrize("writes", [10, pytest.param(50, marks=pytest.mark.soak)])
def test_sixteen_processes_write_many_each(file: Path, tmp_path: Path, writes: int) -> None:
    """All of them begin with no file and no key, write different secrets, and none is lost."""
    code = f"""
    import dh_secrets_jupyter
    from dh_secrets_jupyter.providers import local
    project = dh_secrets_jupyter.get_or_create_project("demo", provider="local")
    ready()
    for write in range({writes}):
        name = f"W{{sys.argv[1]}}-{{write}}"
        project.new_secret(name, f"value of {{name}}")
    """
    run_together(code, WRITERS, tmp_path / "gate")
    names = [f"W{writer}-{write}" for writer in range(WRITERS) for write in range(writes)]
    assert Project("demo", LocalProvider(), user="test").read_all() == {name: f"value of {name}" for name in names}
    assert sound(file)
    assert sorted(path.name for path in file.parent.iterdir()) == ["secrets.db", "secrets.db.key"]


def test_of_sixteen_creators_one_wins(file: Path, tmp_path: Path) -> None:
    """Sixteen processes create one secret in a store that is not there: one does, the others hear that it exists."""
    code = """
    import dh_secrets_jupyter
    from dh_secrets_jupyter.providers import local
    project = dh_secrets_jupyter.get_or_create_project("demo", provider="local")
    ready()
    try:
        project.new_secret("KEY", f"value of {sys.argv[1]}")
    except dh_secrets_jupyter.SecretExistsError:
        print("exists")
    else:
        print("won")
    """
    said = [output.strip() for output in run_together(code, WRITERS, tmp_path / "gate")]
    assert sorted(said) == ["exists"] * (WRITERS - 1) + ["won"]
    assert LocalProvider().read("demo")["KEY"].value == f"value of {said.index('won')}".encode()


def write_until_killed(after: float) -> list[str]:
    """Forks a writer of ever new secrets, kills it after that many seconds, and returns what it acknowledged."""
    reader, writer = os.pipe()

    def write() -> None:
        project = Project("demo", LocalProvider(), user="test")
        for number in range(100_000):
            name = f"K{os.getpid()}-{number}"
            project.new_secret(name, f"value of {name}")
            os.write(writer, f"{name}\n".encode())

    kill(write, after)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as acknowledged:
        return acknowledged.read().split()


@pytest.mark.posix
def test_a_kill_loses_nothing_that_was_acknowledged(file: Path) -> None:
    """Killed at random instants of its writing, a process leaves a sound file with every secret it was told of."""
    chance, kept, rounds = random.Random(20260101), list[str](), 0
    while rounds < ROUNDS or len(kept) < ROUNDS:  # on a busy machine many are killed before their first write
        rounds += 1
        kept += write_until_killed(0.03 + chance.random() * 0.1)
        found = Project("demo", LocalProvider(), user="test").read_all()
        assert {name: found.get(name) for name in kept} == {name: f"value of {name}" for name in kept}
        strangers = found.keys() - set(kept)
        kept += strangers  # of each round at most the last, written but not acknowledged
        assert len(strangers) <= 1
        assert all(found[name] == f"value of {name}" for name in strangers)
    assert sound(file)


@pytest.mark.posix
def test_a_kill_leaves_no_half_of_a_plan(file: Path) -> None:
    """A plan of many pages that is killed at a random instant is there as a whole, or not at all."""
    names, size, chance = [f"PART{number}" for number in range(12)], 80_000, random.Random(20260103)

    def write_generations() -> None:
        for generation in range(100_000):
            LocalProvider().write("demo", just(*(put(name, str(generation % 10).encode() * size) for name in names)))

    write_once = just(*(put(name, b"-" * size) for name in names))
    LocalProvider().write("demo", write_once)
    for _ in range(ROUNDS):
        kill(write_generations, 0.01 + chance.random() * 0.1)
        assert sound(file)
        found = values(LocalProvider().read("demo"))
        assert found.keys() == set(names)
        assert len(set(found.values())) == 1


def kill(work: Callable[[], object], after: float) -> None:
    """Runs work in a forked child, and kills it after that many seconds."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(1)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "it ended by itself"


@pytest.mark.posix
def test_a_kill_while_the_store_is_made(file: Path) -> None:
    """Killed anywhere between no file and the first secrets, also between key and file, a process leaves a store
    that the next one goes on with."""
    chance = random.Random(20260102)
    for _ in range(ROUNDS):
        kept = write_until_killed(chance.random() * 0.03)
        project = Project("demo", LocalProvider(), user="test")
        found = project.read_all()
        assert set(kept) <= found.keys()
        project.put("AFTER", "value")
        assert project.read_values("AFTER") == {"AFTER": "value"}
        assert sound(file)
        for path in file.parent.iterdir():
            path.unlink()


def test_who_waits_longest_asks_most_often(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a crowd nobody starves: the pauses between two tries to write get shorter, until the patience ends."""
    LocalProvider().write("demo", just(put("A")))
    naps = skip_sleep(monkeypatch, stop_clock=True)
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConflictError):
            LocalProvider().write("demo", just(put("B")))
    assert 14.9 < sum(naps) < 15.1
    assert min(naps[:10]) > 0.02
    assert max(naps[-10:]) <= 0.002
