"""Follows one Secret: what it is now, then each change as the API server reports it."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...backoff import STABLE_AFTER, watch_pauses
from ...errors import AccessDeniedError, SecretsError
from ..base import Records
from ..watch_thread import follow_thread
from .manifest import PREFIX, Look

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

EXPIRY = 60
"""Seconds after which the API server is asked to end a watch, so that a connection lost in silence is noticed."""
KINDS = ("ADDED", "MODIFIED", "DELETED", "BOOKMARK")
"""What a watch tells: changes, and now and then where it is."""
PART = 65536
"""Bytes of a watch that are read at once, at most."""

OpenWatch = Callable[[str], "BaseHTTPResponse"]
"""Opens a watch that begins after a resourceVersion, or, where that is empty, with what is there."""


def follow(fetch: Callable[[], Look], open_watch: OpenWatch, stop: threading.Event) -> Iterator[Records]:
    """Yields records as :meth:`.base.Provider.watch` says.

    What blocks is done in a thread of its own, so that ``stop`` is heeded whatever the network does.

    Raises:
        AccessDeniedError: reading or watching is not allowed.
        ProviderUnavailableError: there was no API server from the beginning; later losses are waited out.
    """
    follower = _Follower(fetch, open_watch)
    return follow_thread(follower.run, follower.news, stop, follower.close)


class _Follower:
    """Keeps a watch open, and puts what it sees into ``news``; an error there is the last.

    No change is lost between two watches, and none is shown twice: the next one begins where the last one ended, as
    long as the API server remembers what happened since. Else it begins with what is there, and what is older than
    that is left out.
    """

    def __init__(self, fetch: Callable[[], Look], open_watch: OpenWatch) -> None:
        self.news: queue.SimpleQueue[Records | SecretsError] = queue.SimpleQueue()
        self._fetch = fetch
        self._open_watch = open_watch
        self._closing = threading.Event()
        self._stream: BaseHTTPResponse | None = None
        self._shown: bytes | None = None
        self._uid = ""  # of the Secret that was there last
        self._gone = ""  # the uid of one that is there no more
        self._version = ""  # of what was seen last
        self._resume = ""  # where the next watch begins

    def run(self) -> None:
        """Tells what is there, then each change, until it is closed or refused."""
        pauses = watch_pauses()
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._watch_once()
            except SecretsError as error:
                if self._shown is None or isinstance(error, AccessDeniedError):
                    self.news.put(error)
                    return
            if time.monotonic() - began > STABLE_AFTER:
                pauses = watch_pauses()
            self._closing.wait(next(pauses))

    def close(self) -> None:
        self._closing.set()
        stream = self._stream
        if stream is not None:
            try:
                stream.shutdown()  # wakes the thread that reads
            except (OSError, ValueError, RuntimeError):
                return  # it has ended by itself

    def _watch_once(self) -> None:
        with self._open_watch(self._resume) as self._stream:
            if self._closing.is_set():  # before there was a stream to wake us from
                return
            if not self._resume:
                # Once the watch is open, so that no change falls between the two, and nobody is shown anything who
                # may not watch. The watch cannot begin at the Secret's own resourceVersion: it may be too old, and a
                # Secret that is absent has none.
                self._tell(self._fetch())
            for event in events(self._stream):
                if event.get("type") not in KINDS:
                    self._resume = ""  # ERROR: where it should begin is too old by now, for example
                    return
                self._heed(event["type"], event["object"])
                del event  # no value is kept while nothing happens

    def _heed(self, kind: str, body: dict[str, Any]) -> None:
        self._resume = version = body["metadata"]["resourceVersion"]
        # A watch without a beginning may show what came before the Secret was read.
        if kind == "BOOKMARK" or body["metadata"]["uid"] == self._gone or _precedes(version, self._version):
            return
        look = Look.at(body)
        self._tell(Look(uid=look.uid, resource_version=version) if kind == "DELETED" else look)

    def _tell(self, look: Look) -> None:
        if not look.exists:
            self._gone = self._uid
        self._uid = look.uid or self._uid
        self._version = look.resource_version
        if (digest := _digest(look)) != self._shown:
            self._shown = digest
            self.news.put(look.records)


def _precedes(version: str, seen: str) -> bool:
    """Returns whether a resourceVersion is not newer than another; they are numbers to compare where both are."""
    return version.isdecimal() and seen.isdecimal() and int(version) <= int(seen)


def _digest(look: Look) -> bytes:
    """Returns a digest of all that makes records: kept in place of the values, never shown."""
    ours = {key: text for key, text in (look.annotations or {}).items() if key.startswith(PREFIX)}
    return hashlib.blake2b(json.dumps([look.data or {}, ours], sort_keys=True).encode()).digest()


def events(stream: BaseHTTPResponse) -> Iterator[dict[str, Any]]:
    """Yields the events, one JSON object a line, as soon as they arrive, until the connection ends in whatever way."""
    from urllib3.exceptions import HTTPError

    rest = b""
    try:
        # What has arrived, whether in chunks or not: a larger read would wait until so many bytes have come together.
        while part := stream.read1(PART):
            *lines, rest = (rest + part).split(b"\n")
            del part
            while lines:
                if line := lines.pop(0).strip():
                    event = json.loads(line)
                    del line
                    yield event
                    del event
    except (HTTPError, OSError, ValueError):
        return
