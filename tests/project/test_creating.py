"""Secrets come and go: created, imported, deleted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter.errors import (
    InvalidNameError,
    SecretExistsError,
    SecretNotFoundError,
    SecretsError,
    TooLargeError,
)
from dh_secrets_jupyter.models import MAX_TOTAL, SecretBytes
from dh_secrets_jupyter.project import Project


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
