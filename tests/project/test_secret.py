"""A secret without its value: what it is called, where it is, and how it is shown."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import InvalidNameError, SecretNotFoundError, SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.project.secret import Secret, given_name


@pytest.fixture
def secret(demo: Project) -> Secret:
    """A secret with a value and metadata."""
    return demo.new_secret("A", "sample-value", description="for tests", labels=["b", "a"], expires="2099-12-31")


def test_it_is_written_as_the_platform_writes_it(secret: Secret) -> None:
    """Name, key and place beside the metadata, all in JSON; no field has the value."""
    written = secret.to_dict()
    assert secret.key == "store://demo/secret/secret/A"
    assert written["key"] == secret.key
    assert written["kind"] == "secret"
    assert written["spec"] == {"path": "secret://A", "provider": "local"}
    fields = {"project": "demo", "name": "A", "embedded": False, **secret.metadata.to_dict()}
    assert written["metadata"] == fields
    assert "sample-value" not in repr(written)


def test_it_prints_as_its_name(secret: Secret) -> None:
    """Alone and in a list."""
    assert repr(secret) == "Secret(name='A', project='demo', key='store://demo/secret/secret/A')"
    assert "sample-value" not in f"{secret} {[secret]}"


def test_its_value_is_the_one_that_is_stored_now(secret: Secret, sam: Project) -> None:
    """Somebody else's, too; and one that is set leaves the metadata but for who set it."""
    sam.put("A", "sample-of-sam")
    assert secret.read_secret_value() == "sample-of-sam"
    before = secret.metadata.updated
    secret.set_secret_value("sample-again")
    assert sam.read_values("A") == {"A": "sample-again"}
    assert secret.metadata.updated != before
    assert (secret.metadata.description, secret.metadata.updated_by) == ("for tests", "jo")


@pytest.mark.parametrize("value", [None, 5, ["sample-list"]])
def test_what_is_no_value_is_refused(secret: Secret, value: object) -> None:
    """None, too, as a variable that is not set gives it: nothing is changed, and that is said."""
    before = secret.metadata.updated
    with pytest.raises(SecretsError, match="A: a value must be text or bytes, not "):
        secret.set_secret_value(value)  # type: ignore[arg-type]  # what is tested
    assert secret.read_secret_value() == "sample-value"
    assert secret.metadata.updated == before


def test_one_that_is_gone_is_not_made_again(secret: Secret, sam: Project) -> None:
    """Neither reading nor setting its value brings it back."""
    sam.delete("A")
    for attempt in (secret.read_secret_value, lambda: secret.set_secret_value("x")):
        with pytest.raises(SecretNotFoundError):
            attempt()
    assert sam.list_secrets() == []


def test_its_metadata_are_its_own(demo: Project) -> None:
    """To change them changes no other secret that was made of the same ones."""
    metadata = Metadata(labels=["a"])
    one, other = Secret(demo, "A", metadata), Secret(demo, "B", metadata)
    one.metadata.labels.append("b")
    assert other.metadata.labels == metadata.labels == ["a"]


def test_the_name_is_given_once_by_either_argument() -> None:
    """As releases of the platform's SDK call it; both, none, and what is no name are refused."""
    assert given_name("A", None) == given_name(None, "A") == "A"
    for arguments in ((None, None), ("A", "A")):
        with pytest.raises(TypeError, match="once, as entity_name or identifier"):
            given_name(*arguments)
    for bad in ("", "a/b"):
        with pytest.raises(InvalidNameError):
            given_name(bad, None)
