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
    def test_a_new_secret(self, demo: Project) -> None:
        """It is there with its value and all of its metadata, and says where the platform finds it."""
        before = datetime.now(UTC)
        made = demo.new_secret("A", "invented", description="what for", labels=["x", "y"], expires="2031-02-03")
        read = demo.get_secret("A")
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

    def test_a_name_that_is_taken(self, demo: Project, sam: Project) -> None:
        """A secret that exists is not created again, and stays as it is."""
        demo.new_secret("A", "invented")
        with pytest.raises(SecretExistsError, match=r"^A: "):
            sam.new_secret("A", "other")
        assert demo.read_values("A") == {"A": "invented"}
        assert demo.get_secret("A").metadata.created_by == "jo"

    @pytest.mark.parametrize("value", ["", "x", "\n two\r\nlines \n", "ü\N{GRINNING FACE}", b"\xff\0", b"", b"text"])
    def test_any_value(self, demo: Project, value: str | bytes) -> None:
        """A value comes back to the byte, as text where it is UTF-8."""
        found = demo.new_secret("A", value).read_secret_value()
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
        self, demo: Project, error: type[SecretsError], arguments: dict[str, Any]
    ) -> None:
        """A bad name, value or metadata is one line about it, and makes nothing."""
        with pytest.raises(error) as caught:
            demo.new_secret(**arguments)
        assert type(caught.value) is error
        assert len(str(caught.value)) < 300
        assert demo.list_secrets() == []

    def test_putting_creates_or_changes(self, demo: Project, sam: Project) -> None:
        """``put`` on an existing secret changes the value; metadata that is not given stays."""
        demo.put("A", "one", description="what for", labels=["x"], expires="2031-02-03")
        changed = sam.put("A", "two").metadata
        assert demo.read_values("A") == {"A": "two"}
        assert (changed.description, changed.labels, changed.expires) == ("what for", ["x"], date(2031, 2, 3))
        assert (changed.created_by, changed.updated_by) == ("jo", "sam")
        assert changed.created
        assert changed.updated
        assert changed.created < changed.updated

    def test_putting_replaces_and_clears(self, demo: Project) -> None:
        """What is given is replaced, an empty text or None clears it."""
        demo.put("A", "one", description="what for", labels=["x"], expires="2031-02-03")
        changed = demo.put("A", "two", description="", labels=["y"], expires=None).metadata
        assert (changed.description, changed.labels, changed.expires) == ("", ["y"], None)


class TestDeleting:
    def test_all_or_none(self, demo: Project) -> None:
        """With one missing nothing is deleted; a name given twice is one."""
        demo.import_values({"A": "1", "B": "2", "C": "3"})
        with pytest.raises(SecretNotFoundError, match=r"^X: "):
            demo.delete("A", "X")
        assert len(demo.list_secrets()) == 3
        demo.delete("A", "B", "A")
        demo.delete()
        assert [secret.name for secret in demo.list_secrets()] == ["C"]


class TestImporting:
    def test_all_or_none(self, demo: Project) -> None:
        """With names that are taken nothing is imported, and the error names just those."""
        demo.put("B", "old", description="what for")
        with pytest.raises(SecretExistsError, match=r"^B: .*--replace"):
            demo.import_values({"A": "1", "B": "2"})
        assert demo.read_all() == {"B": "old"}
        demo.import_values({"A": "1", "B": "2"}, replace_existing=True)
        assert demo.read_all() == {"A": "1", "B": "2"}
        assert demo.get_secret("B").metadata.description == "what for"

    def test_nothing(self, demo: Project, tmp_path: Path) -> None:
        """An empty import makes no store."""
        demo.import_values({})
        assert list(tmp_path.iterdir()) == []
