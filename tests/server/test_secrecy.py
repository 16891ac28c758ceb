"""No value in any log, with every library's logger at DEBUG, whatever goes right or wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from ..cluster.server import Namespace
from ..support.waiting import wait_until
from . import config
from .conftest import kubernetes_environment
from .running import Server, names
from .scripted import install

LONG = 'Zq7-made-up/"value"\N{LATIN SMALL LETTER U WITH DIAERESIS}-4Wx9-and-more-of-it-so-that-it-is-long'
SHORT = "Kw5xQ8"
VALUES = (LONG, SHORT)


def spellings(value: str) -> Iterator[str]:
    """Returns what a log could make of a value, and each piece of it that is long enough to be no chance."""
    yield from (value, repr(value)[1:-1], json.dumps(value)[1:-1], quote(value), value.encode().hex())
    yield base64.b64encode(value.encode()).decode()
    yield from (value[start : start + 10] for start in range(max(len(value) - 9, 1)))


def exercise(server: Server, project: str) -> None:
    """Sends both values through everything that takes one, with success and with every kind of failure."""
    path = f"projects/{project}/secrets"
    for name, value in zip(("LONG", "SHORT"), VALUES, strict=True):
        assert server.create(name, value, project=project).status == 201
        assert server.create(name, value, project=project).status == 409
        assert server.create("..bad", value, project=project).status == 400
        assert server.secret("PATCH", name, {"value": value, "description": "d"}, project=project).status == 200
        stale = server.secret("PATCH", name, {"value": value}, project=project, headers={"If-Match": '"x"'})
        assert stale.status == 412
        broken = (
            json.dumps({"name": "B", "value": value}).encode()[:-1],
            json.dumps({"name": "B", "value": [value]}).encode(),
            json.dumps({"name": "B", "value": value, value: 1}).encode(),
            json.dumps({"name": "B", "value": "x", "description": [value]}).encode(),
            json.dumps([value]).encode(),
            value.encode("utf-16"),
        )
        for raw in broken:
            for form in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                reply = server.call("POST", path, raw=raw, headers={"Content-Type": form})
                assert reply.status == 400
                assert value not in reply.raw.decode()
        assert server.create("B", value * 200_000, project=project).status == 413
        assert server.call("POST", path, {"name": "B", "value": value}, token=None).status == 403
        assert server.call("PUT", path, {"name": "B", "value": value}).status == 405
        assert server.call("POST", "nothing", {"name": "B", "value": value}).status == 404
        shown = server.call("GET", f"{path}/{name}/value")
        assert shown.body == {"name": name, "value": value}
    assert names(server.call("GET", path)) == ["LONG", "SHORT"]


def check(server: Server) -> None:
    """Asserts that what the server wrote has everything but values."""
    written = server.log() + (server.home / config.EVENTS).read_text()
    assert written.count("Executing <") > 20, "asyncio reports callbacks"
    assert "POST /some/base/dh-secrets/projects/" in written
    for value in VALUES:
        for spelling in spellings(value):
            assert spelling not in written, spelling


@pytest.mark.server
@pytest.mark.parametrize("provider", ["local", pytest.param("kubernetes", marks=pytest.mark.cluster)])
def test_no_log_has_a_value(
    provider: str,
    local_environment: dict[str, str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    project: str,
) -> None:
    """A whole session, successes and failures, on each provider: no spelling of a value is written anywhere."""
    if provider == "local":
        environment = local_environment
    else:
        namespace: Namespace = request.getfixturevalue("server_namespace")
        environment = kubernetes_environment(namespace)
    with Server(tmp_path / "home", {**environment, config.TALKATIVE: "1"}, {"allow_reveal": True}) as server:
        wait_until(
            lambda: server.call("GET", f"projects/{project}/secrets").headers["DH-Secrets-Live"] == "true", "a watch"
        )
        exercise(server, project)
        if provider == "kubernetes":
            assert "DEBUG:urllib3" in server.log()
        check(server)


@pytest.mark.server
def test_a_crash_shows_nothing(tmp_path: Path) -> None:
    """A provider that raises something of its own, with values in it: a 500 in JSON, and a log that says only where."""
    environment = {**install(tmp_path / "installed"), config.TALKATIVE: "1"}
    with Server(tmp_path / "home", environment) as server:
        for name, value in zip(("LONG", "SHORT"), VALUES, strict=True):
            assert server.create(name, value, project="break-1").status == 201
        replies = [
            server.call("GET", "projects/break-1/secrets"),
            server.secret("GET", "LONG", project="break-1"),
        ]
        for reply in replies:
            assert (reply.status, reply.body.keys()) == (500, {"message", "reason", "hint"})
            assert not any(spelling in reply.raw.decode() for value in VALUES for spelling in spellings(value))
        assert "KeyError < scripted.py:" in server.log()
        server.call("GET", "projects/demo/secrets")
        check(server)
