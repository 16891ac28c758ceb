"""Where Core is told nothing, and what is said of that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from tests.cluster.server import Cluster, Namespace
from tests.core.server import Core

from .conftest import PROJECT, Open, told


@pytest.fixture
def other(cluster: Cluster, namespace: Namespace, login_file: Path) -> Iterator[Core]:
    """A Core of another cluster, which has the same project, the same namespace, and the same names with others'
    values."""
    with Core(cluster.namespace().kubeconfig) as running:
        running.namespace = namespace.name
        running.entities.create_project({"name": PROJECT}, "somebody")
        for name in ("A", "B"):
            spec = {"path": f"secret://{name}", "provider": "kubernetes"}
            body = {"name": name, "kind": "secret", "project": PROJECT, "spec": spec}
            running.entities.create(PROJECT, body, "somebody")
            running.vault.write(PROJECT, name, f"sample-other-{name}")
        yield running


def write_all(project: Project) -> list[str]:
    """Creates, changes and deletes; returns all that was said."""
    said: list[str] = []
    for act in (
        lambda: project.new_secret("A", "sample-a"),
        lambda: project.put("A", "sample-new", description="d"),
        lambda: project.new_secret("B", "sample-b"),
        lambda: project.delete("A"),
    ):
        act()
        said += project.notices
    assert project.read_all() == {"B": "sample-b"}
    return said


def test_the_core_of_another_cluster(other: Core, open_project: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address, project, namespace and names are the same; the values are not. Nothing is sent that changes anything."""
    monkeypatch.setenv("DHCORE_ENDPOINT", other.url)
    said = write_all(open_project())
    assert told(other) == []
    assert other.vault.read(PROJECT, "A") == "sample-other-A"
    assert said == [
        *["The platform lists A with another value: nothing was changed there."] * 2,
        "The platform lists B with another value: nothing was changed there.",
        "The platform still lists A, with another value: nothing was changed there.",
    ]


STILL = "The platform may still list A: nothing was changed there, because"


def test_an_address_in_the_login_file_alone(core: Core, open_project: Open, login_file: Path) -> None:
    """It is not enough: Core is not even asked."""
    login_file.write_text(f"[__default]\ndhcore_endpoint = {core.url}\n")
    project = open_project()
    assert write_all(project) == [f"{STILL} DHCORE_ENDPOINT is not in the environment."]
    assert core.counted() == []
    assert project.place_and_register.endswith(
        f"; nothing is registered at the platform {core.url}, because DHCORE_ENDPOINT is not in the environment"
    )
    assert core.counted() == []


@pytest.mark.parametrize("name", ["other-{project}", "proj-secrets--{project}"])
def test_a_secret_of_another_name(
    on_platform: Core, open_project: Open, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The platform does not keep it, whatever else is the same."""
    monkeypatch.setenv("DH_SECRETS_SECRET_NAME", name)
    project = open_project()
    why = "the Secret does not have the name that the platform gives it"
    assert write_all(project) == [f"{STILL} {why}."]
    assert on_platform.counted() == []
    assert project.place_and_register.endswith(f", because {why}")


def test_another_namespace(on_platform: Core, open_project: Open) -> None:
    """Core says where it keeps secrets: not here."""
    on_platform.namespace = "elsewhere"
    project = open_project()
    why = f"its secrets are in the namespace 'elsewhere', not in {on_platform.vault.namespace}"
    assert write_all(project) == [f"{STILL} {why}."]
    assert set(on_platform.counted()) == {"GET /.well-known/configuration"}
    assert project.place_and_register.endswith(f", because {why}")


def test_no_platform(core: Core, open_project: Open) -> None:
    """Nothing is said of one."""
    project = open_project()
    assert write_all(project) == []
    assert "platform" not in project.place_and_register
    assert core.counted() == []


def test_the_platform(on_platform: Core, demo: Project) -> None:
    """That changes are registered is said wherever the place is, from the first time on that it was asked."""
    assert "registered" not in demo.place
    for _ in range(2):
        assert demo.place_and_register.endswith(f"; changes are registered at the platform {on_platform.url}")
    assert demo.place == demo.place_and_register
    assert on_platform.counted() == ["GET /.well-known/configuration"]
