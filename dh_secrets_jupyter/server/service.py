"""What all requests of one server share: the provider, the threads, the tags and the events."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from jupyter_events import EventLogger

from ..errors import ProviderUnavailableError, SecretsError
from ..models import check_project
from ..project import Project
from ..providers.base import has_own_register, metadata_of
from ..settings import DHSecrets
from ..wire import JSON, secrets_to_json
from .etags import ETags
from .events import Events
from .memory import Memory
from .project_watches import ProjectWatches
from .request_provider import RequestProvider
from .single_flight import SingleFlight
from .thread_pool import REQUEST_TIMEOUT, ThreadPool

T = TypeVar("T")
MAX_KNOWN = 1000
"""Projects that are remembered where the provider cannot list them."""


class Service:
    """One server's access to secrets.

    Args:
        settings: ``c.DHSecrets`` of the server.
        logger: the server's event bus.
        loop: the server's event loop.
        saved_file: returns where the file lies that has a path in Jupyter's contents; raises :class:`SecretsError`.
    """

    def __init__(
        self,
        settings: DHSecrets,
        logger: EventLogger,
        loop: asyncio.AbstractEventLoop,
        saved_file: Callable[[str], Path],
    ) -> None:
        self.settings = settings
        self.saved_file = saved_file
        self.events = Events(logger, loop)
        self.etags = ETags()
        self.memory = Memory(loop)
        self.watches = ProjectWatches(self.etags, self.events, self.memory, loop)
        self.lists = SingleFlight(self._list)
        self.writable = SingleFlight(self._ask_writable)
        self._threads = ThreadPool()
        self._opening = threading.Lock()
        self._default: Project | None = None
        self._used: set[str] = set()

    async def run(self, call: Callable[[], T], *, timeout: float = REQUEST_TIMEOUT) -> T:
        """Runs a call that may block, off the event loop. Raises as :meth:`.thread_pool.ThreadPool.run`."""
        self.memory.give_back_soon()
        return await self._threads.run(call, timeout=timeout)

    def default(self) -> Project:
        """Returns the project of the settings; the first call finds and loads the provider, all others share it.

        Raises:
            InvalidNameError: the settings have a bad project.
            ProviderUnavailableError: the provider cannot be used here.
        """
        with self._opening:
            if self._default is None:
                self._default = self._open()
                self.etags.with_stamps = not has_own_register(self._default.provider)
        return self._default

    async def opened(self) -> Project:
        """Returns the same; once it is open without waiting for threads, which a provider may hold up."""
        if self._default is not None:
            return self._default
        return await self.run(self.default)

    def _open(self) -> Project:
        try:
            # Nothing is changed through this one: each request makes its own, in its user's name.
            return self.settings.open(user="", any_project=True)
        except SecretsError as error:
            if type(error) is not SecretsError:
                raise
            unknown = error
        # That the administrator named no provider there is, is not the fault of whoever asks.
        raise ProviderUnavailableError(unknown.subject, unknown.problem, unknown.hint.removesuffix("."))

    async def _list(self, name: str) -> list[JSON]:
        def read() -> list[JSON]:
            found = secrets_to_json(metadata_of(self.default().provider, name))
            if found:
                self.remember(name)
            return found

        return await self.run(read)

    async def _ask_writable(self, name: str) -> bool:
        return await self.run(lambda: self.default().provider.writable(name))

    def project(self, name: str, user: str, notices: list[str]) -> tuple[Project, RequestProvider]:
        """Opens a project for one request. Raises as :meth:`default`, and :class:`InvalidNameError`."""
        check_project(name)
        provider = RequestProvider(self.default().provider, self.etags, self.watches, user, notices)
        return Project(name, provider, user=user), provider

    def remember(self, name: str) -> None:
        """Remembers a project that has secrets, or that was changed; one whose name was only typed is no such."""
        if len(self._used) < MAX_KNOWN:
            self._used.add(name)

    def projects(self) -> list[str]:
        """Returns the projects that the provider lists; where it cannot, the default one and those used so far."""
        default = self.default()
        listed = default.provider.projects()
        return sorted(self._used | {default.name} if listed is None else listed)
