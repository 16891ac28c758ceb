"""The kernels that a cluster's proxy knows: who each is, what it may use, and when that ends.

A kernel proves itself by its projected token, once, and gets a session's token, which is good for its pod's address
alone. The API server is asked again of each while it lasts; nothing is kept on disk.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import AccessDeniedError, SecretsError
from ..models import check_name, check_project
from ..project import Project
from ..providers.kubernetes.reviews import Account, ReviewingProvider
from .session import Held, Session, Use

CHECK = 20.0
"""Seconds between one question about a kernel and the next; each may take 10, and a minute is what is promised."""
MOST = 64
"""Kernels of one address."""
EVENT = "secret-used/v1"
JSON = dict[str, Any]


@dataclass
class Kernel:
    """One kernel.

    Attributes:
        session: what its clients use.
        account: whose pod it is in.
        address: the pod's.
        name: the pod's name, and what the kernel calls itself.
        token: the projected one, the newest that it sent.
        projects: those of the secrets in use, by the secret's name.
    """

    session: Session
    account: Account
    address: str
    name: str
    token: str = field(repr=False)
    projects: dict[str, Project] = field(default_factory=dict)


class Kernels:
    """All kernels of one proxy; for one event loop.

    Args:
        provider: reads the Secrets, and asks the API server.
        write: takes a line for each use of a value.
    """

    def __init__(self, provider: ReviewingProvider, write: Callable[[str], object] = sys.stdout.write) -> None:
        self._provider = provider
        self._write = write
        self._kernels: dict[str, Kernel] = {}

    def find(self, token: str, address: str) -> Session | None:
        """Returns the session of a token, where it comes from the address that it was given to."""
        kernel = self._kernels.get(token)
        return kernel.session if kernel and kernel.address == address else None

    async def begin(self, token: str, address: str, name: str) -> str:
        """Returns a session's token for a kernel that proves itself.

        Args:
            token: the projected one of its pod.
            name: what the kernel calls itself.

        Raises:
            AccessDeniedError: the token is not accepted, or the pod has too many kernels.
        """
        account = await asyncio.to_thread(self._provider.authenticate, token)
        if sum(kernel.address == address for kernel in self._kernels.values()) >= MOST:
            raise AccessDeniedError("proxy", f"there are {MOST} kernels in this pod already", "End some")
        projects: dict[str, Project] = {}

        async def read(secret: str) -> Held:
            value, hosts = await asyncio.to_thread(projects[secret].read_to_use, secret)
            return Held(value, tuple(hosts))

        session = Session(read, lambda use: self._tell(kernel, use))
        named = "/".join(filter(None, [account.pod, name]))
        kernel = self._kernels[session.token] = Kernel(session, account, address, named, token, projects)
        return session.token

    async def renew(self, kernel: Kernel, token: str) -> None:
        """Takes a kernel's token as it was renewed. Raises :class:`AccessDeniedError` where it is somebody else's."""
        account = await asyncio.to_thread(self._provider.authenticate, token)
        if (account.name, account.pod) != (kernel.account.name, kernel.account.pod):
            raise AccessDeniedError("proxy", "this is the token of another pod", "Restart the kernel")
        kernel.account, kernel.token = account, token

    def known(self, token: str, address: str) -> Kernel:
        """Returns a kernel. Raises :class:`UnknownKernelError`."""
        kernel = self._kernels.get(token)
        if kernel is None or kernel.address != address:
            raise UnknownKernelError
        return kernel

    async def use(self, kernel: Kernel, project: str, names: Iterable[str]) -> JSON:
        """Returns for each secret its stand-in, its hosts and the certificate of their authority; for all or none."""
        opened = await self._open(kernel, project)
        for name in map(check_name, names):
            known = kernel.projects.get(name)
            if known is not None and known.name != project:
                kernel.session.forget(name)
            kernel.projects[name] = opened
        stand_ins = {name: await kernel.session.use(name) for name in names}
        hosts = {name: (await kernel.session.current(name)).hosts for name in names}
        return {
            name: {"stand_in": text, "hosts": hosts[name], "certificate": kernel.session.authority(hosts[name]).pem}
            for name, text in stand_ins.items()
        }

    async def list(self, kernel: Kernel, project: str) -> JSON:
        """Returns of each secret of a project that may be used its description and its hosts."""
        opened = await self._open(kernel, project)
        found = await asyncio.to_thread(opened.list_secrets)
        return {
            secret.name: {"description": secret.metadata.description, "hosts": secret.metadata.hosts}
            for secret in found
            if secret.metadata.hosts
        }

    def forget(self, kernel: Kernel, names: Iterable[str]) -> JSON:
        """Ends stand-ins."""
        for name in names:
            kernel.session.forget(name)
            kernel.projects.pop(name, None)
        return {}

    def report(self, kernel: Kernel) -> JSON:
        """Returns how often each secret was put in, and the newest refusals."""
        refusals = [asdict(refused) for refused in kernel.session.refusals]
        return {"uses": dict(kernel.session.uses), "refusals": refusals}

    def end(self, kernel: Kernel) -> JSON:
        """Ends all that a kernel has."""
        self._kernels.pop(kernel.session.token, None)
        return self.forget(kernel, list(kernel.session.stand_ins))

    async def keep_checking(self) -> None:
        """Asks the API server again and again of each kernel, and ends those that may nothing any more."""
        while True:
            await asyncio.sleep(CHECK)
            await asyncio.gather(*map(self.check, list(self._kernels.values())))

    async def check(self, kernel: Kernel) -> None:
        """Ends a kernel whose token or right is gone; where nobody can say so, it goes on."""
        try:
            kernel.account = await asyncio.to_thread(self._provider.authenticate, kernel.token)
            for project in {project.name for project in kernel.projects.values()}:
                await asyncio.to_thread(self._provider.check_use, kernel.account, project)
        except AccessDeniedError:
            self.end(kernel)
        except SecretsError:
            pass

    async def _open(self, kernel: Kernel, project: str) -> Project:
        await asyncio.to_thread(self._provider.check_use, kernel.account, check_project(project))
        return Project(project, self._provider, user=kernel.account.name)

    def _tell(self, kernel: Kernel, use: Use) -> None:
        project = kernel.projects.get(use.name)
        who = {"user": kernel.account.name, "kernel": kernel.name, "project": project.name if project else ""}
        self._write(json.dumps({"event": EVENT, **who, **asdict(use)}) + "\n")


class UnknownKernelError(AccessDeniedError):
    """The session's token is not known, as after a restart of the proxy, or comes from another address."""

    def __init__(self) -> None:
        super().__init__("proxy", "this kernel is not known here", "Type %secret use NAME again")
