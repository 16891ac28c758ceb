"""Requests to the API server: a deadline for each, repeated where that is safe, failures as one clear line.

No part of a response's text ever gets into an error: the API server repeats whole objects in some of its refusals.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...backoff import Deadline, pauses
from ...errors import ProviderUnavailableError
from ..exchange import DeadlineError, Exchange, OutcomeUnknownError
from . import pools
from .admission import verdict
from .connection import Connection, Target, connect

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection."""
READ_TIMEOUT = 19.0
"""Seconds to wait for an answer, or for the next part of one."""
LOGIN_TIMEOUT = 15.0
"""Seconds that finding credentials may take: a kubeconfig can name a program to ask."""
RETRY_TIMEOUT = 5.0
"""Seconds for which a request is repeated while there is no API server, or one that fails."""
BUSY = 0.05
"""Seconds before the next try at an API server that is there, and busy, when all pauses have been taken."""
JSON = "application/json"
JSON_PATCH = "application/json-patch+json"


@dataclass(frozen=True)
class Answer:
    """What the API server said: HTTP status, JSON, and the seconds after which it wants to be asked again."""

    status: int
    body: dict[str, Any] = field(repr=False)
    retry_after: float = 0

    @property
    def ok(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class _Request:
    """What is sent."""

    method: str
    path: str
    content: bytes | None = field(default=None, repr=False)
    content_type: str = JSON


class _Trouble(Enum):
    """Why there is no answer: as it is said, and whether the request may have arrived."""

    CERTIFICATE = ("has a certificate that your credentials do not trust", False)
    UNREACHED = ("cannot be reached", False)
    UNSENT = ("does not answer", False)
    BROKEN = ("does not answer", True)

    def __init__(self, why: str, sent: bool) -> None:
        self.why = why
        self.sent = sent


class _Held:
    """One process's connection: after a fork the child makes its own. ``lock`` is for who logs in."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.connection: Connection | None = None

    def drop(self, connection: Connection) -> None:
        """Has credentials looked up again, unless somebody has done so by now."""
        if self.connection is connection:
            self.connection = None


class Client:
    """The API server of one target, as this machine's user; may be shared between threads and over a fork."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._held = _Held()

    def begin(self, seconds: float) -> Deadline:
        """Begins a call that may take so long. What is imported once for all of them is no part of that time."""
        pools.load()
        return Deadline(seconds)

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        deadline: Deadline,
        content_type: str = JSON,
        changes: bool = False,
    ) -> Answer:
        """Sends one request, again where that is safe; answers 401 only after credentials were looked up anew.

        Args:
            deadline: when to give up, and how long to pause between tries.
            changes: it changes something, so that it must not be sent twice.

        Raises:
            ProviderUnavailableError: there is no API server, or it fails.
            OutcomeUnknownError: it may have made a change.
        """
        request = _Request(method, path, None if body is None else _encode(body), content_type)
        patient_until = time.monotonic() + RETRY_TIMEOUT
        renewed = False
        for pause in pauses():
            connection = self._connect(deadline)
            found = self._once(connection, request, deadline)
            trouble = found if isinstance(found, _Trouble) else None
            answer = Answer(0, {}) if isinstance(found, _Trouble) else found
            ruled = verdict(answer.body) is not None  # by a rule of the cluster, which is free to choose the status
            if (trouble is _Trouble.CERTIFICATE or answer.status == 401) and not renewed and not ruled:
                renewed = True
                self._held.drop(connection)  # tokens and certificates are replaced while a kernel runs
                continue
            # An API server that is asked too much, or that gave up a patch because others kept changing the object, is
            # there and has done nothing.
            busy = answer.status == 429 or (method == "PATCH" and answer.status == 409)
            if trouble is None and ((answer.status < 500 and not busy) or ruled):
                return answer
            if changes and (trouble.sent if trouble else answer.status >= 500):
                raise OutcomeUnknownError
            if busy:
                # Where all pauses have been taken, it is asked again soon: nobody is kept waiting for being polite.
                again = deadline.wait(answer.retry_after) if answer.retry_after else deadline.pause(pause)
                again = again or (not answer.retry_after and deadline.wait(BUSY))
            else:
                pause = max(pause, answer.retry_after)
                patient = trouble is not _Trouble.CERTIFICATE and time.monotonic() + pause <= patient_until
                again = patient and deadline.pause(pause)
            if again:
                continue
            if answer.status == 409:
                return answer
            raise _unavailable(connection, trouble.why if trouble else f"answers with HTTP status {answer.status}")
        raise AssertionError("pauses never end")

    def open(self, path: str, silence: float, deadline: Deadline | None = None) -> BaseHTTPResponse | Answer:
        """Opens an answer that goes on, or returns the refusal. The caller closes it.

        Args:
            silence: seconds without any news after which the connection counts as lost.
            deadline: when to give up before it has begun; by default each try has its own.

        Raises:
            ProviderUnavailableError: there is no API server, or the connection was lost.
        """
        for last in (False, True):
            ends = deadline or self.begin(READ_TIMEOUT)
            connection = self._connect(ends)
            response = self._send(connection, _Request("GET", path), silence, ends, stream=True)
            if isinstance(response, _Trouble):
                if response is _Trouble.BROKEN and not last:
                    continue  # the API server may have closed a connection that had been idle
                raise _unavailable(connection, response.why)
            if response.status == 200:
                return response
            response.close()
            if response.status != 401 or last:
                return Answer(response.status, {})
            self._held.drop(connection)
        raise AssertionError("the second time is the last")

    def _once(self, connection: Connection, request: _Request, deadline: Deadline) -> Answer | _Trouble:
        read = min(READ_TIMEOUT, max(1.0, deadline.left))
        response = self._send(connection, request, read, deadline)
        if isinstance(response, _Trouble):
            return response
        try:
            body = json.loads(response.data)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            if response.status < 400:
                return _Trouble.BROKEN  # this is no API server: a proxy that wants a login, for example
            body = {}
        after = response.headers.get("Retry-After", "")
        return Answer(response.status, body, float(after) if after.isdecimal() else 0)

    def _send(
        self, connection: Connection, request: _Request, read: float, deadline: Deadline, *, stream: bool = False
    ) -> BaseHTTPResponse | _Trouble:
        """Sends one request; the answer, or with ``stream`` its head, is there in time, or counts as lost."""
        import ssl

        import urllib3
        from urllib3 import exceptions

        agent = {"Accept": JSON, "Content-Type": request.content_type, "User-Agent": "dh-secrets-jupyter"}
        exchange = Exchange(
            lambda: connection.pool.request(
                request.method,
                connection.url + request.path,
                body=request.content,
                headers=connection.headers(agent),
                timeout=urllib3.Timeout(connect=min(CONNECT_TIMEOUT, read), read=read),
                retries=False,
                preload_content=not stream,
            )
        )
        trouble = _Trouble.BROKEN
        try:
            return exchange.result(deadline.left)
        except exceptions.SSLError as error:
            reason = error.args[0] if error.args else None
            if not isinstance(reason, ssl.SSLError) or isinstance(reason, ssl.SSLCertVerificationError):
                trouble = _Trouble.CERTIFICATE
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError):
            trouble = _Trouble.UNREACHED
        except (DeadlineError, exceptions.HTTPError, OSError):
            pass
        return trouble if exchange.sent or trouble is not _Trouble.BROKEN else _Trouble.UNSENT

    def _connect(self, deadline: Deadline) -> Connection:
        """Returns this process's connection, with credentials that have not expired."""
        if self._held.pid != os.getpid():
            self._held = _Held()
        held = self._held
        found = held.connection
        if found is not None and not found.is_expired:
            return found
        seconds = min(LOGIN_TIMEOUT, deadline.left)

        def log_in() -> Connection | None:
            if held.lock.acquire(timeout=max(0.0, seconds)):
                try:
                    if held.connection is found or held.connection is None:
                        held.connection = connect(self._target, seconds)
                    return held.connection
                finally:
                    held.lock.release()
            return None

        with contextlib.suppress(DeadlineError):
            if connection := Exchange(log_in).result(seconds):
                return connection
        raise ProviderUnavailableError(
            "kubernetes", f"the kubeconfig's login did not answer within {seconds:.0f} s", "Log in with kubectl, once"
        )


def _unavailable(connection: Connection, why: str) -> ProviderUnavailableError:
    host = urlsplit(connection.url).netloc.rpartition("@")[2]  # without what may stand before it: a password
    return ProviderUnavailableError(
        "kubernetes", f"the API server {host} {why}", "Check whether kubectl works here, then try again"
    )


def _encode(body: object) -> bytes:
    """Writes JSON just as Go does: the API server compares the texts of a patch's ``test`` as they are spelled."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()
