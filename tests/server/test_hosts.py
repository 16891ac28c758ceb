"""Hosts of a secret over HTTP, on each provider: whoever asks there is a person."""

from __future__ import annotations

import pytest

from .running import Reply, Server

VALUE = "sk-proj-made-up-0123456789"
HOSTS = ["api.example.com", "*.example.org:8443"]


def shown(reply: Reply, status: int = 200) -> list[str]:
    """Returns the hosts that an answer shows."""
    assert (reply.status, VALUE.encode() in reply.raw) == (status, False)
    found: list[str] = reply.body["hosts"]
    return found


def test_they_are_metadata(server: Server, project: str) -> None:
    """Given at once or later, kept by what does not name them, by a copy and by a move, and cleared by null."""
    assert shown(server.create("A", VALUE, project=project, hosts=["API.example.com:443", HOSTS[1]]), 201) == HOSTS
    assert shown(server.secret("PATCH", "A", {"description": "d"}, project=project)) == HOSTS
    assert shown(server.secret("PATCH", "A", {"value": VALUE[::-1]}, project=project)) == HOSTS
    assert shown(server.secret("GET", "A", project=project)) == HOSTS
    for body in ({"name": "B"}, {"name": "C", "move": True}):
        assert shown(server.call("POST", f"projects/{project}/secrets/A/copy", body), 201) == HOSTS
    assert shown(server.secret("PATCH", "C", {"hosts": HOSTS[:1]}, project=project)) == HOSTS[:1]
    assert shown(server.secret("PATCH", "C", {"hosts": None}, project=project)) == []
    listed = server.call("GET", f"projects/{project}/secrets").body["secrets"]
    assert [(secret["name"], secret["hosts"]) for secret in listed] == [("B", HOSTS), ("C", [])]


def test_some_values_have_none(server: Server, project: str) -> None:
    """A value that no header can hold is a 400 with hosts, and so are hosts where such a value is."""
    assert server.create("A", "with blanks, and long enough", project=project, hosts=HOSTS).status == 400
    server.create("A", "too-short", project=project)
    assert server.secret("PATCH", "A", {"hosts": HOSTS}, project=project).status == 400
    server.create("B", VALUE, project=project, hosts=HOSTS)
    assert server.secret("PATCH", "B", {"value": "too-short"}, project=project).status == 400
    imported = {"values": {"B": "too-short"}, "replace": True}
    assert server.call("POST", f"projects/{project}/import", imported).status == 400
    imported = {"values": {"B": VALUE[::-1]}, "replace": True}
    assert server.call("POST", f"projects/{project}/import", imported).status == 200


@pytest.mark.parametrize("hosts", [HOSTS, []])
def test_the_value_is_never_shown(revealing_local: Server, project: str, hosts: list[str]) -> None:
    """Not even where the administrator allows it, unless there are no hosts."""
    revealing_local.create("A", VALUE, project=project, hosts=hosts)
    reply = revealing_local.call("GET", f"projects/{project}/secrets/A/value")
    if hosts:
        assert (reply.status, reply.body["reason"]) == (403, "AccessDeniedError")
        assert reply.body["message"] == "A: only to be used, not read."
    else:
        assert reply.body == {"name": "A", "value": VALUE}
