"""The public names as a user's type checker sees them: a changed signature fails ``make check``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, assert_type

import dh_secrets_jupyter as dhcore
from dh_secrets_jupyter import Metadata, Project, Secret, SecretBytes, SecretsError, SecretValue, Spec
from dh_secrets_jupyter.project import Imported


def take(text: str = "", data: bytes = b"", error: SecretsError | None = None) -> None:
    """Takes what a value or an error has to be."""


def every_public_name() -> None:
    """Is read by mypy, and never called."""
    project = dhcore.get_or_create_project("demo")
    assert_type(project, Project)
    assert_type(dhcore.get_or_create_project("demo", provider="local"), Project)
    assert_type(dhcore.get("API_KEY"), SecretValue | SecretBytes)
    assert_type(dhcore.use("API_KEY"), str)
    assert_type(project.name, str)
    assert_type(project.place, str)

    secret = project.new_secret(
        name="API_KEY",
        secret_value="sample-value",
        description="x",
        labels=["a"],
        expires=date(2030, 1, 1),
        hosts=["a.test"],
    )
    assert_type(secret, Secret)
    assert_type(project.new_secret("BYTES", b"\xff", expires="2030-01-01"), Secret)
    assert_type(project.get_secret(entity_name="API_KEY"), Secret)
    assert_type(project.get_secret(identifier="API_KEY"), Secret)
    assert_type(project.list_secrets(), list[Secret])
    assert_type(project.put("API_KEY", "sample-value", labels={"a"}), Secret)
    assert_type(project.edit("API_KEY", description="y", expires=None), Secret)
    assert_type(project.update_secret(secret), Secret)
    assert_type(project.copy("API_KEY", "OTHER", to=project, move=True), Secret)
    assert_type(project.read_values("API_KEY"), dict[str, SecretValue | SecretBytes])
    assert_type(project.read_all(), dict[str, SecretValue | SecretBytes])
    assert_type(project.import_values({"API_KEY": "sample-value"}, replace_existing=True), Imported)
    project.delete("API_KEY", "BYTES")
    project.delete_secret(entity_name="API_KEY")

    assert_type(secret.name, str)
    assert_type(secret.project, str)
    assert_type(secret.key, str)
    assert_type(secret.metadata, Metadata)
    assert_type(secret.metadata.expires, date | None)
    assert_type(secret.metadata.hosts, list[str])
    assert_type(secret.metadata.updated, datetime | None)
    assert_type(secret.spec, Spec)
    assert_type(secret.to_dict(), dict[str, Any])
    secret.set_secret_value(value="sample-value")

    value = secret.read_secret_value()
    assert_type(value, SecretValue | SecretBytes)
    if isinstance(value, SecretValue):
        take(text=value)
        assert_type(value.reveal(), str)
    else:
        take(data=value)
        assert_type(value.reveal(), bytes)

    try:
        project.get_secret("NONE")
    except (dhcore.SecretNotFoundError, dhcore.ProviderUnavailableError) as error:
        take(error=error)
        assert_type(error.hint, str)
