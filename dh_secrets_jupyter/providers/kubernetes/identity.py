"""Which server, and as whom: what a kubeconfig, or a pod, says of it, as kubectl understands it.

What cannot be understood is refused before anything is sent. Nothing falls back to another identity, or to none.
"""

from __future__ import annotations

import base64
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from ...errors import ProviderUnavailableError
from .. import kubeconfig
from ..kubeconfig import Entry
from . import exec_login, oidc
from .credentials import Credentials, bearer, check_header, login_failed
from .pools import Server, unusable

TOKEN_FILE = 60.0
"""Seconds after which a file that holds a token is read again."""

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Identity:
    """A server and somebody who it knows.

    Attributes:
        log_in: gets credentials, within so many seconds.
        impersonation: the headers that name whom to act as.
    """

    server: Server
    log_in: Callable[[float], Credentials]
    impersonation: Headers


def of_pod() -> Identity:
    """Returns the pod's own cluster and service account."""
    folder = kubeconfig.SERVICE_ACCOUNT
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "")
    if not host or not port:
        raise unusable("the pod does not say where its API server is", "Restart the pod")
    url = f"https://{f'[{host}]' if ':' in host else host}:{port}"

    def content(name: str) -> bytes:
        if found := (folder / name).read_bytes().strip():
            return found
        raise unusable(f"the {name} of the pod's service account is empty", "Restart the pod")

    def log_in(seconds: float) -> Credentials:
        return Credentials(f"Bearer {content('token').decode()}", good_until=time.time() + TOKEN_FILE)

    return Identity(Server(url, content("ca.crt")), log_in, [])


def of_kubeconfig(files: str, context_name: str) -> Identity:
    """Returns the cluster and the user of a context.

    Raises:
        ProviderUnavailableError: one of them is missing, or cannot be used.
    """
    merged = kubeconfig.load(files)
    context = merged.contexts.get(context_name)
    if context is None:
        raise unusable(f"the kubeconfig has no context {context_name!r}")
    cluster, user = merged.clusters.get(context.text("cluster")), merged.users.get(context.text("user"))
    if cluster is None:
        raise context.error("the cluster that it names is not in the kubeconfig")
    server = _server(cluster)
    if not server.url.startswith("https:"):
        # kubectl shows no credentials where anybody on the way could read them.
        return Identity(server, lambda _: Credentials(), impersonation(user) if user else [])
    if user is None:
        raise context.error("the user that it names is not in the kubeconfig")
    return Identity(server, _login(context.text("user"), user, cluster, server), impersonation(user))


def _server(cluster: Entry) -> Server:
    url = cluster.text("server").rstrip("/")
    if not url:
        raise cluster.error("it has no server")
    verified = not cluster.flag("insecure-skip-tls-verify")
    ca = _file_or_data(cluster, "certificate-authority")
    if ca and not verified:
        raise cluster.error("certificate-authority and insecure-skip-tls-verify contradict each other")
    if "://" not in url:
        url = f"http://{url}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise cluster.error("server is not an address")
    proxy = cluster.text("proxy-url")
    if proxy and urlsplit(proxy).scheme not in ("http", "https", "socks5"):
        raise cluster.error("proxy-url has to begin with http, https or socks5")
    url = parts._replace(query="", fragment="").geturl().rstrip("/")
    return Server(url, ca, verified, cluster.text("tls-server-name"), proxy)


def _login(name: str, user: Entry, cluster: Entry, server: Server) -> Callable[[float], Credentials]:
    """Returns how a user logs in. Of several ways kubectl takes the first of these, and a certificate with each."""
    username, password, token, file = map(user.text, ("username", "password", "token", "tokenFile"))
    exec_settings, provider = user.part("exec"), user.part("auth-provider")
    if (username and (token or file)) or (password and token):
        raise user.error("it has a token and a password, and only one is allowed")
    if exec_settings and provider:
        raise user.error("it has both exec and auth-provider, and only one is allowed")
    if provider and provider.text("name") != "oidc":
        raise login_failed(f"{provider.label} is not oidc, the only one that kubectl still knows")
    certificate = _certificate(user)
    if token or file:
        return lambda _: replace(_token(user), certificate=certificate)
    if username:
        pair = f"{username}:{password}".encode()
        return lambda _: Credentials(f"Basic {base64.b64encode(pair).decode()}", certificate)
    if provider:
        return lambda _: replace(oidc.log_in(name, provider), certificate=certificate)
    if certificate:
        return lambda _: Credentials(certificate=certificate)
    if exec_settings:
        return lambda seconds: exec_login.log_in(exec_settings, cluster, server, seconds)
    raise user.error("it has no way to log in")


def _token(user: Entry) -> Credentials:
    """Returns the token. The file wins, and the text beside it is for when there is no file."""
    if user.text("tokenFile"):
        with contextlib.suppress(*[ProviderUnavailableError] if user.text("token") else []):
            return _from_file(user, "tokenFile")
    return Credentials(bearer(user, user.text("token")))


def _from_file(owner: Entry, key: str) -> Credentials:
    token = _content(owner, key).decode("utf-8", "replace").strip()
    if not token:
        raise owner.error(f"its {key} is empty")
    return Credentials(bearer(owner, token), good_until=time.time() + TOKEN_FILE)


def _certificate(user: Entry) -> bytes:
    """Returns the client certificate with its key, or nothing."""
    certificate, key = _file_or_data(user, "client-certificate"), b""
    if certificate:
        key = _file_or_data(user, "client-key")
        if not key:
            raise user.error("client-certificate has no client-key")
    return certificate + b"\n" + key if certificate else b""


def _file_or_data(entry: Entry, key: str) -> bytes:
    data = entry.data(f"{key}-data")
    if data and entry.text(key):
        raise entry.error(f"{key} and {key}-data are both there, and only one is allowed")
    return data or (_content(entry, key) if entry.text(key) else b"")


def _content(entry: Entry, key: str) -> bytes:
    """Returns the content of the file that a field names."""
    path = entry.path(key) or Path()
    try:
        return path.read_bytes()
    except (OSError, ValueError):
        pass  # raised below, without its context
    raise entry.error(f"the {key} {path} cannot be read")


def impersonation(user: Entry) -> Headers:
    """Returns the headers by which the server takes the user for another, as the kubeconfig wants it."""
    name, uid, groups = user.text("as"), user.text("as-uid"), user.texts("as-groups")
    extra = user.part("as-user-extra")
    more = [(key, value) for key in extra.fields for value in extra.texts(key)] if extra else []
    if not name:
        if uid or groups or more:
            raise user.error("as-uid, as-groups and as-user-extra need as")
        return []
    headers = [("Impersonate-User", name)]
    headers += [("Impersonate-Uid", uid)] if uid else []
    headers += [("Impersonate-Group", group) for group in groups]
    headers += [(f"Impersonate-Extra-{quote(key, safe='!#$&*+^`|' + chr(39))}", value) for key, value in more]
    return [(key, check_header(user, value, "whom to impersonate")) for key, value in headers]
