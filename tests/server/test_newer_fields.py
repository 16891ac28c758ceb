"""Over HTTP: what others have written into a secret's metadata is kept, and costs nobody the list."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.base import Provider
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put

from ..cluster.server import Namespace
from .running import Server

KNOWN = {"name", "description", "labels", "expires", "hosts", "created", "updated", "created_by", "updated_by"}


@pytest.fixture
def beside(
    server: Server,
    request: pytest.FixtureRequest,
    local_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Provider:
    """A provider for the same place as the server's."""
    if request.node.callspec.params["server"] == "local":
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", local_environment["DH_SECRETS_LOCAL_PATH"])
        return LocalProvider()
    namespace: Namespace = request.getfixturevalue("server_namespace")
    monkeypatch.setenv("KUBECONFIG", str(namespace.kubeconfig))
    return KubernetesProvider()


def test_a_field_of_a_newer_version(server: Server, beside: Provider, project: str) -> None:
    """It is in no answer, a PATCH of value or metadata keeps it, and it counts for the ETag."""
    plain = server.create("A", "x", project=project).headers["ETag"]
    newer = Metadata.from_json('{"tomorrow":{"x":[1e999]},"labels":{"a":"b"}}')
    beside.write(project, just(put("A", b"x", newer)))
    seen = server.secret("GET", "A", project=project)
    assert seen.headers["ETag"] != plain
    form: dict[str, object] = {"description": "y", "labels": [], "expires": None}
    for change in ({"value": "z"}, form):
        seen = server.secret("PATCH", "A", change, project=project, headers={"If-Match": seen.headers["ETag"]})
        assert (seen.status, seen.body.keys()) == (200, KNOWN)
        assert beside.read(project)["A"].metadata.unread == newer.unread
        assert server.secret("GET", "A", project=project).headers["ETag"] == seen.headers["ETag"]


DATES = [
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59",
    "0000-00-00T00:00:00Z",
    "-1000-01-01T00:00:00Z",
]


def test_dates_at_the_ends_of_time(server: Server, beside: Provider, project: str) -> None:
    """Whatever dates somebody wrote, all secrets are listed, and can be changed and deleted."""
    for number, date in enumerate(DATES):
        text = f'{{"created":"{date}","updated":"{date}","expires":"{date[:10]}","description":"kept"}}'
        beside.write(project, just(put(f"A{number}", b"x", Metadata.from_json(text))))
    listed = server.call("GET", f"projects/{project}/secrets")
    assert listed.status == 200
    assert [secret["description"] for secret in listed.body["secrets"]] == ["kept"] * len(DATES)
    for number in range(len(DATES)):
        assert server.secret("PATCH", f"A{number}", {"value": "y"}, project=project).status == 200
        assert server.secret("DELETE", f"A{number}", project=project).status == 204
