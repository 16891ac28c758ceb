"""The comm target by which JupyterLab's side panel asks this kernel, as to read a secret by itself.

The browser sends a name and hears whether it went well; a value never passes through it.

**Bootstrap.** The front end executes :data:`BOOTSTRAP` with ``silent: true``, ``store_history: false`` and
``stop_on_error: false`` before it opens a comm: it loads the extension where it was not, leaves no name and no history,
and may be run any number of times. An error reply means that the package is not installed in the kernel's environment.

**Protocol.** Target :data:`TARGET`. Each message to the kernel is a request, each message back its response, in order,
in the envelope of :mod:`.rpc`::

    {"id": 1, "method": "put",
     "params": {"project": "demo", "provider": "local", "name": "db-pass", "destination": "variable"}}
    {"id": 1, "result": {"target": "db_pass"}}
    {"id": 1, "error": {"reason": "SecretNotFoundError", "message": "…", "hint": "…"}}

After what changes the kernel comes ``{"event": "dh-secrets-held"}``, over this comm or, where widgets are open, over
theirs. The side panels of all pages hear either.

``provider`` may be left out (the kernel's setting then holds). The kernel's own current project stays what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .ipython import running_shell

if TYPE_CHECKING:
    from . import rpc, wire

TARGET = "dh-secrets-jupyter"
"""The comm target's name."""
BOOTSTRAP = '__import__("dh_secrets_jupyter.comm", fromlist=["register"]).register()'
"""What the front end executes, silently, before it opens a comm."""
IS_LOADED = f"{TARGET!r} in get_ipython().kernel.comm_manager.targets"
"""A Python expression: whether that was done, or a cell has loaded the extension."""


def register() -> None:
    """Loads the extension into the running kernel, which makes the target known, unless it is loaded."""
    shell = running_shell()
    if shell is not None:
        shell.extension_manager.load_extension("dh_secrets_jupyter")


def load(shell: Any) -> None:
    """Makes the target known to a kernel; a terminal has no comms."""
    if kernel := getattr(shell, "kernel", None):
        kernel.comm_manager.register_target(TARGET, _on_open)


def unload(shell: Any) -> None:
    """Takes the target away; comms that are open go on."""
    if kernel := getattr(shell, "kernel", None):
        kernel.comm_manager.targets.pop(TARGET, None)


def _on_open(comm: Any, message: Any) -> None:
    from . import displays

    comm.on_msg(lambda message: displays.serve(message["content"]["data"], message["buffers"], _handle, comm.send))


def _handle(request: rpc.Request) -> wire.JSON:
    from . import current, rpc, wire

    name = wire.parse_text(request.params, "project", request.method)
    return rpc.call(current.get_or_create_project(name, provider=request.params.get("provider") or None), request)
