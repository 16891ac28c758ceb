"""Requests to Core: kept connections, a deadline for each, repeated where that is safe, failures as one clear line.

No part of an answer's text ever gets into an error.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from ...backoff import Deadline, pauses
from ...errors import ProviderUnavailableError
from ..base import Learn
from ..exchange import DeadlineError, Exchange, OutcomeUnknownError, make_cuttable
from ..proxies import address_and_headers, environments_proxy, is_http
from .login import Login

if TYPE_CHECKING:
    import ssl

    from urllib3 import PoolManager

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection."""
READ_TIMEOUT = 15.0
"""Seconds to wait for an answer, or for the next part of one."""
CONNECTIONS = 32
"""Connections kept open: a server asks from many threads."""
RENEWALS = 3
"""Logins that are tried for one request: what another process left in the file, a renewal, the environment's."""
AWAY = (429, 502, 503, 504)
"""What is answered where Core is asked too much, or something before it cannot reach it."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What Core said.

    Attributes:
        status: the HTTP status.
        body: the JSON; None where there is none.
        date: Core's own clock, to the second.
    """

    status: int
    body: Any = field(default=None, repr=False)
    date: datetime | None = None

    @property
    def ok(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300

    def says(self, words: str) -> bool:
        """Whether Core's own message begins so."""
        message = self.body.get("message") if isinstance(self.body, dict) else None
        return isinstance(message, str) and message.startswith(words)


class Client:
    """Core, as this process's user; may be shared between threads and over a fork.

    Args:
        learn: is told of each credential before it is used.

    Raises:
        ProviderUnavailableError: no address of Core is known.
    """

    def __init__(self, learn: Learn) -> None:
        self.login = Login(learn)
        self._pid = os.getpid()
        self._pools: dict[str, PoolManager] = {}

    def request(
        self, method: str, path: str, body: object = None, *, deadline: Deadline, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Sends one request. What changes something is sent once, unless it has certainly not arrived.

        Args:
            deadline: when to give up, and how long to pause between tries.

        Raises:
            AccessDeniedError: the login has expired, and there is no other.
            ProviderUnavailableError: Core cannot be reached.
            OutcomeUnknownError: it may have made a change.
        """
        url = f"{self.login.endpoint}{path}" + (f"?{urlencode(query, safe=',')}" if query else "")
        content = None if body is None else json.dumps(body).encode()
        renewals = 0
        while True:
            credentials = self._login().current
            headers = {"Authorization": credentials.authorization} if credentials.authorization else {}
            answer = self._patiently(method, url, content, JSON, headers, deadline)
            if answer.status != 401 or renewals == RENEWALS:
                return answer
            renewals += 1
            self.login.renew(credentials, partial(self._renew, deadline), deadline)

    def _login(self) -> Login:
        """Returns the login, once this process has connections and locks of its own."""
        if self._pid != os.getpid():
            self._pid, self._pools = os.getpid(), {}
            self.login.after_fork()
        return self.login

    def configuration(self, deadline: Deadline) -> Mapping[str, Any]:
        """Returns what Core says of itself to whom does not log in. Raises as :meth:`request`."""
        found = self._patiently("GET", f"{self.login.endpoint}/.well-known/configuration", None, JSON, {}, deadline)
        return found.body if found.ok and isinstance(found.body, dict) else {}

    def _renew(self, deadline: Deadline, form: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Sends a form to the token endpoint, which Core names without a login."""
        endpoint = self.configuration(deadline).get("oauth2_token_endpoint")
        if not isinstance(endpoint, str) or not is_http(endpoint):
            return None
        try:
            answer = self._patiently("POST", endpoint, urlencode(form).encode(), FORM, {}, deadline)
        except OutcomeUnknownError:
            return None
        return answer.body if answer.ok and isinstance(answer.body, dict) else None

    def _patiently(
        self, method: str, url: str, content: bytes | None, kind: str, headers: Mapping[str, str], deadline: Deadline
    ) -> Answer:
        """Sends a request, again where that is safe. Raises as :meth:`request`."""
        for pause in pauses():
            answer, why, arrived = self._once(method, url, content, kind, headers, deadline)
            if answer and answer.status not in AWAY:
                return answer
            # 429 is said before anything is done.
            if method != "GET" and (answer.status != 429 if answer else arrived):
                raise OutcomeUnknownError
            if not deadline.pause(pause):
                raise unavailable(f"{_host(url)} {why}")
        raise AssertionError("pauses never end")

    def _once(
        self, method: str, url: str, content: bytes | None, kind: str, headers: Mapping[str, str], deadline: Deadline
    ) -> tuple[Answer | None, str, bool]:
        """Returns an answer, else why there is none, and whether the request may have arrived all the same."""
        import urllib3
        from urllib3 import exceptions

        read = min(READ_TIMEOUT, max(1.0, deadline.left))
        call: Callable[[], urllib3.BaseHTTPResponse] = partial(
            self._open_pools(url).request,
            method,
            url,
            body=content,
            headers={"Accept": JSON, "Content-Type": kind, "User-Agent": "dh-secrets-jupyter", **headers},
            timeout=urllib3.Timeout(connect=min(CONNECT_TIMEOUT, read), read=read),
            retries=False,
        )
        exchange = Exchange(call)
        try:
            response = exchange.result(deadline.left)
        except exceptions.SSLError:
            return None, "has a certificate that is not trusted, or speaks no TLS", False
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError):
            return None, "cannot be reached", False
        except (DeadlineError, exceptions.HTTPError, OSError):
            return None, "does not answer", exchange.sent
        body = None
        with contextlib.suppress(ValueError, RecursionError):
            body = json.loads(response.data)
        date = None
        with contextlib.suppress(ValueError, TypeError):
            date = parsedate_to_datetime(response.headers.get("Date", ""))
        return Answer(response.status, body, date), f"answers with HTTP status {response.status}", True

    def _open_pools(self, url: str) -> PoolManager:
        server = _server(url)
        if server not in self._pools:
            self._pools[server] = _pools(url)
        return self._pools[server]


def unavailable(problem: str, hint: str = "Try again later") -> ProviderUnavailableError:
    """Returns the error for a Core that does not do what it should."""
    return ProviderUnavailableError("digitalhub", f"the platform's server {problem}", hint)


def _pools(url: str) -> PoolManager:
    """Returns connections, by the environment's proxy where it has one for that address; none is made yet."""
    import urllib3

    proxy, headers = address_and_headers(urlsplit(environments_proxy(url)))
    options: dict[str, Any] = {"num_pools": 1, "maxsize": CONNECTIONS}
    if urlsplit(url).scheme == "https":  # else nobody has to be trusted, and to read all authorities takes time
        options["ssl_context"] = _trust()
    pools: PoolManager
    if proxy and proxy.startswith("socks"):
        raise unavailable("cannot be reached through a SOCKS proxy", "Name an HTTP proxy, or NO_PROXY")
    pools = urllib3.ProxyManager(proxy, proxy_headers=headers, **options) if proxy else urllib3.PoolManager(**options)
    make_cuttable(pools)
    return pools


def _trust() -> ssl.SSLContext:
    """Returns whom to trust: the system's authorities, and those that the SDK's own client is told of."""
    import ssl

    context = ssl.create_default_context()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        with contextlib.suppress(OSError):
            if bundle := os.environ.get(name):
                context.load_verify_locations(bundle)
    return context


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]  # without what may stand before it: a password
