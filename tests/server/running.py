"""Starts a real ``jupyter server`` with the extension, and speaks HTTP to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import urllib3

from ..support.connections import free_port
from ..support.waiting import PATIENCE, wait_until
from . import config

OWNER = "owner-token"
"""The server's own token."""
ROOT = Path(__file__).parents[2]
OTHERS = ("jupyterlab", "notebook", "jupyter_lsp")
"""Extensions that have no part in these tests, and take long to load."""
_COPIED = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "PYTHON_KEYRING_BACKEND")


@dataclass
class Reply:
    """What came back: ``body`` is the JSON, None where there was none."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None


class Server:
    """A jupyter server in a process of its own; ``with`` starts and ends it.

    Args:
        home: its home, where it also logs, at DEBUG, and writes its events.
        environment: more variables, the provider's.
        options: traits of ``c.DHSecrets``.
        base_url: what stands before all paths.
    """

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str],
        options: Mapping[str, Any] | None = None,
        base_url: str = "/some/base/",
    ) -> None:
        self.home = home
        self._log = home / "server.log"
        port = free_port()
        self.root = f"http://127.0.0.1:{port}{base_url}"
        self.url = f"{self.root}dh-secrets/"
        kept = {name: os.environ[name] for name in _COPIED if name in os.environ}
        configs = {"JUPYTER_CONFIG_PATH": str(home / "etc")}
        self._environment = {
            **kept,
            "HOME": str(home),
            "PYTHONPATH": f"{ROOT}:{os.environ['PYTHONPATH']}",
            **configs,
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._pool = urllib3.PoolManager(maxsize=250, retries=False, timeout=PATIENCE)
        home.mkdir(parents=True, exist_ok=True)
        # The file that an installation puts into etc/jupyter is what enables the extension.
        (home / "etc").mkdir(exist_ok=True)
        (home / "etc" / "jupyter_server_config.d").symlink_to(ROOT / "jupyter-config" / "server-config")
        options_text = repr(dict(options or {}))
        configured = home / "jupyter_server_config.py"
        configured.write_text(f"from tests.server import config\nconfig.apply(get_config(), {options_text})\n")
        self._command = [
            *(sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", f"--port={port}"),
            *("--ServerApp.port_retries=0", f"--ServerApp.base_url={base_url}", f"--IdentityProvider.token={OWNER}"),
            *(f"--config={configured}", f"--ServerApp.root_dir={home}", "--Application.log_level=DEBUG"),
            *(f"--ServerApp.jpserver_extensions={name}=False" for name in OTHERS),
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment, cwd=self.home
            )
        wait_until(self._answers, "the server answers")

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log()[-3000:]
        try:
            return self.call("GET", "../api/status", token=OWNER).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def kill(self, *, gently: bool = False) -> int:
        """Kills it, or asks it to end (``gently``); returns its exit code."""
        assert self._process
        if gently:
            self._process.terminate()
            # A signal that came right before the loop began to wait is seen when something wakes it.
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                self.call("GET", "../api/status")
        else:
            self._process.kill()
        return self._process.wait(PATIENCE)

    def log(self) -> str:
        """Returns everything it has written so far."""
        return self._log.read_text(errors="replace")

    def lines(self, file_name: str) -> list[Any]:
        """Returns what is in a file of JSON lines in its home so far."""
        path = self.home / file_name
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]  # the last may be written just now

    def events(self) -> list[tuple[str | None, str, str, str]]:
        """Returns user, project, name and action of the changes that went to the administrator's sink."""
        found = [event for event in self.lines(config.EVENTS) if event["__schema__"].endswith("secret-changed/v1")]
        return [(event["user"], event["project"], event["name"], event["action"]) for event in found]

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "writer-token",
        headers: Mapping[str, str] | None = None,
        raw: bytes | Iterator[bytes] | None = None,
    ) -> Reply:
        """One request.

        Args:
            path: below the extension's base, quoted already.
            body: sent as JSON.
            token: whose; None sends none.
            raw: sent as it is instead; pieces are sent in chunks, without a length.
        """
        sent = {"Authorization": f"token {token}"} if token else {}
        content = json.dumps(body).encode() if body is not None else raw
        answer = self._pool.request(
            method,
            self.url + path,
            body=content,
            headers={**sent, **(headers or {})},
            chunked=not isinstance(content, bytes | None),
        )
        return Reply(answer.status, answer.headers, answer.data)

    def secret(self, method: str, name: str, body: object = None, *, project: str = "demo", **options: Any) -> Reply:
        """One request about a secret."""
        return self.call(method, f"projects/{project}/secrets/{quote(name, safe='')}", body, **options)

    def create(self, name: str, value: str, *, project: str = "demo", **fields: Any) -> Reply:
        """Creates a secret."""
        return self.call("POST", f"projects/{project}/secrets", {"name": name, "value": value, **fields})

    def log_in(self) -> tuple[dict[str, str], str]:
        """Logs in by the form, as a browser does; returns the headers with its cookies, and the XSRF token."""
        cookies: dict[str, str] = {}

        def visit(method: str, body: str | None = None) -> None:
            headers = {"Cookie": _joined(cookies), "Content-Type": "application/x-www-form-urlencoded"}
            answer = self._pool.request(method, f"{self.root}login", body=body, headers=headers, redirect=False)
            for cookie in answer.headers.getlist("Set-Cookie"):
                name, _, value = cookie.split(";")[0].partition("=")
                cookies[name] = value

        visit("GET")
        visit("POST", urlencode({"password": OWNER, "_xsrf": cookies["_xsrf"]}))
        assert any(re.match("username-", name) for name in cookies), "logged in"
        return {"Cookie": _joined(cookies)}, cookies["_xsrf"]


def _joined(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def names(listed: Reply) -> Sequence[str]:
    """Returns the names in a list of secrets."""
    return [secret["name"] for secret in listed.body["secrets"]]
