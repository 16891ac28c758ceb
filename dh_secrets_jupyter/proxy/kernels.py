"""The kernels that a cluster's proxy knows: who each is, what it may use, and when that ends.

A kernel proves itself by its projected token, once, and gets a session's token, which is good for its pod's address
alone. The API server is asked again of each while it lasts; nothing is kept on disk.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..errors import AccessDeniedError, SecretsError
from ..models import check_project
from ..project import Project
from ..providers.kubernetes.reviews import Account, ReviewingProvider
from ..wire import JSON
from .grants import Grants
from .session import Session

CHECK = 20.0
"""Seconds between one question about a kernel and the next; each may take 10, and a minute is what is promised."""
MOST = 64
"""Kernels of one address."""
EVENT = "secret-used/v1"


@dataclass
class Kernel:
    """One kernel.

    Attributes:
        grants: what it may have put in.
        trust: the certificates of its authorities, in PEM.
        account: whose pod it is in.
        address: the pod's.
        name: the pod's name, and what the kernel calls itself.
        token: the projected one, the newest that it sent.
    """

    grants: Grants
    trust: list[str]
    account: Account
    address: str
    name: str
    token: str = field(repr=False)


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
        return kernel.grants.session if kernel and kernel.address == address else None

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
        trust: list[str] = []
        grants = Grants(lambda use: self._tell(kernel, use), trust.append)
        named = "/".join(filter(None, [account.pod, name]))
        kernel = self._kernels[grants.session.token] = Kernel(grants, trust, account, address, named, token)
        return grants.session.token

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

    async def grant(self, kernel: Kernel, project: str, names: Iterable[str]) -> JSON:
        """Returns what :meth:`.grants.Grants.grant` does, and the certificates to trust."""
        return {"granted": await kernel.grants.grant(await self._open(kernel, project), names), "trust": kernel.trust}

    async def list(self, kernel: Kernel, project: str) -> JSON:
        """Returns of each secret of a project that may be used its description and its hosts."""
        opened = await self._open(kernel, project)
        found = await asyncio.to_thread(opened.list_secrets)
        return {
            secret.name: {"description": secret.metadata.description, "hosts": secret.metadata.hosts}
            for secret in found
            if secret.metadata.hosts
        }

    def revoke(self, kernel: Kernel, project: str, names: Iterable[str]) -> JSON:
        """Ends stand-ins."""
        return kernel.grants.revoke((self._provider.name, project), names)

    def end(self, kernel: Kernel) -> JSON:
        """Ends all that a kernel has."""
        self._kernels.pop(kernel.grants.session.token, None)
        kernel.grants.end()
        return {}

    async def keep_checking(self) -> None:
        """Asks the API server again and again of each kernel, and ends those that may nothing any more."""
        while True:
            await asyncio.sleep(CHECK)
            await asyncio.gather(*map(self.check, list(self._kernels.values())))

    async def check(self, kernel: Kernel) -> None:
        """Ends a kernel whose token or right is gone; where nobody can say so, it goes on."""
        try:
            kernel.account = await asyncio.to_thread(self._provider.authenticate, kernel.token)
            for project in kernel.grants.projects():
                await asyncio.to_thread(self._provider.check_use, kernel.account, project)
        except AccessDeniedError:
            self.end(kernel)
        except SecretsError:
            pass

    async def _open(self, kernel: Kernel, project: str) -> Project:
        await asyncio.to_thread(self._provider.check_use, kernel.account, check_project(project))
        return Project(project, self._provider, user=kernel.account.name)

    def _tell(self, kernel: Kernel, use: JSON) -> None:
        who = {"user": kernel.account.name, "kernel": kernel.name}
        self._write(json.dumps({"event": EVENT, **who, **use}) + "\n")


class UnknownKernelError(AccessDeniedError):
    """The session's token is not known, as after a restart of the proxy, or comes from another address."""

    def __init__(self) -> None:
        super().__init__("proxy", "this kernel is not known here", "Type %secret use NAME again")
