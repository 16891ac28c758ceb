"""Each path does what the contract says, on each provider, and refuses what it has to."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ..cluster.server import Namespace
from .running import OWNER, Reply, Server, names

FIELDS = {"name", "description", "labels", "expires", "hosts", "created", "updated", "created_by", "updated_by"}


def refused(reply: Reply, status: int, reason: str, subject: str = "") -> None:
    """Asserts an error in the form of all errors."""
    assert (reply.status, reply.body["reason"]) == (status, reason)
    assert reply.body.keys() == {"message", "reason", "hint"}
    assert all(reply.body.values())
    assert subject in reply.body["message"]
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"


def test_status_says_where_secrets_are(server: Server) -> None:
    """The status has the five fields of the contract, for the default project or another one."""
    status = server.call("GET", "status")
    assert status.status == 200
    assert status.body.keys() == {"project", "provider", "place", "writable", "version"}
    assert status.body["project"] == "default"
    assert status.body["writable"] is True
    assert server.call("GET", "status?project=other").body["project"] == "other"
    refused(server.call("GET", "status?project=-"), 400, "InvalidNameError")


def test_what_the_panel_reads_by_itself_is_no_activity(server: Server, project: str) -> None:
    """A list that says so leaves an idle server idle, for whoever ends those; one asked for by hand does not."""

    def last() -> str:
        return str(server.call("GET", "../api/status", token=OWNER).body["last_activity"])

    server.call("GET", f"projects/{project}/secrets")
    before = last()
    for path in ("status?project=demo&", "projects?", f"projects/{project}/secrets?"):
        assert server.call("GET", f"{path}no_track_activity=1").status == 200
    assert last() == before
    server.call("GET", f"projects/{project}/secrets")
    assert last() > before


def test_a_secret_lives_and_dies(server: Server, project: str) -> None:
    """Created, listed, read, changed and deleted, it shows its metadata and never its value."""
    value = "a-made-up-value-1"
    created = server.create("API.KEY", value, project=project, description="d", labels=["a", "b"], expires="2031-02-03")
    assert created.status == 201
    assert created.headers["Location"] == "secrets/API.KEY"
    shown = created.body
    assert shown.keys() == FIELDS
    assert (shown["description"], shown["labels"], shown["expires"]) == ("d", ["a", "b"], "2031-02-03")
    assert shown["created_by"] == shown["updated_by"] == "writer"

    listed = server.call("GET", f"projects/{project}/secrets")
    assert listed.body == {"secrets": [shown]}
    got = server.secret("GET", "API.KEY", project=project)
    assert got.body == shown
    assert got.headers["ETag"] == created.headers["ETag"]

    changed = server.secret("PATCH", "API.KEY", {"description": "e", "labels": None}, project=project)
    assert changed.status == 200
    assert (changed.body["description"], changed.body["labels"], changed.body["expires"]) == ("e", [], "2031-02-03")
    assert server.secret("PATCH", "API.KEY", {"expires": None}, project=project).body["expires"] is None
    replaced = server.secret("PATCH", "API.KEY", {"value": "a-made-up-value-2"}, project=project)
    assert (replaced.body["description"], replaced.body["created"]) == ("e", shown["created"])
    assert replaced.headers["ETag"] == server.secret("GET", "API.KEY", project=project).headers["ETag"]

    deleted = server.secret("DELETE", "API.KEY", project=project)
    assert (deleted.status, deleted.raw) == (204, b"")
    refused(server.secret("GET", "API.KEY", project=project), 404, "SecretNotFoundError", "API.KEY")
    for reply in (created, listed, got, changed, replaced):
        assert b"a-made-up-value" not in reply.raw
        assert reply.headers["Cache-Control"] == "no-store"


def test_what_is_missing_or_taken_is_said(server: Server, project: str) -> None:
    """A missing secret is a 404 for every method, a taken name a 409, and a project without secrets an empty list."""
    listed = server.call("GET", f"projects/{project}/secrets")
    assert (listed.status, listed.body) == (200, {"secrets": []})
    for method, body in (("GET", None), ("PATCH", {"value": "x"}), ("DELETE", None)):
        refused(server.secret(method, "GONE", body, project=project), 404, "SecretNotFoundError", "GONE")
    assert server.create("A", "first-made-up", project=project).status == 201
    refused(server.create("A", "second-made-up", project=project), 409, "SecretExistsError", "A")


def test_projects_with_secrets_are_listed(server: Server, project: str) -> None:
    """A project is listed as soon as it has a secret, not because somebody has looked at it."""
    assert server.call("GET", f"projects/{project}/secrets").body == {"secrets": []}
    assert project not in server.call("GET", "projects").body["projects"]
    server.create("A", "x", project=project)
    assert project in server.call("GET", "projects").body["projects"]


@pytest.mark.parametrize("name", [".a", "a..b", "-", "A" * 253, "value", "a%41", "ä", "a/b", "..", "a b"])
def test_names_travel_in_the_path(local: Server, project: str, name: str) -> None:
    """A name in a path is decoded once; what is no name is a 400, and nothing else is taken for it."""
    created = local.create(name, "x", project=project)
    if created.status == 400:
        refused(created, 400, "InvalidNameError")
        if name != "..":  # which a client resolves before it asks
            refused(local.secret("GET", name, project=project), 400, "InvalidNameError")
    else:
        assert created.status == 201
        assert local.secret("GET", name, project=project).body["name"] == name
        quoted = "".join(f"%{byte:02x}" for byte in name.encode())
        assert local.call("GET", f"projects/{project}/secrets/{quoted}").body["name"] == name


BAD_BODIES: list[Any] = [
    b"",
    b"nothing",
    b"[]",
    b'"text"',
    b"\xff{}",
    b'{"name": "A", "value": NaN}',
    b"[" * 100_000,
    b'{"name": "A", "value": "\\ud800-made-up"}',
    {},
    {"name": "A"},
    {"value": "made-up"},
    {"name": "A", "value": None},
    {"name": "A", "value": 5},
    {"name": "A", "value": ["made-up"]},
    {"name": 5, "value": "made-up"},
    {"name": "A", "value": "made-up", "more": 1},
    {"name": "A", "value": "made-up", "description": 1},
    {"name": "A", "value": "made-up", "labels": "one"},
    {"name": "A", "value": "made-up", "labels": {"a": 1}},
    {"name": "A", "value": "made-up", "labels": False},
    {"name": "A", "value": "made-up", "labels": [1]},
    {"name": "A", "value": "made-up", "labels": ["a,b"]},
    {"name": "A", "value": "made-up", "expires": "soon"},
    {"name": "A", "value": "made-up", "expires": 5},
    {"name": "A", "value": "made-up", "hosts": ["api.example.com"]},
    *(
        {"name": "A", "value": "made-up-of-twenty-and-more", "hosts": hosts}
        for hosts in (
            "api.example.com",
            5,
            {"a": 1},
            [5],
            ["localhost"],
            ["*"],
            ["10.0.0.1"],
            ["a.test"] * 21 + ["b c"],
        )
    ),
]


BAD_CHANGES: list[Any] = [
    {"name": "B"},
    {"value": None},
    {"value": 5},
    {"value": "made-up", "labels": [["made-up"]]},
    {"value": "made-up", "created_by": "somebody"},
    [{"value": "made-up"}],
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body)[:60])
def test_bad_bodies_create_nothing(local: Server, project: str, body: Any) -> None:
    """What is no JSON object of known fields and types is a 400 that repeats nothing of it, and nothing is stored."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = local.call("POST", f"projects/{project}/secrets", raw=raw)
    refused(reply, 400, "SecretsError")
    assert b"made-up" not in reply.raw
    assert names(local.call("GET", f"projects/{project}/secrets")) == []


@pytest.mark.parametrize("body", BAD_CHANGES, ids=repr)
def test_bad_bodies_change_nothing(local: Server, project: str, body: Any) -> None:
    """The same for a change: the secret stays as it was."""
    before = local.create("A", "x", project=project).body
    reply = local.secret("PATCH", "A", body, project=project)
    refused(reply, 400, "SecretsError")
    assert b"made-up" not in reply.raw
    assert local.secret("GET", "A", project=project).body == before


def test_an_empty_change_changes_nothing(local: Server, project: str) -> None:
    """A PATCH that names no field answers the secret as it is, its date too."""
    before = local.create("A", "x", project=project).body
    assert local.secret("PATCH", "A", {}, project=project).body == before


def test_large_values_fit_and_larger_ones_are_refused(server: Server, project: str) -> None:
    """500 kB fit even when each byte is escaped; what is over the store's limit, or the body's, is a 413."""
    escaped = b'{"name": "BIG", "value": "' + b"\\u0001" * 500_000 + b'"}'
    assert server.call("POST", f"projects/{project}/secrets", raw=escaped).status == 201
    over_store = {"name": "TWO", "value": "x" * 600_000}
    refused(server.call("POST", f"projects/{project}/secrets", over_store), 413, "TooLargeError")
    for path, method in (("secrets", "POST"), ("secrets/BIG", "PATCH")):
        over_body = server.call(method, f"projects/{project}/{path}", {"name": "TWO", "value": "x" * 20_000_000})
        refused(over_body, 413, "TooLargeError")
    long = {"description": "x" * 1025}
    refused(server.secret("PATCH", "BIG", long, project=project), 413, "TooLargeError")
    assert names(server.call("GET", f"projects/{project}/secrets")) == ["BIG"]


def test_a_body_without_a_length_is_bounded(local: Server, project: str) -> None:
    """A body sent in chunks is held to the same limit."""
    pieces = (b"x" * 1_000_000 for _ in range(12))
    refused(local.call("POST", f"projects/{project}/secrets", raw=pieces), 413, "TooLargeError")


@pytest.mark.parametrize(
    "path", ["", "../dh-secrets", "nothing", "status/", "projects/demo", "projects//secrets", "a/b/c"]
)
def test_unknown_paths_are_json(local: Server, path: str) -> None:
    """What is not there is a 404 in JSON, whatever stands under the base."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        refused(local.call(method, path), 404, "SecretsError")


def test_wrong_methods_are_json(local: Server) -> None:
    """A path that cannot do what is asked says which methods it can do."""
    for path, allowed in (("status", "GET, HEAD"), ("projects/demo/secrets", "GET, HEAD, POST"), ("needs", "POST")):
        reply = local.call("PUT", path)
        refused(reply, 405, "SecretsError")
        assert reply.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["status", "projects", "projects/{}/secrets", "projects/{}/secrets/KEY"])
def test_head_answers_as_get_without_a_body(local: Server, project: str, path: str) -> None:
    """A HEAD has the status and the headers of its GET, and no body; what is not there is a 404."""
    local.create("KEY", "sample-value", project=project)
    whole, head = (local.call(method, path.format(project)) for method in ("GET", "HEAD"))
    assert (head.status, head.raw) == (whole.status, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers.get(name) == whole.headers.get(name), name
    assert local.call("HEAD", f"projects/{project}/secrets/GONE").status == 404
    assert local.call("HEAD", f"projects/{project}/secrets/KEY/value").status == 403


def test_values_come_back_only_where_the_administrator_allows_it(
    server: Server, revealing: Server, project: str
) -> None:
    """The path is a 403, also for a secret that is not there; with ``allow_reveal`` it gives the text."""
    text = "line one\nline two \N{GRINNING FACE}\n"
    server.create("TEXT", text, project=project)
    for name in ("TEXT", "GONE"):
        refused(server.call("GET", f"projects/{project}/secrets/{name}/value"), 403, "AccessDeniedError", name)
    shown = revealing.call("GET", f"projects/{project}/secrets/TEXT/value")
    assert shown.body == {"name": "TEXT", "value": text}
    assert "ETag" not in shown.headers
    refused(revealing.call("GET", f"projects/{project}/secrets/GONE/value"), 404, "SecretNotFoundError", "GONE")


def test_bytes_come_back_in_base64(
    kubernetes: Server, revealing_kubernetes: Server, server_namespace: Namespace, project: str
) -> None:
    """What somebody else stored, and is no text, is listed like any other, and revealed in base64."""
    data = base64.b64encode(b"\xff\xfe\x00").decode()
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"proj-secrets-{project}"}}
    server_namespace.kubectl("create", "-f", "-", stdin=json.dumps({**manifest, "data": {"RAW": data}}).encode())
    (listed,) = kubernetes.call("GET", f"projects/{project}/secrets").body["secrets"]
    assert listed == {**dict.fromkeys(FIELDS), "name": "RAW", "description": "", "labels": [], "hosts": []}
    shown = revealing_kubernetes.call("GET", f"projects/{project}/secrets/RAW/value")
    assert shown.body == {"name": "RAW", "value_base64": data}
