"""The requests of one change, one after the other; what became of each where an answer says nothing; and what to say
where only a part of them was done."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...backoff import Deadline, pauses
from ...errors import SecretsError
from ..base import Change, Put, Remove, check_total
from ..exchange import OutcomeUnknownError
from .client import Answer, Client, unavailable
from .entity import Entity, new
from .look import Look, Missing, NoValue
from .outcome import halfway
from .permissions import forbidden
from .reading import Listing, listing, look_at_list, path, unexpected, values

AFTERMATH = 1.0
"""Seconds in addition, to see and put back what a failure has left."""


class RacedError(Exception):
    """Somebody else has created or deleted one of the secrets meanwhile; nothing of the change is left."""


class Steps:
    """One change.

    Args:
        before: the project as the change was made of it.
        deadline: when to give up, and how long to pause between tries.

    Attributes:
        after: the project as far as it is changed.
        took: seconds that Core took to write values, which it has to read first.
    """

    def __init__(self, client: Client, project: str, before: Look, deadline: Deadline) -> None:
        self.after = replace(before, entities=dict(before.entities), values=dict(before.values))
        self.took = 0.0
        self._client = client
        self._project = project
        self._before = before
        self._deadline = deadline

    def take(self, changes: Sequence[Change]) -> None:
        """Takes all steps.

        Raises:
            RacedError: somebody else has created or deleted one of the secrets.
            TooLargeError: there is no room for the values, and nothing is changed.
            ProviderUnavailableError: a step could not be taken, or nobody knows; the error says what is changed.
        """
        puts = [change for change in changes if isinstance(change, Put)]
        created = [put for put in puts if put.name not in self._before.entities]
        changed = [put for put in puts if put.name in self._before.entities]
        removed = [change for change in changes if isinstance(change, Remove) and change.name in self._before.entities]
        failure, unknown = None, False
        try:
            for put in created:
                self._create(put)
            self._put_values([put for put in puts if self._is_new(put)])
            for put in changed:
                self._put_metadata(put)
            for change in removed:
                self._delete(change.name)
        except RacedError:
            self._take_back(created)
            raise
        except SecretsError as error:
            failure = error
        except OutcomeUnknownError:
            failure, unknown = unavailable("does not answer"), True
        if failure:
            self._take_back(created)
            raise halfway(changes, self._before, self._now(changes), failure, unknown=unknown)

    def _is_new(self, put: Put) -> bool:
        return not isinstance(put.value, NoValue) and put.value != self._before.values.get(put.name)

    def _create(self, put: Put) -> None:
        identity = uuid.uuid4().hex
        body = new(self._project, put.name, identity, put.metadata)

        def done() -> Answer | None:
            entity = self._listed().entities.get(put.name)
            if entity and entity.id != identity:
                raise RacedError
            return Answer(200, entity.fields) if entity else None

        answer = self._send("POST", "", body, done)
        if answer.says("Duplicated entity"):
            answer = done() or answer
        if not (entity := Entity.of(answer.body) if answer.ok else None):
            raise unexpected(answer)
        self.after.entities[put.name] = entity
        self.after.values[put.name] = Missing(unavailable("has no value of it"), proven=True)

    def _put_values(self, puts: Sequence[Put]) -> None:
        """All at once; Core writes them one by one, and where it fails some may be written."""
        wanted = {put.name: put.value for put in puts}

        def done() -> Answer | None:
            for name, value in self._read(*wanted).items():
                if value == wanted[name]:
                    self.after.values[name] = value
                elif value != self._before.values.get(name) and not isinstance(value, Missing):
                    raise OutcomeUnknownError  # somebody else's
            if all(self.after.values[name] == value for name, value in wanted.items()):
                return Answer(200)
            self._check_room(wanted)
            return None

        if wanted:
            body = {name: value.decode() for name, value in wanted.items()}
            began = time.monotonic()
            answer = self._send("PUT", "/data", body, done)
            self.took = time.monotonic() - began
            if answer.says("missing secrets"):
                raise RacedError
            if not answer.ok:
                raise unexpected(answer)
            self.after.values.update(wanted)

    def _check_room(self, wanted: Mapping[str, bytes]) -> None:
        """Core does not say that there is no room, which is so where others have made their values larger unseen."""
        found = self._read(*self.after.entities)
        there = {name: len(value) for name, value in found.items() if isinstance(value, bytes)}
        check_total(self._project, (there | {name: len(value) for name, value in wanted.items()}).values())

    def _put_metadata(self, put: Put) -> None:
        old = self._before.entities[put.name]

        def done() -> Answer | None:
            entity = self._listed().entities.get(put.name)
            if entity is None or entity.id != old.id:
                raise OutcomeUnknownError  # somebody else's
            return Answer(200, entity.fields) if entity.version != old.version else None

        answer = self._send("PUT", f"/{old.id}", old.changed(put.metadata), done)
        if answer.status == 404:
            raise RacedError
        if not (entity := Entity.of(answer.body) if answer.ok else None):
            raise unexpected(answer)
        self.after.entities[put.name] = entity

    def _delete(self, name: str) -> None:
        entity = self._before.entities[name]

        def done() -> Answer | None:
            now = self._listed().entities.get(name)
            return Answer(200) if now is None or now.id != entity.id else None

        answer = self._send("DELETE", f"/{entity.id}", None, done)
        if not answer.ok and answer.status != 404:
            raise unexpected(answer)
        self._gone(name)

    def _gone(self, name: str) -> None:
        self.after.entities.pop(name, None)
        self.after.values.pop(name, None)

    def _send(self, method: str, rest: str, body: object, done: Callable[[], Answer | None]) -> Answer:
        """Sends a request until it is known what became of it.

        Args:
            done: looks; returns an answer where it was done, None where it was certainly not.

        Raises:
            OutcomeUnknownError: nobody knows.
        """
        for pause in pauses():
            answer = None
            with contextlib.suppress(OutcomeUnknownError):
                answer = self._client.request(method, path(self._project, rest), body, deadline=self._deadline)
            if answer and answer.status == 403:
                raise forbidden(self._client, self._project, self._deadline)
            if answer and answer.status < 500:
                return answer
            if found := done():
                return found
            if not self._deadline.pause(pause):
                if answer is None:
                    raise OutcomeUnknownError
                return answer
        raise AssertionError("pauses never end")

    def _listed(self) -> Listing:
        return listing(self._client, self._project, self._deadline)

    def _read(self, *names: str) -> dict[str, bytes | Missing]:
        return values(self._client, self._project, [self.after.entities[name] for name in names], self._deadline)

    def _aftermath(self) -> Deadline:
        return self._deadline.ending(self._deadline.at + AFTERMATH)

    def _now(self, changes: Sequence[Change]) -> Look | None:
        """Looks at the secrets as they are after a failure; None where that cannot be seen."""
        with contextlib.suppress(SecretsError):
            now = look_at_list(self._client, self._project, self._aftermath())
            now.read(change.name for change in changes)
            return now
        return None

    def _take_back(self, created: Sequence[Put]) -> None:
        """Deletes the entities that were created and have no value."""
        for put in created:
            entity = self.after.entities.get(put.name)
            if entity and not isinstance(self.after.values.get(put.name), bytes):
                with contextlib.suppress(SecretsError, OutcomeUnknownError):
                    rest = path(self._project, f"/{entity.id}")
                    if self._client.request("DELETE", rest, deadline=self._aftermath()).status in (200, 404):
                        self._gone(put.name)
