"""What a project reads, in how many requests, and that the guard knows it first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from dh_secrets_jupyter.errors import (
    InvalidNameError,
    SecretExistsError,
    SecretNotFoundError,
)
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project


class TestReading:
    def test_many_in_one_request(self, demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """``read_values`` gives just what was asked for, in that order, from one look; ``read_all`` everything."""
        demo.import_values({"A": "1", "B": "2", "C": "3"})
        reads = count_reads(demo, monkeypatch)
        assert list(demo.read_values("C", "A", "C").items()) == [("C", "3"), ("A", "1")]
        assert len(reads) == 1
        assert demo.read_all() == {"A": "1", "B": "2", "C": "3"}
        assert len(reads) == 2
        assert demo.read_values() == {}
        assert len(reads) == 2

    def test_all_or_none(self, demo: Project, learned: list[tuple[str, str | bytes]]) -> None:
        """With some missing nothing is read, and the error names just those."""
        demo.import_values({"A": "1", "B": "2"})
        learned.clear()
        with pytest.raises(
            SecretNotFoundError,
            match=r"^X, Y: no such secrets in project demo\. Run %secret list to see what is there\.$",
        ):
            demo.read_values("A", "X", "B", "Y")
        assert learned == []

    def test_listing(self, demo: Project) -> None:
        """Secrets are listed by name, all or by a pattern, and print no value."""
        demo.import_values({"DB_PASS": "invented-1", "db_pass": "invented-2", "API": "invented-3"})
        assert [secret.name for secret in demo.list_secrets()] == ["API", "DB_PASS", "db_pass"]
        assert [secret.name for secret in demo.list_secrets("DB_*")] == ["DB_PASS"]
        assert "invented" not in f"{demo.list_secrets()}{demo!r}{demo.list_secrets()[0].to_dict()}"

    def test_bad_names(self, demo: Project) -> None:
        """A bad name is said as that, wherever it is given."""
        ways: list[Callable[[str], object]] = [
            demo.get_secret,
            demo.read_values,
            demo.delete,
            demo.delete_secret,
            lambda name: demo.put(name, "x"),
            lambda name: demo.edit(name, value="x"),
            lambda name: demo.edit(name, description="x"),
            lambda name: demo.import_values({"GOOD": "x", name: "x"}),
        ]
        for way in ways:
            for name in ("..", "a/b", ""):
                with pytest.raises(InvalidNameError):
                    way(name)
        assert demo.list_secrets() == []

    def test_the_names_argument_has_two_names(self, demo: Project) -> None:
        """``entity_name`` and ``identifier`` are the same; one of them has to be given."""
        demo.put("A", "x")
        for secret in (
            demo.get_secret("A"),
            demo.get_secret(entity_name="A"),
            demo.get_secret(identifier="A"),
        ):
            assert secret.name == "A"
        with pytest.raises(TypeError):
            demo.get_secret()
        with pytest.raises(TypeError):
            demo.get_secret("A", identifier="A")
        demo.delete_secret(identifier="A")
        with pytest.raises(SecretNotFoundError, match=r"^A: "):
            demo.delete_secret("A")

    def test_the_entity_as_the_platform_writes_it(self, demo: Project) -> None:
        """``to_dict`` is JSON, with the fields of the platform's entity and no value."""
        found = demo.new_secret("A", "invented", labels=["x"], expires="2031-02-03").to_dict()
        assert json.loads(json.dumps(found)) == found
        assert found.keys() == {"name", "kind", "project", "key", "metadata", "spec", "status"}
        assert found["spec"] == {"path": "secret://A", "provider": "local"}
        assert found["metadata"]["project"] == "demo"
        assert found["metadata"]["expires"] == "2031-02-03"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found["metadata"]["created"])
        assert "invented" not in str(found)


class TestGuard:
    """The guard knows every value before anything else is done with it."""

    def test_what_the_kernel_gives(self, demo: Project, learned: list[tuple[str, str | bytes]]) -> None:
        """Values are known also where the write is refused."""
        demo.new_secret("A", "one")
        with pytest.raises(SecretExistsError):
            demo.new_secret("A", "two")
        demo.put("A", b"\xff")
        demo.get_secret("A").set_secret_value("three")
        demo.import_values({"B": "four"})
        wanted = [("A", "one"), ("A", "two"), ("A", b"\xff"), ("A", "three"), ("B", "four")]
        assert learned == wanted

    def test_what_the_kernel_is_given(self, demo: Project, learned: list[tuple[str, str | bytes]]) -> None:
        """Each way to read a value teaches it; listing and describing teach nothing."""
        demo.import_values({"A": "one", "B": "two"})
        learned.clear()
        demo.list_secrets()
        demo.get_secret("A")
        demo.edit("A", description="x")
        assert learned == []
        demo.get_secret("A").read_secret_value()
        demo.read_values("B")
        demo.read_all()
        assert learned == [("A", "one"), ("B", "two"), ("A", "one"), ("B", "two")]


def test_metadata_is_the_entitys_own(demo: Project) -> None:
    """Changing one entity's metadata changes no other, and nothing stored, before it is saved."""
    first = demo.put("A", "x", labels=["a"])
    second = demo.get_secret("A")
    first.metadata.labels.append("b")
    assert second.metadata.labels == ["a"]
    assert demo.get_secret("A").metadata.labels == ["a"]
    assert Metadata().labels == []


def count_reads(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each read that the provider is asked for."""
    reads: list[str] = []
    read = project.provider.read

    def counted(name: str) -> Any:
        reads.append(name)
        return read(name)

    monkeypatch.setattr(project.provider, "read", counted)
    return reads
