"""A login by the program that a kubeconfig names (``exec``), as kubectl runs it where there is no terminal."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
from datetime import datetime
from typing import Any

from ...errors import ProviderUnavailableError
from .. import proxies
from ..kubeconfig import Entry
from .credentials import Credentials, bearer, login_failed
from .pools import Server

VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
STATUS = ("token", "clientCertificateData", "clientKeyData", "expirationTimestamp")
MODES = ("Never", "IfAvailable", "Always")


def log_in(settings: Entry, cluster: Entry, server: Server, seconds: float) -> Credentials:
    """Runs the program and returns what it answers.

    Args:
        settings: the user's ``exec``.
        seconds: how long it may take; then it is killed.

    Raises:
        ProviderUnavailableError: it cannot be run, or gives no credentials. What it says of that is not repeated.
    """
    version = settings.text("apiVersion")
    if version not in VERSIONS:
        raise _failed(settings, "has an apiVersion that is not known")
    mode = settings.text("interactiveMode") or ("IfAvailable" if version == VERSIONS[1] else "")
    if mode not in MODES:
        raise _failed(settings, "needs an interactiveMode: Never, IfAvailable or Always")
    if mode == "Always":
        raise _failed(settings, "wants to ask in a terminal, and there is none")
    spec: dict[str, Any] = {"interactive": False}
    if settings.flag("provideClusterInfo"):
        spec["cluster"] = _describe(cluster, server)
    asked = {"apiVersion": version, "kind": "ExecCredential", "spec": spec}
    environment = {part.text("name"): part.text("value") for part in settings.parts("env")}
    if "" in environment:
        raise _failed(settings, "has a variable without a name")
    environment = {**proxies.environment(), **environment, "KUBERNETES_EXEC_INFO": json.dumps(asked)}
    answer = _run(settings, [_find(settings), *settings.texts("args")], environment, seconds)
    return _read(settings, answer, version)


def _find(settings: Entry) -> str:
    """Returns the program's path: relative to the kubeconfig where it is a path, else on PATH."""
    command = settings.text("command")
    if os.sep in command:
        return str(settings.path("command"))
    found = shutil.which(command) if command else None
    if found is None or not os.path.isabs(found):  # noqa: PTH117 (which returns a text)
        raise _failed(settings, "is not installed, or not on PATH")
    return found


def _run(settings: Entry, command: list[str], environment: dict[str, str], seconds: float) -> bytes:
    """Returns what the program writes to its stdout. Its stderr may hold secrets, and reaches nobody."""
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    process, problem, answer = None, "cannot be run", b""
    try:
        process = subprocess.Popen(
            command, env=environment, stdin=null, stdout=pipe, stderr=null, start_new_session=True
        )
        answer, _ = process.communicate(timeout=max(0.0, seconds))
        problem = f"ended with exit status {process.returncode}" if process.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"did not answer within {seconds:.0f} s"
    except (OSError, ValueError):
        pass  # raised below, without the context that holds the environment
    finally:
        if process and process.returncode is None:
            _kill(process)
    if problem:
        raise _failed(settings, problem)
    return answer


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the program, with what it has started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def _read(settings: Entry, answer: bytes, version: str) -> Credentials:
    """Returns the credentials in an ExecCredential."""
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("kind") != "ExecCredential" or found.get("apiVersion") != version:
        raise _failed(settings, f"did not answer with an ExecCredential of {version}")
    status = found.get("status")
    known = [status.get(key) or "" for key in STATUS] if isinstance(status, dict) else []
    if not all(isinstance(text, str) for text in known) or not any(known):
        raise _failed(settings, "gave no credentials")
    token, certificate, key, end = known
    if bool(certificate) != bool(key) or not (token or certificate):
        raise _failed(settings, "gave no credentials")
    return Credentials(
        bearer(settings, token) if token else "", f"{certificate}\n{key}".encode() if key else b"", _end(settings, end)
    )


def _end(settings: Entry, text: str) -> float:
    """Returns until when the credentials are good."""
    if not text:
        return float("inf")
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text).timestamp()
    raise _failed(settings, "has an expirationTimestamp that is not a time")


def _describe(cluster: Entry, server: Server) -> dict[str, Any]:
    """Returns the cluster as an ExecCredential has it."""
    known: dict[str, Any] = {
        "server": server.url,
        "tls-server-name": server.name,
        "insecure-skip-tls-verify": not server.verified,
        "certificate-authority-data": base64.b64encode(server.ca).decode(),
        "proxy-url": server.proxy,
        "disable-compression": cluster.flag("disable-compression"),
    }
    extensions = {part.text("name"): part.fields.get("extension") for part in cluster.parts("extensions")}
    return {key: value for key, value in known.items() if value} | {
        "config": extensions.get("client.authentication.k8s.io/exec")
    }


def _failed(settings: Entry, problem: str) -> ProviderUnavailableError:
    return login_failed(f"{settings.label} {problem}")
