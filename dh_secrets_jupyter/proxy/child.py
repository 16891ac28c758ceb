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
from typing import Any

from .. import wire
from ..errors import SecretsError
from ..models import check_name
from ..project import Project
from ..settings import DHSecrets
from .server import Proxy, Rules
from .session import Held, Session, Use

JSON = dict[str, Any]
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
        self._secrets: dict[str, tuple[Project, str]] = {}
        self._methods: dict[str, Callable[..., Awaitable[JSON]]] = {
            "start": self._start,
            "grant": self._grant,
            "revoke": self._revoke,
            "report": self._report,
        }
        self._session = Session(self._read)

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
        self._session = Session(
            self._read,
            on_use=lambda use: self._say({"used": self._used(use)}),
            on_authority=lambda pem: self._say({"trust": pem}),
            token=token,
        )
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
        return self._session if secrets.compare_digest(token, self._session.token) else None

    async def _grant(self, names: list[str], project: str, provider: str, user: str) -> JSON:
        """Returns for each secret its stand-in and its hosts; for all or none."""
        opened = await asyncio.to_thread(self._settings.open, project, provider, user=user)
        keys = {name: self._key(opened, check_name(name)) for name in names}
        held = {name: await self._hold(keys[name], opened, name) for name in names}
        for one in held.values():
            self._session.authority(one.hosts)
        return {name: {"text": await self._session.use(keys[name]), "hosts": held[name].hosts} for name in keys}

    async def _hold(self, key: str, project: Project, name: str) -> Held:
        self._secrets.setdefault(key, (project, name))
        return await self._session.current(key)

    async def _revoke(self, names: list[str], project: str, provider: str) -> JSON:
        for key, (opened, name) in list(self._secrets.items()):
            if name in names and opened.source == (provider, project):
                self._session.forget(key)
        return {}

    async def _report(self) -> JSON:
        """Returns how often each secret was put in, and the newest refusals."""
        uses = [[*self._named(key), count] for key, count in self._session.uses.items()]
        return {"uses": uses, "refusals": [[refused.host, refused.reason] for refused in self._session.refusals]}

    async def _read(self, key: str) -> Held:
        project, name = self._secrets[key]
        value, hosts = await asyncio.to_thread(project.read_to_use, name)
        return Held(value, tuple(hosts))

    def _key(self, project: Project, name: str) -> str:
        """Returns what the session calls a secret: its name, and more where another project has used that."""
        provider, of_project = project.source
        for key in (name, f"{of_project}/{name}", f"{provider}/{of_project}/{name}"):
            if key not in self._secrets or self._secrets[key][0].source == project.source:
                return key
        raise AssertionError(project)  # the last names all that distinguishes projects

    def _named(self, key: str) -> tuple[str, str]:
        project, name = self._secrets[key]
        return project.name, name

    def _used(self, use: Use) -> JSON:
        project, name = self._named(use.name)
        return {"project": project, "name": name, "host": use.host, "method": use.method, "status": use.status}


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
