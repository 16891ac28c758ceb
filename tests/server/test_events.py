"""Every change is an event, our own once, and what others change is noticed while somebody looks."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from ..cluster.server import Cluster, Namespace
from ..support.waiting import PATIENCE, wait_until
from . import config
from .conftest import kubernetes_environment
from .running import Server

READ_ONLY = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]


def list_project(server: Server, project: str) -> str:
    """Lists a project, and returns whether it is watched."""
    return server.call("GET", f"projects/{project}/secrets").headers["DH-Secrets-Live"]


def watched(server: Server, project: str) -> None:
    """Lists a project until it is watched."""
    wait_until(lambda: list_project(server, project) == "true", "the project is watched")


def of(server: Server, project: str) -> list[tuple[str | None, str, str]]:
    """Returns the events of one project: user, name, action."""
    return [(user, name, action) for user, of_project, name, action in server.events() if of_project == project]


def others_change(server: Server, other: Server, project: str, name: str) -> None:
    """Has another server create a secret, and waits for its event: what happened before has been told by then."""
    other.create(name, "x", project=project)
    wait_until(lambda: (None, name, "created") in of(server, project), "a change by others")


def test_own_changes_are_told_once(server: Server, revealing: Server, project: str) -> None:
    """Each change through the server is one event with its user, also while the project is watched."""
    watched(server, project)
    server.create("A", "x", project=project)
    server.secret("PATCH", "A", {"value": "y"}, project=project)
    server.secret("PATCH", "A", {"description": "d"}, project=project)
    server.create("A", "refused", project=project)
    server.secret("PATCH", "A", {}, project=project)
    server.secret("PATCH", "A", {"value": "z"}, project=project, headers={"If-Match": '"other"'})
    others_change(server, revealing, project, "FIRST")
    server.secret("DELETE", "A", project=project)
    server.secret("DELETE", "A", project=project)
    others_change(server, revealing, project, "LAST")
    assert of(server, project) == [
        ("writer", "A", "created"),
        ("writer", "A", "updated"),
        ("writer", "A", "updated"),
        (None, "FIRST", "created"),
        ("writer", "A", "deleted"),
        (None, "LAST", "created"),
    ]


def test_a_change_by_kubectl_is_told(kubernetes: Server, server_namespace: Namespace, project: str) -> None:
    """What kubectl does to a watched project comes as events without a user, as they happen."""
    name = f"proj-secrets-{project}"
    watched(kubernetes, project)

    def see(action: str, *arguments: str) -> None:
        server_namespace.kubectl(*arguments)
        wait_until(lambda: of(kubernetes, project)[-1:] == [(None, "A", action)], action)

    see("created", "create", "secret", "generic", name, "--from-literal=A=made-up-1")
    see("updated", "patch", "secret", name, "-p", json.dumps({"stringData": {"A": "made-up-2"}}))
    see("deleted", "delete", "secret", name)
    assert len(of(kubernetes, project)) == 3


def test_a_change_by_another_server_is_told(local: Server, revealing_local: Server, project: str) -> None:
    """Another process on the same store changes a secret: one event without a user here, one with it there."""
    watched(local, project)
    revealing_local.create("A", "x", project=project)
    wait_until(lambda: of(local, project) == [(None, "A", "created")], "the other's change")
    assert of(revealing_local, project) == [("writer", "A", "created")]


def test_changes_in_an_outage_are_told_after_it(
    cluster: Cluster, kubernetes: Server, server_namespace: Namespace, project: str
) -> None:
    """The API server is killed and comes back: the watch does too, and tells what it has missed."""
    name = f"proj-secrets-{project}"
    watched(kubernetes, project)
    cluster.kill()
    listed = kubernetes.call("GET", f"projects/{project}/secrets")
    assert (listed.status, listed.body["reason"]) == (503, "ProviderUnavailableError")
    assert kubernetes.call("GET", "status").body["writable"] is True
    cluster.start()
    server_namespace.kubectl("create", "secret", "generic", name, "--from-literal=A=made-up")
    wait_until(lambda: of(kubernetes, project) == [(None, "A", "created")], "the change")
    watched(kubernetes, project)


def test_where_watching_is_denied_lists_say_so(server_namespace: Namespace, tmp_path: Path, project: str) -> None:
    """With the right to get but not to watch, lists work and say that one has to ask again."""
    kubeconfig = server_namespace.service_account("reads-only", READ_ONLY)
    with Server(tmp_path / "home", kubernetes_environment(server_namespace, kubeconfig)) as server:
        # An answer that takes long is taken for a yes, and so is a watch that was read for but not yet refused.
        wait_until(lambda: server.call("GET", "status").body["writable"] is False, "nothing can be written")
        wait_until(lambda: {list_project(server, project) for _ in range(5)} == {"false"}, "it is not watched")
        reply = server.create("A", "made-up", project=project)
        assert (reply.status, reply.body["reason"]) == (403, "AccessDeniedError")
        assert "made-up" not in str(reply.body)
        assert of(server, project) == []


def test_the_panel_reports_what_it_puts_into_a_kernel(local: Server, project: str) -> None:
    """The report is an event with user, project, name and where it went; it takes nothing else."""
    path = f"projects/{project}/secrets/A/injected"
    assert local.call("POST", path, {"into": "variable", "kernel": "k-1"}, token="reader-token").status == 204
    assert local.call("POST", path, {"into": "environment"}).status == 204
    for bad in (
        {},
        {"into": "file"},
        {"into": ["variable"]},
        {"into": "variable", "kernel": 1},
        {"into": "variable", "x": 1},
    ):
        assert local.call("POST", path, bad).status == 400
    assert local.call("POST", "projects/-/secrets/A/injected", {"into": "variable"}).status == 400

    def reported() -> list[dict[str, Any]]:
        return [event for event in local.lines(config.EVENTS) if event.get("into") and event["project"] == project]

    wait_until(lambda: len(reported()) >= 2, "the events")
    found = reported()
    assert [{key: event[key] for key in event if not key.startswith("__")} for event in found] == [
        {"user": "reader", "project": project, "name": "A", "action": "injected", "into": "variable", "kernel": "k-1"},
        {
            "user": "writer",
            "project": project,
            "name": "A",
            "action": "injected",
            "into": "environment",
            "kernel": None,
        },
    ]
    assert {event["__schema__"] for event in found} == {"https://dh-secrets-jupyter/events/secret-injected/v1"}


def test_the_panel_reports_what_a_proxy_puts_in(local: Server, project: str) -> None:
    """The report is an event with user, kernel, project, name, host, method and status; it takes nothing else."""
    path = f"projects/{project}/secrets/A/used"
    use: dict[str, Any] = {"host": "api.example.com", "method": "POST", "status": 200}
    assert local.call("POST", path, {**use, "kernel": "k-1"}, token="reader-token").status == 204
    for bad in ({}, {**use, "status": "200"}, {**use, "status": True}, {**use, "host": 1}, {**use, "path": "/"}):
        assert local.call("POST", path, bad).status == 400

    def reported() -> list[dict[str, Any]]:
        return [event for event in local.lines(config.EVENTS) if event.get("host") and event["project"] == project]

    wait_until(reported, "the event")
    [event] = reported()
    assert event.pop("__schema__") == "https://dh-secrets-jupyter/events/secret-used/v1"
    said = {"user": "reader", "kernel": "k-1", "project": project, "name": "A", **use}
    assert {key: event[key] for key in event if not key.startswith("__")} == said


def test_browsers_hear_of_changes_on_jupyters_bus(local: Server, project: str) -> None:
    """Who listens to Jupyter's event socket gets the same events, and never a value."""

    async def listen() -> list[dict[str, Any]]:
        url = re.sub("^http", "ws", f"{local.root}api/events/subscribe")
        socket = await websocket_connect(HTTPRequest(url, headers={"Authorization": "token writer-token"}))
        await asyncio.to_thread(local.create, "A", "a-made-up-value", project=project)
        await asyncio.to_thread(local.secret, "DELETE", "A", project=project)
        found: list[dict[str, Any]] = []
        while len(found) < 2:
            message = await asyncio.wait_for(socket.read_message(), PATIENCE)
            assert isinstance(message, str)
            assert "a-made-up-value" not in message
            event = json.loads(message)
            if event.get("project") == project:
                found.append(event)
        socket.close()
        return found

    assert asyncio.run(listen()) == [
        {
            "schema_id": "https://dh-secrets-jupyter/events/secret-changed/v1",
            "user": "writer",
            "project": project,
            "name": "A",
            "action": action,
        }
        for action in ("created", "deleted")
    ]


def test_each_project_has_its_own_watch(server: Server, revealing: Server, project: str) -> None:
    """A change of one project is no event of another, and both are watched at the same time."""
    other = f"{project}-2"
    watched(server, project)
    watched(server, other)
    server.create("A", "x", project=other)
    others_change(server, revealing, project, "LAST")
    others_change(server, revealing, other, "LAST")
    assert of(server, project) == [(None, "LAST", "created")]
    assert of(server, other) == [("writer", "A", "created"), (None, "LAST", "created")]
