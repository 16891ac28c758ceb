"""The proxy on a laptop: a child of the kernel's, ``python -m dh_secrets_jupyter.proxy``, on loopback.

The kernel asks it by lines of JSON on its standard input, which nobody else has, and reads the answers on its standard
output: ``{"id", "method", "params"}`` and ``{"id", "result"}`` or ``{"id", "error"}``. The first request is ``start``,
with the token that clients prove themselves with. A line without an id tells of a value that was put in, or of an
authority that the kernel has to trust.

It ends with its kernel, however that ends: its standard input does, and it has another parent. (A process that the
kernel has forked may keep the other end of that input open.)
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import threading
from collections.abc import Awaitable, Callable

from .. import wire
from ..errors import SecretsError
from ..settings import DHSecrets
from ..wire import JSON
from .grants import Grants
from .server import Proxy, Rules
from .session import Session

LOOPBACK = "127.0.0.1"
_PARENT_INTERVAL = 1.0
"""Seconds between two looks whether the kernel is still the parent."""


class Child:
    """The one session of one kernel.

    Args:
        settings: they open projects.
        rules: the administrator's.
        port: the administrator's, too; 0 is any.
        say: writes a line to the kernel.
    """

    def __init__(self, settings: DHSecrets, rules: Rules, port: int, say: Callable[[JSON], None]) -> None:
        self._settings = settings
        self._rules = rules
        self._port = port
        self._say = say
        self._methods: dict[str, Callable[..., Awaitable[JSON]]] = {
            "start": self._start,
            "grant": self._grant,
            "revoke": self._revoke,
            "report": self._report,
        }
        self._grants = self._granting("")

    async def answer(self, request: JSON) -> None:
        """Answers one request."""
        try:
            result = await self._methods[request["method"]](**request["params"])
        except SecretsError as error:
            self._say({"id": request["id"], "error": wire.error_to_json(error)})
        else:
            self._say({"id": request["id"], "result": result})

    async def _start(self, token: str) -> JSON:
        """Listens on loopback."""
        self._grants = self._granting(token)
        try:
            server = await Proxy(self._find, self._rules).start(LOOPBACK, self._port)
        except OSError as error:
            reason = error.strerror
        else:
            return {"port": server.sockets[0].getsockname()[1]}
        raise SecretsError(
            "proxy", f"it cannot listen on port {self._port} ({reason})", "Set another DHSecretsProxy.port"
        )

    def _find(self, token: str, address: str) -> Session | None:
        session = self._grants.session
        return session if secrets.compare_digest(token, session.token) else None

    def _granting(self, token: str) -> Grants:
        return Grants(lambda use: self._say({"used": use}), lambda pem: self._say({"trust": pem}), token)

    async def _grant(self, names: list[str], project: str, provider: str, user: str) -> JSON:
        return await self._grants.grant(
            await asyncio.to_thread(self._settings.open, project, provider, user=user), names
        )

    async def _revoke(self, names: list[str], project: str, provider: str) -> JSON:
        return self._grants.revoke((provider, project), names)

    async def _report(self) -> JSON:
        return self._grants.report()


async def serve(settings: DHSecrets, rules: Rules, port: int) -> None:
    """Serves the kernel at the other end of the standard input until it ends, and then ends this process."""
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[JSON | None] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(requests.put_nowait, json.loads(line))
        loop.call_soon_threadsafe(requests.put_nowait, None)

    child = Child(settings, rules, port, _say)
    threading.Thread(target=read, daemon=True).start()
    tasks = {asyncio.create_task(_watch_parent(requests))}
    while request := await requests.get():
        tasks.add(task := asyncio.create_task(child.answer(request)))
        task.add_done_callback(tasks.discard)
    os._exit(0)  # a read of a secret that still runs in a thread is waited for by nobody


async def _watch_parent(requests: asyncio.Queue[JSON | None]) -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 (no event tells of it); on Windows always
        await asyncio.sleep(_PARENT_INTERVAL)
    requests.put_nowait(None)


def _say(line: JSON) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
