"""The use cases of a project, on the embedded store."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter import guard
from dh_secrets_jupyter.errors import (
    ConflictError,
    InvalidNameError,
    SecretExistsError,
    SecretNotFoundError,
    SecretsError,
    TooLargeError,
)
from dh_secrets_jupyter.models import MAX_TOTAL, Metadata, SecretBytes, SecretValue
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Record
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put

from .processes import run

SNIPPET = """
import dh_secrets_jupyter as dhcore
project = dhcore.get_or_create_project("project-secrets")
secret0 = project.new_secret(name="somesecret", secret_value="value1")
print(secret0)
secret0 = project.get_secret(entity_name="somesecret")
print(secret0.read_secret_value())
secret0.set_secret_value(value="value1")
print(secret0.read_secret_value())
secrets = project.list_secrets()
print(secrets)
project.delete_secret(entity_name="somesecret")
secrets = project.list_secrets()
print(secrets)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without secrets, opened by jo."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    return Project("demo", LocalProvider(), user="jo")


@pytest.fixture
def sam(project: Project) -> Project:
    """The same project, opened by somebody else."""
    return Project("demo", LocalProvider(), user="sam")


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | bytes]]:
    """What the guard was told, in order."""
    told: list[tuple[str, str | bytes]] = []

    def learn(name: str, value: SecretValue | SecretBytes) -> None:
        told.append((name, value.reveal()))

    monkeypatch.setattr(guard, "learn", learn)
    return told


def test_the_snippet(project: Project) -> None:
    """The platform's example runs as it stands, in a script, twice in a row."""
    for _ in range(2):
        said = run(SNIPPET).splitlines()
        secret = "Secret(name='somesecret', project='project-secrets', key='store://project-secrets/secret/secret/somesecret')"
        assert said == [secret, "value1", "value1", f"[{secret}]", "[]"]


class TestCreating:
    def test_a_new_secret(self, project: Project) -> None:
        """It is there with its value and all of its metadata, and says where the platform finds it."""
        before = datetime.now(UTC)
        made = project.new_secret("A", "invented", description="what for", labels=["x", "y"], expires="2031-02-03")
        read = project.get_secret("A")
        for secret in (made, read):
            assert (secret.name, secret.project, secret.key) == ("A", "demo", "store://demo/secret/secret/A")
            assert (secret.spec.path, secret.spec.provider) == ("secret://A", "local")
            found = secret.metadata
            assert (found.description, found.labels, found.expires) == ("what for", ["x", "y"], date(2031, 2, 3))
            assert (found.created_by, found.updated_by) == ("jo", "jo")
            assert found.created == found.updated
            assert found.created
            assert before <= found.created <= datetime.now(UTC)
            assert secret.read_secret_value() == "invented"

    def test_a_name_that_is_taken(self, project: Project, sam: Project) -> None:
        """A secret that exists is not created again, and stays as it is."""
        project.new_secret("A", "invented")
        with pytest.raises(SecretExistsError, match=r"^A: "):
            sam.new_secret("A", "other")
        assert project.read_values("A") == {"A": "invented"}
        assert project.get_secret("A").metadata.created_by == "jo"

    @pytest.mark.parametrize("value", ["", "x", "\n two\r\nlines \n", "ü\N{GRINNING FACE}", b"\xff\0", b"", b"text"])
    def test_any_value(self, project: Project, value: str | bytes) -> None:
        """A value comes back to the byte, as text where it is UTF-8."""
        found = project.new_secret("A", value).read_secret_value()
        stored = value if isinstance(value, bytes) else value.encode()
        assert (found.encode() if isinstance(found, str) else bytes(found)) == stored
        assert isinstance(found, SecretBytes) == (stored == b"\xff\0")

    @pytest.mark.parametrize(
        ("error", "arguments"),
        [
            (InvalidNameError, {"name": "a b", "secret_value": "x"}),
            (SecretsError, {"name": "A", "secret_value": 5}),
            (SecretsError, {"name": "A", "secret_value": "x", "labels": "text"}),
            (SecretsError, {"name": "A", "secret_value": "x", "expires": "soon"}),
            (TooLargeError, {"name": "A", "secret_value": "x", "description": "x" * 2000}),
            (TooLargeError, {"name": "A", "secret_value": "x" * (MAX_TOTAL + 1)}),
        ],
    )
    def test_what_is_wrong_is_refused(
        self, project: Project, error: type[SecretsError], arguments: dict[str, Any]
    ) -> None:
        """A bad name, value or metadata is one line about it, and makes nothing."""
        with pytest.raises(error) as caught:
            project.new_secret(**arguments)
        assert type(caught.value) is error
        assert len(str(caught.value)) < 300
        assert project.list_secrets() == []

    def test_putting_creates_or_changes(self, project: Project, sam: Project) -> None:
        """``put`` on an existing secret changes the value; metadata that is not given stays."""
        project.put("A", "one", description="what for", labels=["x"], expires="2031-02-03")
        changed = sam.put("A", "two").metadata
        assert project.read_values("A") == {"A": "two"}
        assert (changed.description, changed.labels, changed.expires) == ("what for", ["x"], date(2031, 2, 3))
        assert (changed.created_by, changed.updated_by) == ("jo", "sam")
        assert changed.created
        assert changed.updated
        assert changed.created < changed.updated

    def test_putting_replaces_and_clears(self, project: Project) -> None:
        """What is given is replaced, an empty text or None clears it."""
        project.put("A", "one", description="what for", labels=["x"], expires="2031-02-03")
        changed = project.put("A", "two", description="", labels=["y"], expires=None).metadata
        assert (changed.description, changed.labels, changed.expires) == ("", ["y"], None)


class TestReading:
    def test_many_in_one_request(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """``read_values`` gives just what was asked for, in that order, from one look; ``read_all`` everything."""
        project.import_values({"A": "1", "B": "2", "C": "3"})
        reads = count_reads(project, monkeypatch)
        assert list(project.read_values("C", "A", "C").items()) == [("C", "3"), ("A", "1")]
        assert len(reads) == 1
        assert project.read_all() == {"A": "1", "B": "2", "C": "3"}
        assert len(reads) == 2
        assert project.read_values() == {}
        assert len(reads) == 2

    def test_all_or_none(self, project: Project, learned: list[tuple[str, str | bytes]]) -> None:
        """With some missing nothing is read, and the error names just those."""
        project.import_values({"A": "1", "B": "2"})
        learned.clear()
        with pytest.raises(SecretNotFoundError, match=r"^X, Y: the project demo"):
            project.read_values("A", "X", "B", "Y")
        assert learned == []

    def test_listing(self, project: Project) -> None:
        """Secrets are listed by name, all or by a pattern, and print no value."""
        project.import_values({"DB_PASS": "invented-1", "db_pass": "invented-2", "API": "invented-3"})
        assert [secret.name for secret in project.list_secrets()] == ["API", "DB_PASS", "db_pass"]
        assert [secret.name for secret in project.list_secrets("DB_*")] == ["DB_PASS"]
        assert "invented" not in f"{project.list_secrets()}{project!r}{project.list_secrets()[0].to_dict()}"

    def test_bad_names(self, project: Project) -> None:
        """A bad name is said as that, wherever it is given."""
        ways: list[Callable[[str], object]] = [
            project.get_secret,
            project.read_values,
            project.delete,
            project.delete_secret,
            lambda name: project.put(name, "x"),
            lambda name: project.edit(name, value="x"),
            lambda name: project.edit(name, description="x"),
            lambda name: project.import_values({"GOOD": "x", name: "x"}),
        ]
        for way in ways:
            for name in ("..", "a/b", ""):
                with pytest.raises(InvalidNameError):
                    way(name)
        assert project.list_secrets() == []

    def test_the_names_argument_has_two_names(self, project: Project) -> None:
        """``entity_name`` and ``identifier`` are the same; one of them has to be given."""
        project.put("A", "x")
        for secret in (
            project.get_secret("A"),
            project.get_secret(entity_name="A"),
            project.get_secret(identifier="A"),
        ):
            assert secret.name == "A"
        with pytest.raises(TypeError):
            project.get_secret()
        with pytest.raises(TypeError):
            project.get_secret("A", identifier="A")
        project.delete_secret(identifier="A")
        with pytest.raises(SecretNotFoundError, match=r"^A: "):
            project.delete_secret("A")

    def test_the_entity_as_the_platform_writes_it(self, project: Project) -> None:
        """``to_dict`` is JSON, with the fields of the platform's entity and no value."""
        found = project.new_secret("A", "invented", labels=["x"], expires="2031-02-03").to_dict()
        assert json.loads(json.dumps(found)) == found
        assert found.keys() == {"name", "kind", "project", "key", "metadata", "spec", "status"}
        assert found["spec"] == {"path": "secret://A", "provider": "local"}
        assert found["metadata"]["project"] == "demo"
        assert found["metadata"]["expires"] == "2031-02-03"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found["metadata"]["created"])
        assert "invented" not in str(found)


class TestChanging:
    def test_a_value_by_itself(self, project: Project, sam: Project) -> None:
        """``set_secret_value`` leaves the metadata alone but for when and who."""
        old = project.new_secret("A", "one", description="what for", labels=["x"], expires="2031-02-03").metadata
        secret = sam.get_secret("A")
        secret.set_secret_value("two")
        new = secret.metadata
        assert secret.read_secret_value() == "two"
        assert (new.description, new.labels, new.expires) == (old.description, old.labels, old.expires)
        assert (new.created, new.created_by, new.updated_by) == (old.created, "jo", "sam")
        assert new == project.get_secret("A").metadata

    def test_a_value_of_a_secret_that_is_gone(self, project: Project) -> None:
        """It is an error, and does not make the secret again."""
        secret = project.new_secret("A", "one")
        project.delete("A")
        for action in (lambda: secret.set_secret_value("two"), secret.read_secret_value):
            with pytest.raises(SecretNotFoundError):
                action()
        with pytest.raises(SecretNotFoundError):
            project.update_secret(secret)
        assert project.list_secrets() == []

    def test_metadata_by_itself(self, project: Project, sam: Project) -> None:
        """``update_secret`` saves what was changed on the entity, and leaves the value of now alone."""
        secret = sam.get_secret(project.new_secret("A", "one").name)
        secret.metadata.description = "what for"
        secret.metadata.labels.append("x")
        secret.metadata.expires = date(2031, 2, 3)
        project.put("A", "changed meanwhile")
        saved = sam.update_secret(secret).metadata
        assert (saved.description, saved.labels, saved.expires) == ("what for", ["x"], date(2031, 2, 3))
        assert (saved.created_by, saved.updated_by) == ("jo", "sam")
        assert project.read_values("A") == {"A": "changed meanwhile"}

    def test_bad_metadata_is_refused(self, project: Project) -> None:
        """What was assigned to an entity is checked when it is saved."""
        for field, wrong in (("description", 5), ("labels", "text"), ("labels", ["a,b"]), ("expires", "soon")):
            secret = project.put("A", "one")
            setattr(secret.metadata, field, wrong)
            with pytest.raises(SecretsError):
                project.update_secret(secret)
        assert project.get_secret("A").metadata.description == ""

    def test_a_secret_of_another_project_is_refused(self, project: Project) -> None:
        """An entity is saved in its own project, not in one that has a secret of the same name."""
        other = Project("other", project.provider, user="jo")
        project.put("A", "one")
        secret = other.put("A", "two", description="other")
        with pytest.raises(SecretsError, match=r"^A: .*other"):
            project.update_secret(secret)
        assert project.get_secret("A").metadata.description == ""

    def test_a_key_of_somebody_else(self, project: Project) -> None:
        """A key that came without metadata is edited like our own; who made it stays unknown."""
        project.provider.write("demo", just(put("A", b"theirs")))
        assert project.edit("A", description="what for").metadata.created_by is None
        found = project.get_secret("A")
        assert (found.metadata.description, found.metadata.updated_by) == ("what for", "jo")
        assert found.read_secret_value() == "theirs"

    def test_a_check_is_part_of_the_write(self, project: Project) -> None:
        """What a check refuses is not written, and it sees the secret as it is stored now."""
        project.import_values({"A": "one", "B": "two"})
        seen: list[bytes] = []

        def refuse(record: Record) -> None:
            seen.append(record.value)
            raise ConflictError("A", "it is another", "Look again")

        with pytest.raises(ConflictError):
            project.edit("A", value="three", check=refuse)
        with pytest.raises(ConflictError):
            project.delete("A", "B", check=refuse)
        assert seen == [b"one", b"one"]
        assert project.read_all() == {"A": "one", "B": "two"}

    def test_one_that_does_not_fit(self, project: Project) -> None:
        """Over 1 MiB together, the project stays as it is."""
        project.import_values({"A": "x" * (MAX_TOTAL - 10), "B": "y"})
        for action in (
            lambda: project.put("C", "z" * 10),
            lambda: project.edit("B", value="z" * 11),
            lambda: project.import_values({"C": "z" * 5, "D": "z" * 5}),
        ):
            with pytest.raises(TooLargeError, match=r"^demo: "):
                action()
        assert project.read_values("B") == {"B": "y"}
        assert len(project.list_secrets()) == 2


class TestDeleting:
    def test_all_or_none(self, project: Project) -> None:
        """With one missing nothing is deleted; a name given twice is one."""
        project.import_values({"A": "1", "B": "2", "C": "3"})
        with pytest.raises(SecretNotFoundError, match=r"^X: "):
            project.delete("A", "X")
        assert len(project.list_secrets()) == 3
        project.delete("A", "B", "A")
        project.delete()
        assert [secret.name for secret in project.list_secrets()] == ["C"]


class TestImporting:
    def test_all_or_none(self, project: Project) -> None:
        """With names that are taken nothing is imported, and the error names just those."""
        project.put("B", "old", description="what for")
        with pytest.raises(SecretExistsError, match=r"^B: .*--replace"):
            project.import_values({"A": "1", "B": "2"})
        assert project.read_all() == {"B": "old"}
        project.import_values({"A": "1", "B": "2"}, replace_existing=True)
        assert project.read_all() == {"A": "1", "B": "2"}
        assert project.get_secret("B").metadata.description == "what for"

    def test_nothing(self, project: Project, tmp_path: Path) -> None:
        """An empty import makes no store."""
        project.import_values({})
        assert list(tmp_path.iterdir()) == []


class TestGuard:
    """The guard knows every value before anything else is done with it."""

    def test_what_the_kernel_gives(self, project: Project, learned: list[tuple[str, str | bytes]]) -> None:
        """Values are known also where the write is refused."""
        project.new_secret("A", "one")
        with pytest.raises(SecretExistsError):
            project.new_secret("A", "two")
        project.put("A", b"\xff")
        project.get_secret("A").set_secret_value("three")
        project.import_values({"B": "four"})
        wanted = [("A", "one"), ("A", "two"), ("A", b"\xff"), ("A", "three"), ("B", "four")]
        assert learned == wanted

    def test_what_the_kernel_is_given(self, project: Project, learned: list[tuple[str, str | bytes]]) -> None:
        """Each way to read a value teaches it; listing and describing teach nothing."""
        project.import_values({"A": "one", "B": "two"})
        learned.clear()
        project.list_secrets()
        project.get_secret("A")
        project.edit("A", description="x")
        assert learned == []
        project.get_secret("A").read_secret_value()
        project.read_values("B")
        project.read_all()
        assert learned == [("A", "one"), ("B", "two"), ("A", "one"), ("B", "two")]


def test_racing_edits_are_all_kept(project: Project) -> None:
    """Editing value and metadata of one secret at once from many threads loses neither."""
    project.put("A", "start")

    def edit(number: int) -> None:
        mine = Project("demo", LocalProvider(), user=f"user{number}")
        if number % 2:
            mine.edit("A", value="changed")
        else:
            mine.edit("A", description="changed")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(edit, range(8)))
    found = project.get_secret("A")
    assert (found.read_secret_value(), found.metadata.description) == ("changed", "changed")


def test_metadata_is_the_entitys_own(project: Project) -> None:
    """Changing one entity's metadata changes no other, and nothing stored, before it is saved."""
    first = project.put("A", "x", labels=["a"])
    second = project.get_secret("A")
    first.metadata.labels.append("b")
    assert second.metadata.labels == ["a"]
    assert project.get_secret("A").metadata.labels == ["a"]
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
