"""The kernel's environment while it has stand-ins: the proxy, and bundles that trust its authorities besides."""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from ..providers.proxies import HTTPS_PROXY, NO_PROXY, first

BUNDLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "AWS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
"""The variables that name a file of certificates."""
_IN_ADDITION = "NODE_EXTRA_CA_CERTS"
"""The one of them whose certificates a program trusts besides its own."""
_NODE = "NODE_USE_ENV_PROXY"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_PEM = "-----BEGIN "

WriteFile = Callable[[str, bytes, str | None], str]
"""Writes a file of a name, in the place of an earlier one, and returns its path."""


class ProxyEnvironment:
    """Sets variables, and puts all of them back as they were.

    Args:
        environment: the process's.
        write: writes a bundle.
    """

    def __init__(self, environment: MutableMapping[str, str], write: WriteFile) -> None:
        self._environment = environment
        self._write = write
        self._former: dict[str, str | None] = {}
        self._ours: dict[str, str] = {}
        self._direct: dict[str, None] = {}
        self._certificates: dict[str, None] = {}
        self._lock = threading.RLock()

    def before(self) -> dict[str, str]:
        """Returns the environment without what was set here."""
        with self._lock:
            former = {name: text for name, text in self._former.items() if self._is_ours(name)}
        now = {name: text for name, text in self._environment.items() if name not in former}
        return now | {name: text for name, text in former.items() if text is not None}

    def enter(self, url: str, token: str, direct: Iterable[str]) -> None:
        """Names the proxy, and the bundles.

        Args:
            url: where it listens.
            token: the session's.
            direct: addresses that never go through it: the API server's and Core's.
        """
        with self._lock:
            self._direct |= dict.fromkeys(urlsplit(address).hostname or "" for address in direct)
            without = [one.strip() for one in first(self.before(), NO_PROXY).split(",")]
            scheme, _, place = url.partition("://")
            for name in HTTPS_PROXY:
                self._set(name, f"{scheme}://kernel:{token}@{place}")
            for name in NO_PROXY:
                self._set(name, ",".join(dict.fromkeys(filter(None, [*without, *_LOCAL, *self._direct]))))
            self._set(_NODE, "1")
            self._write_bundles()

    def trust(self, certificates: Iterable[str]) -> None:
        """Adds certificates, in PEM, to the bundles, now or as soon as there are any."""
        with self._lock:
            self._certificates |= dict.fromkeys(certificates)
            if self._ours:
                self._write_bundles()

    def leave(self) -> None:
        """Puts all variables back that nobody else has changed since; the certificates stay known."""
        with self._lock:
            _forget_opener(self._environment)
            for name, text in self._former.items():
                if not self._is_ours(name):
                    continue
                if text is None:
                    del self._environment[name]
                else:
                    self._environment[name] = text
            self._former.clear()
            self._ours.clear()
            self._direct.clear()

    def _write_bundles(self) -> None:
        """Writes what each variable named before, else the system's certificates, and ours in addition."""
        before = self.before()
        for name in BUNDLES:
            base = _read(before[name]) if before.get(name) else "" if name == _IN_ADDITION else _system()
            text = "\n".join([base, *self._certificates])
            self._set(name, self._write(f"{name.lower()}.pem", text.encode(), self._ours.get(name)))

    def _is_ours(self, name: str) -> bool:
        return name in self._ours and self._environment.get(name) == self._ours[name]

    def _set(self, name: str, text: str) -> None:
        if not self._is_ours(name):
            self._former[name] = self._environment.get(name)
        self._environment[name] = self._ours[name] = text


def _read(path: str) -> str:
    """Returns the certificates of a file, or of all files of a folder."""
    place = Path(path)
    try:
        texts = (
            [one.read_text() for one in sorted(place.iterdir()) if one.is_file()]
            if place.is_dir()
            else [place.read_text()]
        )
    except (OSError, UnicodeDecodeError):
        return ""
    return "\n".join(dict.fromkeys(text for text in texts if _PEM in text))


@cache
def _system() -> str:
    """Returns the system's certificates, else certifi's."""
    paths = ssl.get_default_verify_paths()
    for place in (paths.openssl_cafile, f"{paths.openssl_capath}/ca-certificates.crt"):
        if found := _read(place):
            return found
    if stored := ssl.create_default_context().get_ca_certs(binary_form=True):  # Windows
        return "\n".join(map(ssl.DER_cert_to_PEM_cert, stored))
    import certifi

    return Path(certifi.where()).read_text()


def _forget_opener(environment: Mapping[str, str]) -> None:
    """Has ``urllib.request.urlopen`` look at the environment again, where it made its opener by this one.

    It keeps what it made at its first call. An opener that somebody else has installed stays.
    """
    request = sys.modules.get("urllib.request")
    opener = getattr(request, "_opener", None)
    if request is None or opener is None:
        return
    named = {getattr(handler, "proxies", {}).get("https", "") for handler in opener.handlers}
    usual = {type(handler) for handler in request.build_opener().handlers} | {request.ProxyHandler}
    if {type(handler) for handler in opener.handlers} <= usual and named <= {"", first(environment, HTTPS_PROXY)}:
        request.install_opener(None)
