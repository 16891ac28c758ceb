"""Nobody gets past Jupyter's authentication, authorization and XSRF check, on any path."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dh_secrets_jupyter.server.routes import ROUTES

from . import config
from .running import Server

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PATHS = [*(path.format(project="demo", name="A") for path in ROUTES), "", "nothing", "projects/demo/secrets/A/b/c"]
READING = {("POST", path) for path in ("projects/demo/secrets/A/injected", "projects/demo/secrets/A/used", "needs")}
"""The requests beside GET for which the right to read is enough."""


def walk() -> Iterator[tuple[str, str]]:
    """Every path, and those that do not exist, with every method."""
    return ((method, path) for path in PATHS for method in METHODS)


@pytest.mark.parametrize("token", [None, "wrong-token", "nobody-token"])
def test_strangers_are_refused_everywhere(local: Server, token: str | None) -> None:
    """Without a token, with a wrong one, and as a user without rights, every path and method is a 403 in JSON."""
    for method, path in walk():
        reply = local.call(method, path, {"name": "A", "value": "made-up"}, token=token)
        assert reply.status == 403, (method, path)
        assert method == "HEAD" or reply.body["reason"] == "AccessDeniedError"
        in_query = local.call(method, f"{path}?token={token}", token=None)
        assert in_query.status == 403, (method, path)


def test_a_reader_only_reads(local: Server) -> None:
    """Who has only the right to read gets past it with GET, HEAD and the panel's report, and with nothing else."""
    for method, path in walk():
        reads = method in ("GET", "HEAD")
        allowed = not path.endswith("/value") if reads else (method, path) in READING
        assert (local.call(method, path, {}, token="reader-token").status == 403) is not allowed, (method, path)


def test_authorizers_are_asked_about_a_resource_of_our_own(local: Server) -> None:
    """The authorizer sees ``read`` for GET and HEAD and ``write`` for the rest, once a request, on ``dh-secrets``."""
    before = len(local.lines(config.ASKED))
    for method, path in walk():
        local.call(method, path, {}, token="nobody-token")
    asked = local.lines(config.ASKED)[before:]
    expected = [
        [method, f"/some/base/dh-secrets/{path}", _action(method, path), "dh-secrets"] for method, path in walk()
    ]
    assert asked == expected


def _action(method: str, path: str) -> str:
    return "read" if method in ("GET", "HEAD") or (method, path) in READING else "write"


def test_a_page_of_another_site_changes_nothing(local: Server) -> None:
    """With a browser's cookies every method but GET needs the XSRF token, and an origin of this server."""
    cookies, xsrf = local.log_in()
    for method, path in walk():
        if method in ("GET", "HEAD"):
            continue
        without = local.call(method, path, {}, token=None, headers=cookies)
        assert (without.status, without.body["reason"]) == (403, "AccessDeniedError"), (method, path)
        wrong = local.call(method, path, {}, token=None, headers={**cookies, "X-XSRFToken": "2|0|0|0"})
        assert wrong.status == 403, (method, path)
        good = {**cookies, "X-XSRFToken": xsrf}
        foreign = local.call(method, path, {}, token=None, headers={**good, "Origin": "https://example.org"})
        assert foreign.status == 403, (method, path)
        assert local.call(method, path, {}, token=None, headers=good).status != 403, (method, path)
    assert local.call("GET", "projects", token=None, headers=cookies).status == 200
    assert local.call("GET", "projects", token=None, headers={**cookies, "Origin": "https://example.org"}).status == 403


def test_an_answer_waits_for_the_body(local: Server) -> None:
    """A refusal reaches a client that is still sending: the connection is not cut off before."""
    for _ in range(20):
        reply = local.call("POST", "projects/demo/secrets", raw=b"x" * 3_000_000, token=None)
        assert reply.status == 403


def test_the_server_counts_every_path_as_authenticated(local: Server) -> None:
    """Jupyter's own check of extensions finds no method without authentication."""
    assert "of SecretsHandler registered" not in local.log()
