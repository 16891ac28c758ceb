"""What the tests of the Kubernetes provider beside Core share: both of them, over the same real Secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.registration import RegisteringProvider
from tests.cluster.server import Namespace
from tests.core.server import Core

PROJECT = "demo"
SECRETS = f"/api/v1/-/{PROJECT}/secrets"
SECRET = f"proj-secrets-{PROJECT}"
CHANGES = ("POST", "PUT", "PATCH", "DELETE")

Open = Callable[[], Project]


@pytest.fixture
def open_project(core: Core, namespace: Namespace, login_file: object, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the project, which Core has, too, with the rights of an administrator of the namespace."""
    core.entities.create_project({"name": PROJECT}, "somebody")
    monkeypatch.setenv("KUBECONFIG", str(namespace.kubeconfig))
    return lambda: Project(PROJECT, RegisteringProvider(), user="tester")


@pytest.fixture
def demo(on_platform: Core, open_project: Open) -> Project:
    """The project, where Core's address is in the environment."""
    return open_project()


def told(core: Core) -> list[str]:
    """Returns the requests since the last call that could change something at Core."""
    found = core.counted(*CHANGES)
    core.requests.clear()
    return found
