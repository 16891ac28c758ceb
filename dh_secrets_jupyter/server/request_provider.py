"""The provider as one request sees it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import ProviderUnavailableError, SecretsError
from ..project import Check
from ..providers.base import Change, Plan, Provider, Put, Record, Records, Unconditional
from .etags import ETags, matches
from .http_errors import PreconditionError
from .own_changes import OwnChange, Write

if TYPE_CHECKING:
    from .project_watches import ProjectWatches


class RequestProvider:
    """A provider for one request: it keeps what the request read, and announces each write to the watches.

    Args:
        provider: the provider itself.
        etags: makes the tags.
        watches: learns of each write, so that it is reported as this user's.
        user: whose request it is.
        notices: takes what the user should know of each write.
    """

    def __init__(
        self, provider: Provider, etags: ETags, watches: ProjectWatches, user: str, notices: list[str]
    ) -> None:
        self.name = provider.name
        self._provider = provider
        self._etags = etags
        self._watches = watches
        self._user = user
        self._notices = notices
        self._records: Records = {}

    def etag(self, project: str, name: str) -> str:
        """Returns the ``ETag`` header of a secret as this request saw it last."""
        return f'"{self._etags.tag(project, name, self.seen(name))}"'

    def seen(self, name: str) -> Record:
        """Returns a secret as this request saw it last."""
        return self._records[name]

    def check(self, project: str, name: str, header: str | None) -> Check | None:
        """Returns what :meth:`.project.Project.edit` takes as ``check`` for this ``If-Match`` header."""
        if header is None:
            return None

        def check(record: Record) -> None:
            if not matches(header, self._etags.tag(project, name, record)):
                raise PreconditionError(name, "it has been changed meanwhile", "Load it again, and repeat the change")

        return check

    def place(self, project: str) -> str:
        return self._provider.place(project)

    def read(self, project: str) -> Records:
        self._records = self._provider.read(project)
        return self._records

    def write(self, project: str, plan: Plan) -> Records:
        """Writes, and says so to the watches: before each attempt, and how it ended."""
        write = Write(self._provider, project, self._user)
        names: set[str] = set()

        def announced(records: Records) -> Sequence[Change]:
            changes = plan(records)
            names.update(change.name for change in changes)
            self._watches.announce_own_change(write, [self._step(project, records, change) for change in changes])
            return changes

        try:
            announcing = Unconditional(announced) if isinstance(plan, Unconditional) else announced
            self._records = self._provider.write(project, announcing)
        except BaseException as error:
            is_refused = isinstance(error, SecretsError) and not isinstance(error, ProviderUnavailableError)
            (self._watches.write_refused if is_refused else self._watches.write_unknown)(write)
            raise
        self._notices += getattr(self._records, "notices", ())
        after = {name: self._records[name] for name in names & self._records.keys()}
        self._watches.write_done(write, self._etags.tags(project, after))
        return self._records

    def warning(self, project: str) -> str:
        return self._provider.warning(project)

    def _step(self, project: str, records: Records, change: Change) -> OwnChange:
        def tag(record: Record | None) -> str | None:
            return None if record is None else self._etags.tag(project, change.name, record)

        new = Record(change.value, change.metadata) if isinstance(change, Put) else None
        return OwnChange(self._user, change.name, tag(records.get(change.name)), tag(new))

    def projects(self) -> Sequence[str] | None:
        return self._provider.projects()

    def writable(self, project: str) -> bool:
        return self._provider.writable(project)

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        return self._provider.watch(project, stop)
