"""Who the API server sees, by kubeconfigs of every kind: whom it sees with kubectl, or nobody at all."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from tests.cluster.server import Cluster, Namespace

from .conftest import CANARY, shown
from .kubeconfigs import LOGINS, TABLE, World

Seen = list[Any]
"""The identities of requests, as the audit log has them."""


@pytest.fixture(scope="module")
def results(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Seen, Seen, SecretsError | None]]:
    """By kubeconfig: whom the server saw with kubectl, whom with us, and what we said."""
    namespace = cluster.namespace()
    namespace.service_account("user")
    folder = tmp_path_factory.mktemp("identity")
    world = World(
        folder,
        cluster.url,
        cluster.ca.read_bytes(),
        namespace.name,
        cluster.token,
        namespace.token("user"),
        namespace.expired_token("user"),
        cluster.client_certificate("jane", "dev", "ops"),
    )
    listed = {name: write_down(replace(world, folder=folder / slug(name)), name) for name in TABLE}
    with ThreadPoolExecutor(2) as pool:
        judged = [pool.submit(ask_by_kubectl, namespace, listed[name], slug(name)) for name in TABLE]
        said = {name: ask(listed[name], f"by-us-{slug(name)}") for name in TABLE}
        for each in judged:
            each.result()
    seen: dict[str, Seen] = {}
    for entry in namespace.requests():
        identity = entry.get("user"), entry.get("impersonatedUser"), entry["responseStatus"]["code"]
        seen.setdefault(entry["objectRef"]["name"], []).append(identity)
    return {
        name: (seen.get(f"by-kubectl-{slug(name)}", []), seen.get(f"proj-secrets-by-us-{slug(name)}", []), said[name])
        for name in TABLE
    }


def slug(name: str) -> str:
    """Returns a name for Secrets."""
    return str(list(TABLE).index(name))


def write_down(world: World, name: str) -> str:
    """Writes the kubeconfigs of a row; returns them as KUBECONFIG lists them."""
    contents = TABLE[name](world)
    files = []
    for number, content in enumerate([contents] if isinstance(contents, str) else contents):
        file = world.folder / str(number) / "config"
        file.parent.mkdir(parents=True, exist_ok=True)
        files.append(file)
        if content is not None:
            file.write_text(content)
    return os.pathsep.join(map(str, files))


def ask_by_kubectl(namespace: Namespace, kubeconfig: str, name: str) -> None:
    """Has kubectl read a Secret, with nobody there to be asked."""
    path = f"/api/v1/namespaces/{namespace.name}/secrets/by-kubectl-{name}"
    subprocess.run(
        [namespace.cluster.binaries / "kubectl", "get", "--raw", path],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "KUBECONFIG": kubeconfig},
        timeout=60,
        check=False,
    )


def ask(kubeconfig: str, project: str) -> SecretsError | None:
    """Reads a project; returns the error."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KUBECONFIG", kubeconfig)
        try:
            KubernetesProvider().read(project)
        except SecretsError as error:
            return error
    return None


@pytest.mark.parametrize("name", TABLE)
def test_the_server_sees_whom_it_sees_with_kubectl(
    results: Mapping[str, tuple[Seen, Seen, SecretsError | None]], name: str
) -> None:
    """The same identity, in one request; or nobody, and one line that says what is wrong."""
    kubectl, ours, error = results[name]
    assert ours[:1] == kubectl[:1]
    if not ours:
        assert isinstance(error, ProviderUnavailableError)
    if error:
        assert "\n" not in str(error)
        assert CANARY not in shown(error)
        assert error.__context__ is None
    if name in LOGINS and not ours:
        assert "the login failed" in str(error) or "only one is allowed" in str(error)


def test_the_table_tells_something(results: Mapping[str, tuple[Seen, Seen, SecretsError | None]]) -> None:
    """Many rows show somebody, several of them somebody else, and many show nobody."""
    users = [kubectl[0][0]["username"] for kubectl, _, _ in results.values() if kubectl and kubectl[0][0]]
    acting = [kubectl[0][1] for kubectl, _, _ in results.values() if kubectl and kubectl[0][1]]
    assert len(users) > 40
    assert len(set(users)) >= 4
    assert len(acting) > 5
    assert len([name for name, (kubectl, _, _) in results.items() if not kubectl]) > 40
