"""The side panel's way into a kernel: it names a secret, the kernel reads it by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dh_secrets_jupyter.comm import BOOTSTRAP, TARGET
from dh_secrets_jupyter.displays import HELD

from .support.kernels import Kernel

SILENT = {"silent": True, "store_history": False}


def ask(kernel: Kernel, request: dict[str, Any]) -> dict[str, Any]:
    """Sends a request over a comm that is open, and returns the reply."""
    [reply, *_] = sent(kernel, request)
    return reply


def sent(kernel: Kernel, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Sends a request over a comm that is open, and returns all that the kernel sends over it."""
    cell = kernel.request("comm_msg", {"comm_id": "c1", "data": request})
    return [m.content["data"] for m in cell.of("comm_msg")]


@pytest.fixture(scope="module")
def opened(kernel: Kernel) -> Kernel:
    """A kernel as the front end finds it: nothing is loaded before the bootstrap."""
    kernel.ok("x = 1")
    cell = kernel.ok(BOOTSTRAP, **SILENT)
    assert not cell.of("stream", "display_data", "execute_result", "execute_input", "error")
    kernel.ok(BOOTSTRAP, **SILENT)
    kernel.request("comm_open", {"comm_id": "c1", "target_name": TARGET, "data": {}})
    kernel.ok("%secret project demo\n%secret set db-pass", answers=["invented-by-comm"])
    kernel.ok("%secret project own")
    return kernel


def test_the_bootstrap_leaves_no_trace(opened: Kernel) -> None:
    """The extension is there, and neither a name nor a line of history came with it."""
    assert opened.ok("%secret list").reply["status"] == "ok"
    assert opened.ok("sorted(name for name in globals() if 'dh_' in name or 'comm' in name)").result == "[]"
    assert BOOTSTRAP.encode() not in opened.history
    assert "register" not in opened.ok("%history").stdout


def put(**params: Any) -> dict[str, Any]:
    """Returns a request to put a secret into a variable, with other or more parameters."""
    known = {"project": "demo", "name": "db-pass", "destination": "variable"}
    return {"id": 7, "method": "put", "params": {**known, **params}}


def test_put_into_a_variable(opened: Kernel) -> None:
    """The response names the variable; the kernel's own project stays what it is."""
    assert ask(opened, put(provider="local"))["result"]["target"] == "db_pass"
    assert opened.ok("len(db_pass), db_pass").result == "(16, <secret db-pass>)"
    assert "project own" in opened.ok("%secret list").stdout
    assert opened.ok("%secret forget").stdout == "Removed: db-pass as db_pass (variable)\n"


def test_put_into_the_environment(opened: Kernel) -> None:
    """An environment entry keeps the secret's name; the provider may be the kernel's."""
    assert ask(opened, put(destination="environment"))["result"]["target"] == "db-pass"
    assert opened.ok("len(__import__('os').environ['db-pass'])").result == "16"


def test_what_a_panel_changes_in_the_kernel_is_told(opened: Kernel) -> None:
    """Other pages hear the kernel, too: after each change, which may have failed half-way, and after nothing else."""
    told = [{"event": HELD}]
    assert sent(opened, put())[1:] == told
    assert sent(opened, {**put(), "method": "held"})[1:] == []
    assert sent(opened, {**put(), "method": "put_again"})[1:] == told
    assert sent(opened, put(name="NOPE"))[1:] == told
    assert sent(opened, {**put(), "method": "forget"})[1:] == told
    assert sent(opened, {**put(), "method": "status"})[1:] == []


@pytest.mark.parametrize(
    ("request_", "reason", "message"),
    [
        (put(name="NOPE"), "SecretNotFoundError", "NOPE: no such secret in project demo."),
        (put(project="-"), "InvalidNameError", "-: not a valid project name."),
        (put(provider="nope"), "SecretsError", "nope: no such provider."),
        (put(destination="file"), "SecretsError", "kernel: it does not know the destination."),
        (put(name=None), "SecretsError", "put: `name` is missing or is not text."),
        (put(project=None), "SecretsError", "put: `project` is missing or is not text."),
        ({**put(), "method": "take"}, "SecretsError", "kernel: it does not know the method take."),
    ],
)
def test_what_goes_wrong_is_said(opened: Kernel, request_: dict[str, Any], reason: str, message: str) -> None:
    """The response has the error's class, its sentence and its hint."""
    error = ask(opened, request_)["error"]
    assert error["reason"] == reason
    assert error["message"].startswith(message)
    assert error["hint"]
    assert error["hint"] not in error["message"]


def test_a_value_comes_in_the_buffer(opened: Kernel) -> None:
    """As from a panel in a notebook, whose methods are the same."""
    request = {"id": 8, "method": "create", "params": {"project": "demo", "name": "NEW"}}
    message = {"comm_id": "c1", "data": request}
    opened.send("comm_msg", message, buffers=[b"two\nlines"])
    assert opened.ok("d = __import__('dh_secrets_jupyter')").reply["status"] == "ok"
    assert opened.ok("len(d.get_or_create_project('demo').read_values('NEW')['NEW'])").result == "9"
    assert ask(opened, {**request, "method": "remove"}) == {"id": 8, "result": {}}


def test_no_value_passes_the_browser(opened: Kernel) -> None:
    """Of all that was sent since the start nothing holds the value."""
    assert b"invented-by-comm" not in opened.raw + opened.log + opened.history


def test_after_unloading_there_is_no_target(new_kernel: Callable[..., Kernel]) -> None:
    """A front end that opens a comm then is told at once that nobody is there."""
    kernel = new_kernel()
    kernel.ok("%load_ext dh_secrets_jupyter\n%unload_ext dh_secrets_jupyter")
    cell = kernel.request("comm_open", {"comm_id": "c2", "target_name": TARGET, "data": {}})
    assert cell.of("comm_close")
