"""Many secrets are imported at once, and one is copied and moved: over HTTP, on each provider."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ..cluster.server import Cluster
from ..support.waiting import wait_until
from .conftest import kubernetes_environment
from .running import Reply, Server, names
from .test_events import of, watched
from .test_routes import refused

LARGE = 500_000


def imported(server: Server, project: str, values: object, **more: object) -> Reply:
    return server.call("POST", f"projects/{project}/import", {"values": values, **more})


def copied(server: Server, project: str, body: dict[str, Any], name: str = "A", **options: Any) -> Reply:
    return server.call("POST", f"projects/{project}/secrets/{name}/copy", body, **options)


def value(revealing: Server, project: str, name: str) -> str:
    found: str = revealing.call("GET", f"projects/{project}/secrets/{name}/value").body["value"]
    return found


def test_an_import_says_what_is_new_and_what_was_replaced(server: Server, revealing: Server, project: str) -> None:
    """All at once, each an event; a secret that is replaced keeps its metadata."""
    watched(server, project)
    server.create("B", "sample-old", project=project, description="kept")
    reply = imported(server, project, {"C": "sample-c\n", "B": "sample-b", "A": ""}, replace=True)
    assert (reply.status, reply.body) == (200, {"created": ["C", "A"], "replaced": ["B"]})
    assert [value(revealing, project, name) for name in "ABC"] == ["", "sample-b", "sample-c\n"]
    assert server.secret("GET", "B", project=project).body["description"] == "kept"
    assert imported(server, project, {}).body == {"created": [], "replaced": []}
    wait_until(lambda: len(of(server, project)) == 4, "its events")
    assert sorted(of(server, project)[1:]) == [
        ("writer", "A", "created"),
        ("writer", "B", "updated"),
        ("writer", "C", "created"),
    ]


def test_an_import_is_all_or_nothing(server: Server, project: str) -> None:
    """Names that exist, and names that are none, are said together; nothing is stored, and nothing is repeated."""
    imported(server, project, {"A": "sample-value", "B": "sample-value"})
    taken = imported(server, project, {"B": "made-up", "NEW": "made-up", "A": "made-up"})
    refused(taken, 409, "SecretExistsError", "A, B: already exist in project")
    assert "replace" in taken.body["hint"]
    refused(imported(server, project, {"NEW": "x", "..": "x", "a b": "x"}), 400, "InvalidNameError", ".., a b: ")
    too_large = {"ONE": "x" * LARGE, "TWO": "x" * LARGE, "THREE": "x" * LARGE}
    refused(imported(server, project, too_large), 413, "TooLargeError")
    assert names(server.call("GET", f"projects/{project}/secrets")) == ["A", "B"]
    assert imported(server, project, {"ONE": "\1" * LARGE, "TWO": "\1" * LARGE}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"values": None},
        {"values": ["made-up"]},
        {"values": {"A": 5}},
        {"values": {"A": None}},
        {"values": {"A": "made-up"}, "replace": 1},
        {"values": {"A": "made-up"}, "more": 1},
    ],
    ids=repr,
)
def test_bad_imports_store_nothing(local: Server, project: str, body: object) -> None:
    """Only an object of texts, and a flag."""
    reply = local.call("POST", f"projects/{project}/import", body)
    refused(reply, 400, "SecretsError")
    assert b"made-up" not in reply.raw
    assert names(local.call("GET", f"projects/{project}/secrets")) == []


def test_a_copy_goes_to_another_name_or_project(server: Server, revealing: Server, project: str) -> None:
    """Value and metadata go along, and never pass the client; it is there under its Location, with its own ETag."""
    details = {"description": "d", "labels": ["x"], "expires": "2031-05-06"}
    original = server.create("A", "sample-value", project=project, **details)
    other = f"{project}-other"
    for target, body in (
        (project, {"name": "B"}),
        (other, {"project": other}),
        (other, {"name": "C", "project": other}),
    ):
        reply = copied(server, project, body)
        name = body.get("name", "A")
        assert reply.status == 201
        assert {field: reply.body[field] for field in details} == details
        assert (reply.body["name"], reply.body["created_by"]) == (name, "writer")
        assert reply.body["created"] > original.body["created"]
        assert b"sample-value" not in reply.raw
        place = reply.headers["Location"].removeprefix("../../../")
        found = server.call("GET", f"projects/{place}")
        assert (found.body, found.headers["ETag"]) == (reply.body, reply.headers["ETag"])
        assert value(revealing, target, name) == "sample-value"
    assert of(server, other) == [("writer", "A", "created"), ("writer", "C", "created")]
    assert server.secret("GET", "A", project=project).body == original.body


def test_a_move_within_a_project_is_one_step(server: Server, revealing: Server, project: str) -> None:
    """It keeps who created the secret, and when, and is two events."""
    original = server.create("A", "sample-value", project=project, description="d")
    watched(server, project)
    reply = copied(server, project, {"name": "B", "move": True})
    assert reply.status == 201
    assert (reply.body["created"], reply.body["description"]) == (original.body["created"], "d")
    assert names(server.call("GET", f"projects/{project}/secrets")) == ["B"]
    assert value(revealing, project, "B") == "sample-value"
    wait_until(lambda: len(of(server, project)) == 3, "its events")
    assert of(server, project)[1:] == [("writer", "B", "created"), ("writer", "A", "deleted")]


def test_a_move_to_another_project(server: Server, revealing: Server, project: str) -> None:
    """It is created there, and deleted here."""
    other = f"{project}-other"
    server.create("A", "sample-value", project=project)
    assert copied(server, project, {"project": other, "move": True}).status == 201
    assert names(server.call("GET", f"projects/{project}/secrets")) == []
    assert value(revealing, other, "A") == "sample-value"
    assert (of(server, other), of(server, project)[1:]) == (
        [("writer", "A", "created")],
        [("writer", "A", "deleted")],
    )


def test_what_cannot_be_copied_is_said(server: Server, project: str) -> None:
    """Itself, a name that is taken, no original; and with ``If-Match`` an original that has changed."""
    first = server.create("A", "sample-value", project=project).headers["ETag"]
    server.create("TAKEN", "sample-value", project=project)
    other = f"{project}-other"
    itself: tuple[dict[str, Any], ...] = ({}, {"name": "A"}, {"project": project}, {"move": True})
    for body in itself:
        refused(copied(server, project, body), 400, "SecretsError", "A")
    refused(copied(server, project, {"name": "TAKEN"}), 409, "SecretExistsError", "TAKEN")
    refused(copied(server, project, {"name": "B"}, "GONE"), 404, "SecretNotFoundError", "GONE")
    refused(copied(server, project, {"name": "a b"}), 400, "InvalidNameError", "a b")
    refused(copied(server, project, {"project": "-"}), 400, "InvalidNameError", "-")
    odd: tuple[dict[str, Any], ...] = ({"name": None}, {"name": "B", "project": ["x"]}, {"name": "B", "move": "yes"})
    for body in (*odd, {"name": "B", "x": 1}):
        refused(copied(server, project, body), 400, "SecretsError")
    server.secret("PATCH", "A", {"value": "sample-newer"}, project=project)
    good: tuple[dict[str, Any], ...] = ({"name": "B"}, {"project": other})
    for body in (*good, *({**each, "move": True} for each in good)):
        refused(copied(server, project, body, headers={"If-Match": first}), 412, "ConflictError", "A")
    assert names(server.call("GET", f"projects/{project}/secrets")) == ["A", "TAKEN"]
    assert names(server.call("GET", f"projects/{other}/secrets")) == []
    now = server.secret("GET", "A", project=project).headers["ETag"]
    assert copied(server, project, {"name": "B", "move": True}, headers={"If-Match": now}).status == 201


@pytest.mark.parametrize("move", [False, True], ids=["copy", "move"])
@pytest.mark.parametrize("goes", ["within", "across"])
def test_somebody_else_was_faster(server: Server, revealing: Server, project: str, goes: str, move: bool) -> None:
    """What goes along is what is stored then, not what a panel still shows; and a name that was taken meanwhile, or an
    original that is gone, leaves everything as the others left it."""
    target = project if goes == "within" else f"{project}-other"
    body = {"project": target, "name": "B", "move": move}
    server.create("A", "sample-seen", project=project)
    server.secret("PATCH", "A", {"value": "sample-newer", "labels": ["theirs"]}, project=project)
    server.create("B", "sample-theirs", project=target)
    refused(copied(server, project, body), 409, "SecretExistsError", "B")
    assert value(revealing, project, "A") == "sample-newer"
    assert value(revealing, target, "B") == "sample-theirs"
    server.secret("DELETE", "B", project=target)
    assert copied(server, project, body).body["labels"] == ["theirs"]
    assert value(revealing, target, "B") == "sample-newer"
    left = ["A"] if not move else []
    assert names(server.call("GET", f"projects/{project}/secrets")) == left + (["B"] if goes == "within" else [])
    if not move:
        server.secret("DELETE", "A", project=project)
    refused(copied(server, project, {**body, "name": "C"}), 404, "SecretNotFoundError", "A")
    assert "C" not in names(server.call("GET", f"projects/{target}/secrets"))


def test_of_many_renames_and_changes_at_once_each_answer_is_true(
    server: Server, revealing: Server, project: str
) -> None:
    """One rename wins. It has the first value, or one whose change was answered with 200; the rest find no original."""
    server.create("A", "sample-first", project=project)

    def rename(n: int) -> int:
        return copied(server, project, {"name": f"B{n}", "move": True}).status

    def change(n: int) -> int:
        return server.secret("PATCH", "A", {"value": f"sample-{n}"}, project=project).status

    with ThreadPoolExecutor(8) as pool:
        both = [(pool.submit(rename, n), pool.submit(change, n)) for n in range(4)]
        renamed, changed = ([future.result() for future in futures] for futures in zip(*both, strict=True))
    assert sorted(renamed) == [201, 404, 404, 404]
    assert set(changed) <= {200, 404}
    [name] = names(server.call("GET", f"projects/{project}/secrets"))
    assert name == f"B{renamed.index(201)}"
    stored = {"sample-first", *(f"sample-{n}" for n, status in enumerate(changed) if status == 200)}
    assert value(revealing, project, name) in stored


def test_an_original_that_cannot_be_deleted(cluster: Cluster, tmp_path: Path) -> None:
    """With the right to read one project and to write another: a 502 that names both, and both are there."""
    namespace = cluster.namespace()
    namespace.kubectl("create", "secret", "generic", "proj-secrets-from", "--from-literal=A=sample-value")
    rules = [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["proj-secrets-from"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["proj-secrets-to"], "verbs": ["get", "patch"]},
    ]
    kubeconfig = namespace.service_account("mover", rules)
    with Server(tmp_path / "home", kubernetes_environment(namespace, kubeconfig)) as server:
        reply = copied(server, "from", {"project": "to", "name": "B", "move": True})
        refused(
            reply, 502, "ProviderUnavailableError", "A: copied to project to as B, but not deleted from project from"
        )
        assert b"sample-value" not in reply.raw
        assert namespace.data("proj-secrets-from") == {"A": b"sample-value"}
        assert namespace.data("proj-secrets-to") == {"B": b"sample-value"}
        assert (of(server, "to"), of(server, "from")) == ([("writer", "B", "created")], [])
