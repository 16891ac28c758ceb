"""A kernel's end of the cluster's secrets proxy, which lets it use secrets that its account may not read.

``DH_SECRETS_PROXY`` names the proxy, and ``DH_SECRETS_PROXY_TOKEN`` the file of the pod's projected token, by which
this process proves itself once. The kubelet renews that token in its file, and each is sent on.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...errors import AccessDeniedError, ProviderUnavailableError, SecretsError, from_json
from ...models import Metadata
from ..base import Record

ADDRESS = "DH_SECRETS_PROXY"
TOKEN = "DH_SECRETS_PROXY_TOKEN"
CA = "DH_SECRETS_PROXY_CA"
TOKEN_FILE = "/var/run/secrets/dh-secrets/token"
"""Where the token is, if ``DH_SECRETS_PROXY_TOKEN`` does not say."""
_ANSWER_TIMEOUT = 30.0
"""Seconds for an answer of the proxy's."""
_RENEW_INTERVAL = 15.0
"""Seconds between one look at the token's file and the next."""
_UNKNOWN = 401


class SecretsProxy:
    """The session of a process there. Safe to be used by several threads.

    Args:
        environment: has the three variables.

    Attributes:
        host: where it is.
        port: likewise.
        on_trust: told of the certificates that clients have to trust, in PEM, now and then all of them.

    Raises:
        ProviderUnavailableError: what the variables say cannot be used.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = urlsplit(environment[ADDRESS])
        if address.scheme != "https" or not address.hostname:
            raise ProviderUnavailableError(
                ADDRESS, "it is not an https address", "Write it like https://NAME.NAMESPACE.svc:8443"
            )
        self.host, self.port = address.hostname, address.port or 443
        self.on_trust: Callable[[Iterable[str]], None] = lambda certificates: None
        self._ca = environment.get(CA, "")
        self._file = Path(environment.get(TOKEN) or TOKEN_FILE)
        self._lock = threading.Lock()
        self._session = ""
        self._sent = ""  # the projected token that the proxy has
        self._renewing = False

    @property
    def session(self) -> str:
        """The session's token. Raises as :meth:`ask`."""
        with self._lock:
            return self._session or self._begin()

    def ask(self, method: str, **params: Any) -> Any:
        """Returns what the proxy answers. To a proxy that does not know this process it proves itself anew.

        Raises:
            SecretsError: what it refused.
            ProviderUnavailableError: it cannot be reached, or the token's file cannot be read.
        """
        status, answer = self._post(method, self.session, params)
        if status == _UNKNOWN:
            with self._lock:
                token = self._begin()
            status, answer = self._post(method, token, params)
        return _result(answer)

    def records(self, project: str) -> dict[str, Record]:
        """Returns what may be used of a project: of each secret all but its value."""
        return {
            name: Record(
                b"",
                Metadata(description=found["description"], hosts=found["hosts"]),
                AccessDeniedError(name, "only to be used, not read", f"Type %secret use {name}"),
            )
            for name, found in self.ask("list", project=project).items()
        }

    @property
    def is_known(self) -> bool:
        """Whether the proxy knows the session, as far as it can be asked."""
        with contextlib.suppress(ProviderUnavailableError):
            return self._post("renew", self.session, {})[0] != _UNKNOWN
        return True

    def end(self) -> None:
        """Ends the session, where there is one."""
        with self._lock:
            session, self._session = self._session, ""
        if session:
            with contextlib.suppress(SecretsError):
                self._post("end", session, {})

    def _begin(self) -> str:
        token = self._read()
        _, answer = self._post("begin", token, {"kernel": _kernel()})
        self._session, self._sent = _result(answer)["token"], token
        if not self._renewing:
            self._renewing = True
            threading.Thread(target=self._renew, name="dh-secrets-renewal", daemon=True).start()
        return self._session

    def _renew(self) -> None:
        """Sends each new token of the pod's, and takes new certificates, while there is a session."""
        while True:
            time.sleep(_RENEW_INTERVAL)
            with contextlib.suppress(SecretsError), self._lock:
                token = self._read()
                if self._session:
                    new = {} if token == self._sent else {"token": token}
                    self.on_trust(_result(self._post("renew", self._session, new)[1])["trust"])
                    self._sent = token

    def _read(self) -> str:
        try:
            return self._file.read_text().strip()
        except OSError:
            pass
        raise ProviderUnavailableError(
            TOKEN, "the file that it names cannot be read", "Mount the pod's projected token"
        )

    def _post(self, method: str, bearer: str, params: Mapping[str, Any]) -> tuple[int, Any]:
        failure = f"the proxy at {self.host} cannot be reached"
        try:
            context = ssl.create_default_context(cafile=self._ca or None)
            connection = http.client.HTTPSConnection(self.host, self.port, context=context, timeout=_ANSWER_TIMEOUT)
            try:
                connection.request("POST", f"/{method}", json.dumps(params), {"Authorization": f"Bearer {bearer}"})
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            finally:
                connection.close()
        except ssl.SSLCertVerificationError as error:
            failure = f"the certificate of the proxy at {self.host} is refused ({error.verify_message})"
        except (OSError, http.client.HTTPException, ValueError):
            pass
        raise ProviderUnavailableError("proxy", failure, f"Check {ADDRESS} and {CA}")


_opened: dict[tuple[str | None, ...], SecretsProxy] = {}


def of_environment() -> SecretsProxy | None:
    """Returns this process's session at the proxy that the environment names, None where it names none."""
    if not os.environ.get(ADDRESS):
        return None
    named = tuple(map(os.environ.get, (ADDRESS, TOKEN, CA)))
    if named not in _opened:
        _opened[named] = SecretsProxy(os.environ)
    return _opened[named]


def records_instead(project: str, denied: AccessDeniedError) -> dict[str, Record]:
    """Returns what may be used of a project that may not be read; raises ``denied`` where there is no proxy."""
    proxy = of_environment()
    if proxy is None:
        raise denied
    return proxy.records(project)


def _kernel() -> str:
    """Returns the id that Jupyter gave this kernel, as its connection file is called; else ``""``."""
    found = re.search(r"kernel-([\w-]{1,64})\.json", " ".join(sys.orig_argv))
    return found[1] if found else ""


def _result(answer: Any) -> Any:
    if not isinstance(answer, dict) or not ({"result", "error"} & answer.keys()):
        raise ProviderUnavailableError(
            "proxy", "the address does not answer like the secrets proxy", f"Check {ADDRESS}"
        )
    if failure := answer.get("error"):
        raise from_json(failure)
    return answer["result"]
