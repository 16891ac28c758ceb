"""Follows one Secret: what it is now, then each change as the API server reports it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...errors import ProviderUnavailableError, SecretsError
from ..base import Records
from .layout import Look

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

EXPIRY = 60
"""Seconds after which the API server is asked to end a watch, so that a connection lost in silence is noticed."""
RECONNECT = 0.5
"""Seconds between the end of one watch and the next."""
GLANCE = 0.25
"""Seconds between two looks at whether to stop."""

Open = Callable[[], "BaseHTTPResponse"]


def follow(look: Callable[[], Look], open_watch: Open, stop: threading.Event) -> Iterator[Records]:
    """Yields records as :meth:`.base.Provider.watch` says.

    What blocks is done in a thread of its own, so that ``stop`` is heeded whatever the network does.

    Raises:
        AccessDeniedError: reading or watching is not allowed.
        ProviderUnavailableError: there was no API server from the beginning; later losses are waited out.
    """
    follower = _Follower(look, open_watch)
    threading.Thread(target=follower.run, name="dh-secrets-watch", daemon=True).start()
    try:
        while not stop.is_set():
            try:
                news = follower.news.get(timeout=GLANCE)
            except queue.Empty:
                continue
            if isinstance(news, SecretsError):
                raise news
            yield news
    finally:
        follower.close()


class _Follower:
    """Keeps a watch open, and puts what it sees into ``news``; an error there is the last."""

    def __init__(self, look: Callable[[], Look], open_watch: Open) -> None:
        self.news: queue.SimpleQueue[Records | SecretsError] = queue.SimpleQueue()
        self._look = look
        self._open_watch = open_watch
        self._closing = threading.Event()
        self._stream: BaseHTTPResponse | None = None
        self._last: Records | None = None

    def run(self) -> None:
        """Tells what is there, then each change, until it is closed or refused."""
        opened = False
        while not self._closing.is_set():
            try:
                if not opened:
                    self._tell(self._look())  # at once, and with the patience of a read
                    opened = True
                self._watch_once()
            except ProviderUnavailableError as error:
                if self._last is None:
                    self.news.put(error)
                    return
            except SecretsError as error:
                self.news.put(error)
                return
            self._closing.wait(RECONNECT)

    def close(self) -> None:
        self._closing.set()
        stream = self._stream
        if stream is not None:
            try:
                stream.shutdown()  # wakes the thread that reads
            except (OSError, ValueError, RuntimeError):
                return  # it has ended by itself

    def _watch_once(self) -> None:
        # Opened before the look, so that no change falls between the two. Without a resourceVersion to start from,
        # because that of an old Secret may have been compacted away, and an absent one has none.
        with self._open_watch() as self._stream:
            if self._closing.is_set():  # before there was a stream to wake us from
                return
            self._tell(self._look())
            for event in _events(self._stream):
                if event.get("type") == "ERROR":  # expired, for example
                    return
                gone = event.get("type") == "DELETED"
                self._tell(Look() if gone else Look.at(event["object"]))

    def _tell(self, look: Look) -> None:
        if look.records != self._last:
            self._last = look.records
            self.news.put(look.records)


def _events(stream: BaseHTTPResponse) -> Iterator[dict[str, Any]]:
    """Yields the events, one JSON object a line, until the connection ends in whatever way."""
    from urllib3.exceptions import HTTPError

    rest = b""
    try:
        for part in stream.stream():
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                yield json.loads(line)
    except (HTTPError, OSError, ValueError):
        return
