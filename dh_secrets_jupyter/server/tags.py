"""Entity tags of secrets: RFC 9110's ``ETag`` and ``If-Match``, without telling anything about the value."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import ProviderUnavailableError, SecretsError
from ..project import Check
from ..providers.base import Change, Plan, Provider, Put, Record, Records
from .failures import PreconditionError
from .own import OwnChange, Write

if TYPE_CHECKING:
    from .live import Live

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


class Tagger:
    """Makes tags of value and metadata with a key that only this process knows: nobody can try values against one."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def tag(self, project: str, name: str, record: Record) -> str:
        """Returns the tag of one secret, without quotes; of equal secrets under two names the tags differ."""
        around = json.dumps([project, name, record.metadata.to_json()]).encode()
        # Its own length before it keeps the two parts apart.
        message = len(around).to_bytes(8, "big") + around + record.value
        return base64.urlsafe_b64encode(hmac.digest(self._key, message, "sha256")[:18]).decode()

    def tags(self, project: str, records: Records) -> dict[str, str]:
        """Returns the tags of all secrets of a project by name."""
        return {name: self.tag(project, name, record) for name, record in records.items()}


def matches(header: str, tag: str) -> bool:
    """Returns whether an ``If-Match`` header lets the secret with that tag pass (RFC 9110, 13.1.1).

    ``*`` passes any, a weak tag never does, and what cannot be read passes none.
    """
    if header.strip() == "*":
        return True
    position, found = 0, False
    while position < len(header):
        part = _TAG.match(header, position)
        if not part:
            return False
        found |= part[1] is None and part[2] == tag
        position = part.end()
    return found


class Witness:
    """A provider as one request uses it. It knows the tags of what it saw, and tells of each change through it.

    Args:
        provider: the provider itself.
        tagger: makes the tags.
        live: is told of each write.
        user: whose request it is.
    """

    def __init__(self, provider: Provider, tagger: Tagger, live: Live, user: str) -> None:
        self.name = provider.name
        self._provider = provider
        self._tagger = tagger
        self._live = live
        self._user = user
        self._records: Records = {}

    def etag(self, project: str, name: str) -> str:
        """Returns the ``ETag`` header of a secret as this request saw it last."""
        return f'"{self._tagger.tag(project, name, self.seen(name))}"'

    def seen(self, name: str) -> Record:
        """Returns a secret as this request saw it last."""
        return self._records[name]

    def check(self, project: str, name: str, header: str | None) -> Check | None:
        """Returns what :meth:`.project.Project.edit` takes as ``check`` for this ``If-Match`` header."""
        if header is None:
            return None

        def check(record: Record) -> None:
            if not matches(header, self._tagger.tag(project, name, record)):
                raise PreconditionError(name, "it has been changed meanwhile", "Load it again, and repeat the change")

        return check

    def place(self, project: str) -> str:
        return self._provider.place(project)

    def read(self, project: str) -> Records:
        self._records = self._provider.read(project)
        return self._records

    def write(self, project: str, plan: Plan) -> Records:
        """Writes, and tells of it: before each attempt, and how it ended."""
        write = Write(self._provider, project, self._user)
        names: set[str] = set()

        def announced(records: Records) -> Sequence[Change]:
            changes = plan(records)
            names.update(change.name for change in changes)
            self._live.attempt(write, [self._step(project, records, change) for change in changes])
            return changes

        try:
            self._records = self._provider.write(project, announced)
        except ProviderUnavailableError:
            self._live.unknown(write)
            raise
        except SecretsError:
            self._live.refused(write)
            raise
        except BaseException:
            self._live.unknown(write)
            raise
        after = {name: self._records[name] for name in names & self._records.keys()}
        self._live.done(write, self._tagger.tags(project, after))
        return self._records

    def warning(self, project: str) -> str:
        return self._provider.warning(project)

    def _step(self, project: str, records: Records, change: Change) -> OwnChange:
        def tag(record: Record | None) -> str | None:
            return None if record is None else self._tagger.tag(project, change.name, record)

        new = Record(change.value, change.metadata) if isinstance(change, Put) else None
        return OwnChange(self._user, change.name, tag(records.get(change.name)), tag(new))

    def projects(self) -> Sequence[str] | None:
        return self._provider.projects()

    def writable(self, project: str) -> bool:
        return self._provider.writable(project)

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        return self._provider.watch(project, stop)
