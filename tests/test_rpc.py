"""The envelope in which a front end asks a kernel. What the methods do is tried with the panel and over the comm."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from dh_secrets_jupyter import rpc
from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.base import LazyRecords, Plan, Records
from dh_secrets_jupyter.rpc import Request

from .server.scripted import ScriptedProvider

ASKED = {"id": 7, "method": "create", "params": {"name": "A"}}


def test_a_request_is_handed_over_with_the_value_from_its_buffer() -> None:
    """The response has the request's id and the result; the value is in nobody's repr."""
    seen = []

    def handle(request: Request) -> dict[str, Any]:
        seen.append(request)
        return {"done": True}

    assert rpc.respond(ASKED, [memoryview(b"sample-value")], handle) == {"id": 7, "result": {"done": True}}
    assert rpc.respond(ASKED, [], handle) == {"id": 7, "result": {"done": True}}
    assert [request.value for request in seen] == [b"sample-value", None]
    assert "sample-value" not in repr(seen)


def raising(error: Exception) -> Any:
    def handle(request: Request) -> NoReturn:
        raise error

    return handle


def test_an_error_is_the_response() -> None:
    """In the form of all front ends; of one that is not ours only the class is told."""
    refused = rpc.respond(ASKED, [], raising(SecretsError("A", "it is odd", "Look at it")))
    assert refused == {"id": 7, "error": {"message": "A: it is odd.", "reason": "SecretsError", "hint": "Look at it."}}
    broken = rpc.respond(ASKED, [], raising(KeyError("sample-value")))
    assert broken["error"]["message"] == "kernel: this failed with KeyError."
    assert "sample-value" not in str(broken)


@pytest.mark.parametrize("content", [{}, {"id": 7}, {"id": 7, "method": "put"}, {"id": 7, "method": None, "params": 1}])
def test_what_is_no_envelope_gets_a_response_all_the_same(content: dict[str, Any]) -> None:
    """A front end that gets none would wait for ever."""
    response = rpc.respond(content, [], lambda request: rpc.call(project(), request))
    assert response["id"] == content.get("id")
    assert response["error"]["reason"] == "SecretsError"


def project() -> Project:
    return Project("demo", ScriptedProvider(), user="ada")


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("nonsense", {}, "kernel: it does not know the method nonsense."),
        ("remove", {}, "remove: `name` is missing or is not text."),
        ("remove", {"name": "..bad"}, "..bad: "),
        ("create", {"name": "A"}, "A: the request has no value."),
        ("update", {"name": "A", "labels": "one"}, "A: labels must be a list of texts."),
    ],
)
def test_what_cannot_be_done_is_said(method: str, params: dict[str, Any], said: str) -> None:
    """Nothing is asked of the provider before."""
    with pytest.raises(SecretsError) as caught:
        rpc.call(project(), Request(method, params))
    assert str(caught.value).startswith(said)


class Noticing(ScriptedProvider):
    """Says something of each write."""

    def write(self, project: str, plan: Plan) -> Records:
        records = LazyRecords(super().write(project, plan), lambda name, record: record)
        records.notices = [f"The platform does not list {', '.join(records)} of {project}."]
        return records


def test_what_a_provider_says_of_a_change_is_in_its_result() -> None:
    """Of a copy to another project both; of the next request nothing."""
    noticing = Project("demo", Noticing(), user="ada")
    created = rpc.call(noticing, Request("create", {"name": "A"}, b"sample-value"))
    assert created["notices"] == ["The platform does not list A of demo."]
    moved = rpc.call(noticing, Request("copy", {"name": "A", "target": "other", "move": True}))
    assert moved["notices"] == ["The platform does not list A of other.", "The platform does not list  of demo."]
    assert "notices" not in rpc.call(noticing, Request("status", {}))
    assert "notices" not in rpc.call(project(), Request("create", {"name": "A"}, b"sample-value"))


def asked(method: str, value: bytes | None = None, **params: Any) -> Any:
    return rpc.call(project(), Request(method, params, value))


@pytest.mark.parametrize("value", [None, b"", b"[]", b'{"A": 1}', b'"sample-value"', b"{sample-value", b"\xff"])
def test_an_import_is_an_object_of_texts(value: bytes | None) -> None:
    """Anything else is refused, and nothing of it is in the error."""
    with pytest.raises(SecretsError) as caught:
        asked("import", value)
    assert str(caught.value).startswith("demo: `values` is missing or not an object of texts.")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
