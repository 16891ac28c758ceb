"""The comm target by which JupyterLab's side panel has this kernel read a secret by itself.

The browser sends a name and hears whether it went well; a value never passes through it.

**Bootstrap.** The front end executes :data:`BOOTSTRAP` with ``silent: true``, ``store_history: false`` and
``stop_on_error: false`` before it opens a comm: it loads the extension where it was not, leaves no name and no history,
and may be run any number of times. An error reply means that the package is not installed in the kernel's environment.

**Protocol.** Target :data:`TARGET`. Each message to the kernel is a request, each message back its reply, in order::

    {"action": "put", "project": "demo", "provider": "local", "name": "db-pass", "into": "variable"}
    {"ok": true, "name": "db-pass", "target": "db_pass"}
    {"ok": false, "error": {"reason": "SecretNotFoundError", "message": "…", "hint": "…"}}

``provider`` may be left out (the kernel's setting then holds); ``into`` is ``variable`` or ``environment``; ``message``
is the whole line, hint included. An ``id`` in the request comes back in its reply. The kernel's own current project
stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import current, injection
from .errors import SecretsError
from .ipython import running_shell

TARGET = "dh-secrets-jupyter"
"""The comm target's name."""
BOOTSTRAP = '__import__("dh_secrets_jupyter.comm", fromlist=["register"]).register()'
"""What the front end executes, silently, before it opens a comm."""


def register() -> None:
    """Loads the extension into the running kernel, which makes the target known, unless it is loaded."""
    shell = running_shell()
    if shell is not None:
        shell.extension_manager.load_extension("dh_secrets_jupyter")


def load(shell: Any) -> None:
    """Makes the target known to a kernel; a terminal has no comms."""
    if kernel := getattr(shell, "kernel", None):
        kernel.comm_manager.register_target(TARGET, lambda comm, message: _opened(shell, comm))


def unload(shell: Any) -> None:
    """Takes the target away; comms that are open go on."""
    if kernel := getattr(shell, "kernel", None):
        kernel.comm_manager.targets.pop(TARGET, None)


def _opened(shell: Any, comm: Any) -> None:
    comm.on_msg(lambda message: comm.send(answer(shell.user_ns, message["content"]["data"])))


def answer(namespace: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Does what a request says and returns the reply to it."""
    echo = {"id": request["id"]} if "id" in request else {}
    try:
        target = _put(namespace, request)
    except SecretsError as error:
        failure = {"reason": type(error).__name__, "message": str(error), "hint": error.hint}
        return {"ok": False, "error": failure, **echo}
    return {"ok": True, "name": request["name"], "target": target, **echo}


def _put(namespace: dict[str, Any], request: Mapping[str, Any]) -> str:
    action, where = request.get("action"), request.get("into")
    name, project, provider = request.get("name"), request.get("project"), request.get("provider")
    if action != "put" or where not in ("variable", "environment"):
        raise SecretsError(
            TARGET, "this kernel does not know that request", "Restart the kernel, or install the same version there"
        )
    if not isinstance(name, str) or not isinstance(project, str):
        raise SecretsError(TARGET, "the request names no secret and project", "Reload the page")
    destination = injection.Destination(where)
    [target] = injection.targets(destination, [injection.SecretRef(name)])
    value = current.get_or_create_project(project, provider=provider or None).read_values(name)[name]
    injection.for_namespace(namespace).put(destination, {target: value})
    return target
