"""Values in the real API server, in Core's own way: read the Secret, change a copy, write it back, test nothing."""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .answers import refused

LATE = 0.1
"""Seconds after which it reads again before it writes: a real Core's reading and writing lie 5 to 10 ms apart, however
busy the machine of a test is."""


class NothingThere(Exception):
    """Core's own code fails over a value that is not there."""


class Vault:
    """The Secrets of one namespace, one for each project.

    Args:
        kubeconfig: the API server, by a token; the namespace is its context's.
    """

    def __init__(self, kubeconfig: Path) -> None:
        content = yaml.safe_load(kubeconfig.read_text())
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        self.namespace: str = content["contexts"][0]["context"]["namespace"]
        self._server = urlsplit(cluster["server"])
        ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._trust = ssl.create_default_context(cadata=ca)
        self._headers = {"Authorization": f"Bearer {user['token']}", "User-Agent": "Kubernetes Java Client"}
        self._connections = threading.local()

    def read(self, project: str, key: str) -> str:
        """Returns a value as text, whatever it is."""
        secret = self._secret(project)
        if secret is None:
            raise _error()
        value = (secret.get("data") or {}).get(key)
        if value is None:
            raise NothingThere
        return base64.b64decode(value).decode(errors="replace")

    def write(self, project: str, key: str, value: str) -> None:
        """Stores one value."""
        secret, read = self._secret(project), time.monotonic()
        encoded = base64.b64encode(value.encode(errors="replace")).decode()
        if secret is None:
            body = {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "Opaque",
                "metadata": {"name": _name(project)},
                "data": {key: encoded},
            }
            self._ask("POST", "", body)
        else:
            merged = {**(secret.get("data") or {}), key: encoded}
            if time.monotonic() - read > LATE:
                self.write(project, key, value)
            else:
                self._write_back(project, merged, "data" in secret)

    def delete(self, project: str, key: str) -> None:
        """Deletes one value, and writes all others back; where it cannot read the cluster it does and says nothing."""
        try:
            secret = self._secret(project)
        except Exception:  # noqa: BLE001 (as Core has it)
            return
        data = (secret or {}).get("data")
        if data is None:
            return
        if kept := {name: value for name, value in data.items() if name != key}:
            self._write_back(project, kept, True)  # also where the key was not there
        else:
            options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground"}
            self._ask("DELETE", f"/{_name(project)}", options)

    def _write_back(self, project: str, data: dict[str, str], is_there: bool) -> None:
        patch = [{"op": "replace" if is_there else "add", "path": "/data", "value": data}]
        self._ask("PATCH", f"/{_name(project)}", patch, "application/json-patch+json")

    def _secret(self, project: str) -> dict[str, Any] | None:
        return self._ask("GET", f"/{_name(project)}")

    def _ask(
        self, method: str, rest: str, body: object = None, content_type: str = "application/json"
    ) -> dict[str, Any] | None:
        """Asks the API server; None where there is no such Secret. Whatever else is wrong is one error."""
        path = f"/api/v1/namespaces/{self.namespace}/secrets{rest}"
        try:
            connection = self._connection()
            headers = {**self._headers, "Content-Type": content_type}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._connections.open = None
            raise _error() from None
        if response.status == 404 and method == "GET":
            return None
        if not 200 <= response.status < 300:
            raise _error()
        found: dict[str, Any] = json.loads(content)
        return found

    def _connection(self) -> http.client.HTTPSConnection:
        connection: http.client.HTTPSConnection | None = getattr(self._connections, "open", None)
        if connection is None:
            host, port = self._server.hostname or "", self._server.port
            connection = http.client.HTTPSConnection(host, port, context=self._trust, timeout=60)
            self._connections.open = connection
        return connection


def _name(project: str) -> str:
    return "proj-secrets-" + re.sub("[^a-z0-9-]", "", project.lower())


def _error() -> Exception:
    return refused(500, "error with k8s")
