"""Notices changes by asking, since Core tells of none: the list every two seconds, the values every ten."""

from __future__ import annotations

import hashlib
import queue
import random
import threading
import time
from collections.abc import Mapping

from ...backoff import Deadline, watch_pauses
from ...errors import AccessDeniedError, SecretsError
from ..base import Records
from .client import Client
from .look import Look, Missing
from .reading import listing, look

LIST_INTERVAL = 2.0
"""Seconds between two looks at the list: a write of ours, and whoever changes metadata, shows there."""
VALUES_INTERVAL = 10.0
"""Seconds between two looks at the values: the console and the SDK change one without a trace in the list."""
DEADLINE = 25.0
"""Seconds that one look may take."""


class Watch:
    """Looks again and again, and puts what has changed into ``news``; an error there is the last."""

    def __init__(self, client: Client, project: str) -> None:
        self.news: queue.SimpleQueue[Records | SecretsError] = queue.SimpleQueue()
        self._client = client
        self._project = project
        self._closing = threading.Event()
        self._versions: Mapping[str, object] | None = None
        self._read = 0.0
        self._shown = b""

    def run(self) -> None:
        """Looks until it is closed, or refused. What is lost later than the first look is waited out."""
        pauses = watch_pauses()
        while not self._closing.is_set():
            pause = random.uniform(0.75, 1.0) * LIST_INTERVAL  # not all at once
            try:
                self._look()
                pauses = watch_pauses()
            except SecretsError as error:
                if self._versions is None or isinstance(error, AccessDeniedError):
                    self.news.put(error)
                    return
                pause = next(pauses)
            self._closing.wait(pause)

    def close(self) -> None:
        """Ends it."""
        self._closing.set()

    def _look(self) -> None:
        deadline = Deadline(DEADLINE)
        if self._versions is not None and time.monotonic() - self._read < VALUES_INTERVAL - LIST_INTERVAL / 2:
            entities = listing(self._client, self._project, deadline).entities
            if {name: entity.version for name, entity in entities.items()} == self._versions:
                return
        now = look(self._client, self._project, deadline)
        self._read = time.monotonic()
        self._versions = {name: entity.version for name, entity in now.entities.items()}
        if (digest := _digest(now)) != self._shown:
            self._shown = digest
            self.news.put(now.records)


def _digest(now: Look) -> bytes:
    """Returns a digest of all that makes records: kept in place of the values, never shown."""
    told = hashlib.blake2b()
    for name in sorted(now.entities):
        value = now.values[name]
        shown = str(value.error).encode() if isinstance(value, Missing) else b"=" + value
        for part in (name.encode(), now.entities[name].metadata.to_json().encode(), shown):
            told.update(len(part).to_bytes(8, "big") + part)
    return told.digest()
