"""Values and metadata change, each alone, also under somebody else's hands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from dh_secrets_jupyter.errors import (
    ConflictError,
    SecretNotFoundError,
    SecretsError,
    TooLargeError,
)
from dh_secrets_jupyter.models import MAX_TOTAL
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import Record
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put


class TestChanging:
    def test_a_value_by_itself(self, demo: Project, sam: Project) -> None:
        """``set_secret_value`` leaves the metadata alone but for when and who."""
        old = demo.new_secret("A", "one", description="what for", labels=["x"], expires="2031-02-03").metadata
        secret = sam.get_secret("A")
        secret.set_secret_value("two")
        new = secret.metadata
        assert secret.read_secret_value() == "two"
        assert (new.description, new.labels, new.expires) == (old.description, old.labels, old.expires)
        assert (new.created, new.created_by, new.updated_by) == (old.created, "jo", "sam")
        assert new == demo.get_secret("A").metadata

    def test_a_value_of_a_secret_that_is_gone(self, demo: Project) -> None:
        """It is an error, and does not make the secret again."""
        secret = demo.new_secret("A", "one")
        demo.delete("A")
        for action in (lambda: secret.set_secret_value("two"), secret.read_secret_value):
            with pytest.raises(SecretNotFoundError):
                action()
        with pytest.raises(SecretNotFoundError):
            demo.update_secret(secret)
        assert demo.list_secrets() == []

    def test_metadata_by_itself(self, demo: Project, sam: Project) -> None:
        """``update_secret`` saves what was changed on the entity, and leaves the value of now alone."""
        secret = sam.get_secret(demo.new_secret("A", "one").name)
        secret.metadata.description = "what for"
        secret.metadata.labels.append("x")
        secret.metadata.expires = date(2031, 2, 3)
        demo.put("A", "changed meanwhile")
        saved = sam.update_secret(secret).metadata
        assert (saved.description, saved.labels, saved.expires) == ("what for", ["x"], date(2031, 2, 3))
        assert (saved.created_by, saved.updated_by) == ("jo", "sam")
        assert demo.read_values("A") == {"A": "changed meanwhile"}

    def test_bad_metadata_is_refused(self, demo: Project) -> None:
        """What was assigned to an entity is checked when it is saved."""
        for field, wrong in (("description", 5), ("labels", "text"), ("labels", ["a,b"]), ("expires", "soon")):
            secret = demo.put("A", "one")
            setattr(secret.metadata, field, wrong)
            with pytest.raises(SecretsError):
                demo.update_secret(secret)
        assert demo.get_secret("A").metadata.description == ""

    def test_a_secret_of_another_project_is_refused(self, demo: Project) -> None:
        """An entity is saved in its own project, not in one that has a secret of the same name."""
        other = Project("other", demo.provider, user="jo")
        demo.put("A", "one")
        secret = other.put("A", "two", description="other")
        with pytest.raises(SecretsError, match=r"^A: .*other"):
            demo.update_secret(secret)
        assert demo.get_secret("A").metadata.description == ""

    def test_a_key_of_somebody_else(self, demo: Project) -> None:
        """A key that came without metadata is edited like our own; who made it stays unknown."""
        demo.provider.write("demo", just(put("A", b"theirs")))
        assert demo.edit("A", description="what for").metadata.created_by is None
        found = demo.get_secret("A")
        assert (found.metadata.description, found.metadata.updated_by) == ("what for", "jo")
        assert found.read_secret_value() == "theirs"

    def test_a_check_is_part_of_the_write(self, demo: Project) -> None:
        """What a check refuses is not written, and it sees the secret as it is stored now."""
        demo.import_values({"A": "one", "B": "two"})
        seen: list[bytes] = []

        def refuse(record: Record) -> None:
            seen.append(record.value)
            raise ConflictError("A", "it is another", "Look again")

        with pytest.raises(ConflictError):
            demo.edit("A", value="three", check=refuse)
        with pytest.raises(ConflictError):
            demo.delete("A", "B", check=refuse)
        assert seen == [b"one", b"one"]
        assert demo.read_all() == {"A": "one", "B": "two"}

    def test_one_that_does_not_fit(self, demo: Project) -> None:
        """Over 1 MiB together, the project stays as it is."""
        demo.import_values({"A": "x" * (MAX_TOTAL - 10), "B": "y"})
        for action in (
            lambda: demo.put("C", "z" * 10),
            lambda: demo.edit("B", value="z" * 11),
            lambda: demo.import_values({"C": "z" * 5, "D": "z" * 5}),
        ):
            with pytest.raises(TooLargeError, match=r"^demo: "):
                action()
        assert demo.read_values("B") == {"B": "y"}
        assert len(demo.list_secrets()) == 2


def test_racing_edits_are_all_kept(demo: Project) -> None:
    """Editing value and metadata of one secret at once from many threads loses neither."""
    demo.put("A", "start")

    def edit(number: int) -> None:
        mine = Project("demo", LocalProvider(), user=f"user{number}")
        if number % 2:
            mine.edit("A", value="changed")
        else:
            mine.edit("A", description="changed")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(edit, range(8)))
    found = demo.get_secret("A")
    assert (found.read_secret_value(), found.metadata.description) == ("changed", "changed")
