"""A move to another project, when its second half fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.project.moves import HalfMovedError, delete_original
from dh_secrets_jupyter.providers.local import LocalProvider


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Project]:
    """Two projects of one store, the first with a secret that was copied to the second."""
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "secrets.db"))
    provider = LocalProvider()
    one, other = (Project(name, provider, user="ada") for name in ("one", "other"))
    for project in (one, other):
        project.new_secret("A", "sample-value")
    return one, other


def test_the_original_goes(projects: tuple[Project, Project]) -> None:
    """If it is still what was copied; one that is gone already is no error."""
    one, other = projects
    original = one.provider.read("one")["A"]
    for _ in range(2):
        delete_original(one, "A", original, other.get_secret("A"))
        assert one.list_secrets() == []


@pytest.mark.parametrize("change", [lambda one: one.put("A", "sample-newer"), lambda one: one.edit("A", labels=["x"])])
def test_one_that_was_changed_meanwhile_stays(
    projects: tuple[Project, Project], change: Callable[[Project], object]
) -> None:
    """The error says where both are, and that one has to look."""
    one, other = projects
    original = one.provider.read("one")["A"]
    change(one)
    with pytest.raises(
        HalfMovedError, match="copied to project other as A, but not deleted from project one"
    ) as caught:
        delete_original(one, "A", original, other.get_secret("A"))
    assert "sample" not in str(caught.value)
    assert [secret.name for secret in one.list_secrets()] == ["A"]
