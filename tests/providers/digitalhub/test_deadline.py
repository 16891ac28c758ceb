"""Every call ends in time, whatever the network does; what a wrong address answers is one clear line."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, provider, writing
from dh_secrets_jupyter.testing import just, put
from tests.core.proxy import CoreProxy
from tests.core.server import Core
from tests.support.fault_proxy import HANG, Fault, always, drip

from .conftest import PROJECT

DEADLINE = 1.5
LATEST = 60.0
"""Seconds after which a call has ended that gives up after DEADLINE, on a machine with much to do."""


@pytest.fixture
def slow(on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> Iterator[CoreProxy]:
    """A Core whose answers are as slow as a test asks; patience is short."""
    monkeypatch.setattr(provider, "DEADLINE", DEADLINE)
    monkeypatch.setattr(writing, "DEADLINE", DEADLINE)
    on_platform.entities.create_project({"name": PROJECT}, "somebody")
    with CoreProxy(on_platform.url) as running:
        monkeypatch.setenv("DHCORE_ENDPOINT", running.url)
        yield running


CALLS: dict[str, Callable[[DigitalHubProvider], object]] = {
    "read": lambda found: found.read(PROJECT),
    "list": lambda found: found.list_metadata(PROJECT),
    "some": lambda found: found.read_some(PROJECT, ["A"]),
    "write": lambda found: found.write(PROJECT, just(put("A"))),
    "projects": lambda found: found.projects(),
}


@pytest.mark.parametrize("fault", [HANG, drip(8, 0.5)], ids=["silence", "a few bytes at a time"])
def test_every_call_ends(slow: CoreProxy, fault: Fault) -> None:
    """Also one whose answer comes so slowly that no socket's own time-out would ever end it."""
    slow.otherwise = always(fault)
    found = DigitalHubProvider()
    began = time.monotonic()

    def call(name: str) -> None:
        with pytest.raises(ProviderUnavailableError, match="does not answer"):
            CALLS[name](found)

    with ThreadPoolExecutor(len(CALLS)) as pool:
        list(pool.map(call, CALLS))
    assert time.monotonic() - began < LATEST


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"Location": "/login"}, b""),
        (200, {"Content-Type": "text/html"}, b"<html>sample-page: log in</html>"),
        (200, {"Content-Type": "application/json"}, b'{"sample": "other"}'),
        (404, {}, b"sample-not-found"),
        (200, {"Content-Type": "application/json"}, b'{"content": ' + b"[" * 100_000),
    ],
    ids=["redirect", "a page", "other JSON", "404", "too deep"],
)
def test_something_else_answers(
    login_file: Path, monkeypatch: pytest.MonkeyPatch, status: int, headers: dict[str, str], body: bytes
) -> None:
    """A log-in page, a redirect, another service: no redirect is followed, and nothing of an answer is repeated."""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("DHCORE_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(ProviderUnavailableError, match="Check that DHCORE_ENDPOINT") as caught:
            DigitalHubProvider().read(PROJECT)
    finally:
        server.shutdown()
        server.server_close()
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert "sample" not in str(caught.value)
