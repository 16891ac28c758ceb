"""What users see of the register: in a kernel, and in the panels."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.server.routes import NOTICES
from tests.cluster.server import Namespace
from tests.core.server import Core
from tests.server.running import Server
from tests.support.kernels import Kernel

from .conftest import PROJECT


@pytest.fixture
def environment(core: Core, namespace: Namespace, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody with both: rights in the cluster, and Core's address with a login."""
    core.logins.is_on = True
    core.logins.add("alice", f"{PROJECT}:ROLE_USER")
    core.entities.create_project({"name": PROJECT}, "somebody")
    return {
        "DH_SECRETS_PROVIDER": "kubernetes",
        "DH_SECRETS_PROJECT": PROJECT,
        "DH_CONFIG": str(tmp_path / "none.ini"),
        "DHCORE_ENDPOINT": core.url,
        "DHCORE_ACCESS_TOKEN": core.logins.access_token("alice"),
        "KUBECONFIG": str(namespace.kubeconfig),
    }


def test_in_a_kernel(core: Core, environment: dict[str, str], new_kernel: Callable[..., Kernel]) -> None:
    """``%secret`` says that changes are registered; they are; where they are not, one line says so."""
    kernel = new_kernel(env=environment)
    kernel.ok("%load_ext dh_secrets_jupyter")
    place = f"; changes are registered at the platform {core.url}"
    assert re.search(f"^place .*{re.escape(place)}$", kernel.ok("%secret").stdout, re.MULTILINE)
    kernel.ok("core = 'sample-value'\n%secret set A --from-var core\n%secret set B --from-var core")
    assert set(core.entities.of(PROJECT)) == {"A", "B"}
    assert core.entities.of(PROJECT)["A"]["user"] == "alice"
    assert kernel.ok("%secret delete A --yes").stdout.splitlines() == [
        f"A: deleted from project {PROJECT}, kubernetes."
    ]
    core.namespace = "elsewhere"
    core.vault.write(PROJECT, "B", "sample-console")
    other = new_kernel(env=environment)
    other.ok("%load_ext dh_secrets_jupyter")
    said = other.ok("%secret delete B --yes").stdout.splitlines()
    assert said[0] == f"B: deleted from project {PROJECT}, kubernetes."
    assert said[1].startswith(
        "The platform may still list B: nothing was changed there, because its secrets are in the"
    )
    assert set(core.entities.of(PROJECT)) == {"B"}
    assert environment["DHCORE_ACCESS_TOKEN"].encode() not in kernel.raw + kernel.log + other.raw + other.log


@pytest.mark.server
def test_over_http(core: Core, environment: dict[str, str], tmp_path: Path) -> None:
    """What the panels show as the place says it; what they create is registered, and what they delete is not listed."""
    with Server(tmp_path / "server", environment) as server:
        status = server.call("GET", "status").body
        assert status["place"].endswith(f"; changes are registered at the platform {core.url}")
        secrets = f"projects/{PROJECT}/secrets"
        assert server.call("POST", secrets, {"name": "A", "value": "sample-a"}).status == 201
        assert set(core.entities.of(PROJECT)) == {"A"}
        gone = server.call("DELETE", f"{secrets}/A")
        assert gone.status == 204
        assert NOTICES not in gone.headers
        assert core.entities.of(PROJECT) == {}


@pytest.mark.server
def test_what_the_platform_still_lists_is_said_over_http(
    core: Core, environment: dict[str, str], tmp_path: Path
) -> None:
    """A change that is done says in a header what was not done at the platform, whatever the change was."""
    with Server(tmp_path / "server", environment) as server:
        secrets = f"projects/{PROJECT}/secrets"
        for name in ("A", "B"):
            assert server.call("POST", secrets, {"name": name, "value": "sample-a"}).status == 201
        core.logins.users["alice"].roles.clear()
        changes: list[tuple[str, str, object, str]] = [
            ("POST", secrets, {"name": "C", "value": "sample-c"}, "does not list C"),
            ("POST", f"{secrets}/A/copy", {"name": "D", "move": True}, "may still list A"),
            ("POST", f"projects/{PROJECT}/import", {"values": {"E": "sample-e"}}, "does not list E"),
            ("DELETE", f"{secrets}/B", None, "may still list B"),
        ]
        for method, path, body, said in changes:
            reply = server.call(method, path, body)
            assert reply.status < 300
            assert said in " ".join(json.loads(reply.headers[NOTICES]))
        assert NOTICES not in server.call("GET", f"{secrets}/C").headers
