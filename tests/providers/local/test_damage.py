"""A file with a byte changed anywhere: one clear line, or one secret that says that it is damaged; none is missing."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretExistsError, SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Remove
from dh_secrets_jupyter.providers.local import LocalProvider, keys, store
from dh_secrets_jupyter.providers.local.store import Connection, Store
from dh_secrets_jupyter.testing import just, put, values

from ...support.kernels import Kernel
from ...support.waiting import PATIENCE
from .stores import VALUE, refusal

T = TypeVar("T")
SECRETS = {"A": VALUE, "B": VALUE[:5], "C": VALUE * 15}
MASKS = (0x01, 0xFF)
"""What is changed in a byte: a bit, and all of them."""


@pytest.fixture
def small(file: Path) -> Path:
    """A store of two projects in four pages of 512 bytes."""
    LocalProvider().write("demo", just(*(put(name, value) for name, value in SECRETS.items())))
    LocalProvider().write("other", just(put("A")))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("VACUUM")
    assert file.stat().st_size <= 2048
    return file


def flips(damaged: Path, step: int = 1) -> Iterator[int]:
    """Changes each byte of a file in turn, and puts everything in its folder back as it was."""
    before = {path: path.read_bytes() for path in damaged.parent.iterdir()}
    for offset in range(0, len(before[damaged]), step):
        for mask in MASKS:
            content = bytearray(before[damaged])
            content[offset] ^= mask
            damaged.write_bytes(content)
            yield offset
            for path in damaged.parent.iterdir():
                if path not in before:
                    path.unlink()
            for path, old in before.items():
                path.write_bytes(old)


def attempt(action: Callable[[], T]) -> T | None:
    """Returns what an action returns, None where it says in one clear line that the store cannot be used."""
    try:
        return action()
    except ProviderUnavailableError as error:
        said = error
    assert str(said).isprintable()
    assert (said.__cause__, said.__context__) == (None, None)
    assert "invented" not in str(said)
    return None


@pytest.mark.slow
def test_reading_after_any_change(small: Path) -> None:
    """Each secret is read rightly, or is listed as damaged, or the file is refused; not one is passed over."""
    outcomes = {"whole": 0, "refused": 0, "damaged": 0}
    for offset in flips(small):
        records = attempt(lambda: LocalProvider().read("demo"))
        if records is None:
            outcomes["refused"] += 1
            continue
        good = {name: record.value for name, record in records.items() if not record.error}
        bad = [record for record in records.values() if record.error]
        assert good.items() <= SECRETS.items(), offset
        assert len(good) + len(bad) >= len(SECRETS), offset
        outcomes["damaged" if bad else "whole"] += 1
    assert min(outcomes.values()) > 100, outcomes


@pytest.mark.slow
def test_everything_else_after_any_change(small: Path) -> None:
    """Writing, deleting, listing projects and asking for the place end in what they do, or in one clear line."""
    for _ in flips(small, step=17):
        provider = LocalProvider()
        assert str(small) in provider.place("demo")
        assert provider.writable("demo")
        attempt(lambda provider=provider: provider.projects())  # type: ignore[misc]  # mypy: defaults of lambdas
        written = attempt(lambda provider=provider: provider.write("demo", just(put("D"))))  # type: ignore[misc]  # as above
        if written is not None:
            assert values(LocalProvider().read("demo"))["D"] == b"contract-value"
            assert "D" not in LocalProvider().write("demo", just(Remove("D")))


def test_a_key_file_after_any_change(small: Path) -> None:
    """No other key than the store's own opens it, and nothing is written with another."""
    for _ in flips(keys.file_of(small)):
        assert "was encrypted with a different key" in refusal(lambda: LocalProvider().read("demo"))
        assert "was encrypted with a different key" in refusal(lambda: LocalProvider().write("demo", just(put("D"))))
    assert values(LocalProvider().read("demo")) == SECRETS


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_journal_after_any_change(small: Path, mode: str) -> None:
    """What a killed process left beside the file, a hot journal or a log: values as they were, or one clear line."""
    with closing(sqlite3.connect(small, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("PRAGMA cache_size = 1")  # pages reach the file before the end
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE more (x)")
        connection.executemany("INSERT INTO more VALUES (?)", [("x" * 300,)] * 8)
        left = small.parent.parent / "left"
        shutil.copytree(small.parent, left)
        connection.execute("ROLLBACK")
    (journal,) = (path for path in left.iterdir() if path.suffix in (".db-journal", ".db-wal"))
    shutil.rmtree(small.parent)
    left.rename(small.parent)
    outcomes = {"read": 0, "refused": 0}
    found = small.with_name(journal.name)
    for _ in flips(found, step=found.stat().st_size // 100):
        records = attempt(lambda: LocalProvider().read("demo"))
        outcomes["refused" if records is None else "read"] += 1
        for name, record in (records or {}).items():
            assert record.error or record.value == SECRETS[name]
    assert outcomes["read"] > 100, outcomes


@pytest.fixture
def damaged(file: Path) -> Project:
    """A project with one damaged secret, ``BAD``, between two that are not."""
    project = Project("demo", LocalProvider(), user="jo")
    project.import_values({"A": "one", "BAD": "invented", "C": "three"})
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE secret SET sealed = CAST(substr(sealed, 1, 40) AS BLOB) WHERE name = 'BAD'")
        connection.commit()
    return project


def test_a_damaged_secret_leaves_the_others(damaged: Project) -> None:
    """It is listed, and says that it is damaged; all others are read and changed as before."""
    listed = {secret.name: secret.metadata.description for secret in damaged.list_secrets()}
    assert listed.keys() == {"A", "BAD", "C"}
    assert "damaged" in listed["BAD"]
    assert damaged.read_values("A", "C") == {"A": "one", "C": "three"}
    damaged.put("A", "two")
    damaged.delete("C")
    assert damaged.read_values("A") == {"A": "two"}


def test_a_damaged_secret_is_deleted_and_nothing_else(damaged: Project) -> None:
    """It is neither read nor written over, for what was known of it would be lost; it can be deleted and made anew."""
    line = "BAD: what is stored of it in project demo is damaged. Restore a backup of the file, or delete this secret."
    with pytest.raises(SecretExistsError):
        damaged.new_secret("BAD", "x")
    for action in (
        lambda: damaged.read_values("BAD"),
        lambda: damaged.read_values("A", "BAD"),
        damaged.read_all,
        lambda: damaged.put("BAD", "x"),
        lambda: damaged.edit("BAD", description="x"),
        lambda: damaged.edit("BAD", value="x"),
        lambda: damaged.import_values({"A": "x", "BAD": "x"}, replace_existing=True),
        lambda: damaged.update_secret(damaged.get_secret("BAD")),
    ):
        assert refusal(action) == line
    assert damaged.read_values("A") == {"A": "one"}
    damaged.delete("BAD")
    assert damaged.new_secret("BAD", "anew").metadata.description == ""
    assert damaged.read_all() == {"A": "one", "BAD": "anew", "C": "three"}


@pytest.mark.parametrize(
    "change",
    [
        "name = CAST(x'42FF44' AS TEXT)",
        "name = x'424144'",
        "name = 'C' || 'x'",
        "project = CAST(x'FF' AS TEXT)",
        "project = ''",
        "sealed = 5",
        "sealed = 'text'",
        "sealed = x''",
    ],
)
def test_any_part_of_a_row(damaged: Project, file: Path, change: str) -> None:
    """Whatever stands in a row, it is shown by some name, and can be deleted by it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"UPDATE secret SET {change} WHERE name = 'BAD'")
        connection.commit()
    (name,) = {secret.name for secret in damaged.list_secrets()} - {"A", "C"}
    damaged.delete(name)
    assert damaged.read_all() == {"A": "one", "C": "three"}


def test_a_row_of_another_project_is_found(damaged: Project, file: Path) -> None:
    """A secret whose row names another project is still its own project's, and is so again with its next value."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE secret SET project = 'temo' WHERE name = 'A'")
        connection.commit()
    assert damaged.read_values("A") == {"A": "one"}
    damaged.put("A", "two")
    assert damaged.read_values("A") == {"A": "two"}
    assert damaged.provider.projects() == ["demo"]


def test_content_of_another_making(file: Path) -> None:
    """What is sealed rightly and is no record of any version is a damaged secret, too."""
    provider = LocalProvider()
    provider.write("demo", just(put("A", metadata=Metadata(description="x"))))
    with closing(provider._store.connect()) as connection:
        cipher = provider._store._cipher(connection)
        for content in (b"", b"\n", b"{}", b"\xff\n", b"[]\nvalue", b"{\nvalue"):
            connection.execute("UPDATE secret SET sealed = ?", (cipher.seal(content, b"demo/A"),))
            record = provider.read("demo")["A"]
            assert isinstance(record.error, SecretsError) == (content != b"{}")


def test_in_a_notebook(new_kernel: Callable[..., Kernel], damaged: Project, file: Path) -> None:
    """The list shows it, ``get --all`` leaves it out and says so, and ``get`` of it fails with one line."""
    kernel = new_kernel(env={"DH_SECRETS_LOCAL_PATH": str(file), "DH_SECRETS_PROJECT": "demo"})
    kernel.ok("%load_ext dh_secrets_jupyter")
    rows = kernel.ok("%secret list").displays[0]["text/plain"].splitlines()
    assert [row.split()[0] for row in rows[1:]] == ["A", "BAD", "C"]
    assert "(damaged. Restore a backup of the file, or delete this secret)" in rows[2]
    said = kernel.ok("%secret get --all").stdout.splitlines()
    assert said[0] == "BAD: skipped (what is stored of it in project demo is damaged)."
    assert said[-1] == "Read into variables: A, C"
    assert "BAD: what is stored of it in project demo is damaged" in str(kernel.run("%secret get A BAD").error)


def test_a_file_that_has_not_changed_is_checked_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads again and again pays for the check once; after a change of the file it is checked anew."""
    checks: list[str] = []
    check = Store._check

    def count(checked: Store, connection: Connection, kind: str) -> None:
        checks.append(kind)
        check(checked, connection, kind)

    monkeypatch.setattr(Store, "_check", count)
    monkeypatch.setattr(store, "_TICK_NS", 50_000_000)
    provider = LocalProvider()
    time.sleep(0.1)
    for _ in range(3):
        provider.read("demo")
    assert checks == ["quick_check"]
    with closing(sqlite3.connect(small)) as connection:
        connection.execute("PRAGMA user_version = 1")
    time.sleep(0.1)
    for _ in range(3):
        provider.read("demo")
    assert checks == ["quick_check"] * 2


def test_a_file_that_was_changed_just_now_is_checked_again(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two changes within a tick of the file's clock look like one, so that a fresh file is never taken as checked."""
    assert store._TICK_NS >= 2_000_000_000  # FAT's
    monkeypatch.setattr(store, "_TICK_NS", PATIENCE * 1_000_000_000)
    provider = LocalProvider()
    provider.read("demo")
    assert provider._store._sound is None
