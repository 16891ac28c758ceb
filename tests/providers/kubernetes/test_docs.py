"""What docs/kubernetes.md tells administrators is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import AccessDeniedError
from dh_secrets_jupyter.project import Project
from tests.cluster.server import Namespace

from .conftest import CANARY, SECRET, Connect

TEXT = (Path(__file__).parents[3] / "docs" / "kubernetes.md").read_text()


def test_the_manifest_grants_what_is_needed(connect: Connect, namespace: Namespace) -> None:
    """With the Role as it stands there, a ServiceAccount does everything in its project and nothing in others."""
    found = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert found
    notebook = namespace.service_account("notebook")
    manifest = found[1].replace("namespace: notebooks", f"namespace: {namespace.name}")
    namespace.kubectl("apply", "-f", "-", stdin=manifest.encode())
    provider = connect(notebook)
    project = Project("demo", provider, user="tester")
    project.new_secret("A", CANARY)
    project.put("A", f"{CANARY} 2")
    assert provider.writable("demo")
    project.delete("A")
    assert namespace.secret(SECRET) is None
    with pytest.raises(AccessDeniedError):
        Project("other", provider, user="tester").read_all()
    assert not provider.writable("other")


@pytest.mark.parametrize("setting", ["DH_SECRETS_NAMESPACE", "DH_SECRETS_SECRET_NAME"])
def test_the_settings_are_named(setting: str) -> None:
    """Every setting of the provider is explained."""
    assert setting in TEXT
