"""What one kernel was granted: its session, and of each secret in it the project that it is read from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

from ..models import check_name
from ..project import Project
from ..wire import JSON
from .connection import Use
from .session import Held, Session


class Grants:
    """The stand-ins of one kernel, of any of its projects.

    Args:
        on_use: told of each value that was put in: project, name, host, method and status.
        on_authority: told of each authority, in PEM, before its first leaf.
        token: the session's; a new one by default.

    Attributes:
        session: what the kernel's clients use.
    """

    def __init__(self, on_use: Callable[[JSON], None], on_authority: Callable[[str], None], token: str = "") -> None:
        self._secrets: dict[str, tuple[Project, str]] = {}
        self.session = Session(self._read, lambda use: on_use(self._used(use)), on_authority, token)

    async def grant(self, project: Project, names: Iterable[str]) -> JSON:
        """Returns for each secret its stand-in and its hosts; for all or none."""
        keys = {name: self._key(project, check_name(name)) for name in names}
        held = {name: await self._hold(key, project, name) for name, key in keys.items()}
        for one in held.values():
            self.session.authority(one.hosts)
        return {name: {"text": await self.session.use(key), "hosts": held[name].hosts} for name, key in keys.items()}

    def revoke(self, source: tuple[str, str], names: Iterable[str]) -> JSON:
        """Ends stand-ins of a project's secrets."""
        names = set(names)
        for key, (opened, name) in self._secrets.items():
            if name in names and opened.source == source:
                self.session.forget(key)
        return {}

    def end(self) -> None:
        """Ends all stand-ins."""
        for key in self.session.stand_ins:
            self.session.forget(key)

    def projects(self) -> set[str]:
        """Returns the names of the projects whose secrets have stand-ins."""
        return {self._secrets[key][0].name for key in self.session.stand_ins}

    def report(self) -> JSON:
        """Returns how often each secret was put in, and the newest refusals."""
        uses = [[*self._named(key), count] for key, count in self.session.uses.items()]
        return {"uses": uses, "refusals": [[refused.host, refused.reason] for refused in self.session.refusals]}

    async def _hold(self, key: str, project: Project, name: str) -> Held:
        self._secrets.setdefault(key, (project, name))
        return await self.session.current(key)

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
        return asdict(replace(use, project=project, name=name))
