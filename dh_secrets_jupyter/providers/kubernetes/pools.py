"""Connections to a server, with TLS and proxies as kubectl has them: the one module that imports the Kubernetes client.

Of the official client it takes what makes connections, through every kind of proxy. What it does with a kubeconfig is
left aside: it ignores some of what stands there, and goes on as nobody where a login failed. So are its models and its
exceptions, which carry response bodies, and log them.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...errors import ProviderUnavailableError
from ..exchange import make_cuttable
from ..proxies import address_and_headers, environments_proxy

if TYPE_CHECKING:
    import ssl

    from urllib3 import PoolManager

CONNECTIONS = 32
"""Connections kept open: a server asks from many threads."""

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Server:
    """Where a server is, and how one gets there and knows it.

    Attributes:
        url: its address, without a slash at the end.
        ca: the certificates that vouch for it, in PEM; without any, the system's do.
        verified: whether its certificate is looked at at all.
        name: the name in its certificate, where that is not the host's.
        proxy: the proxy to use in any case; without one it is the environment's, where that has one for this host.
    """

    url: str
    ca: bytes = field(default=b"", repr=False)
    verified: bool = True
    name: str = ""
    proxy: str = field(default="", repr=False)


def load() -> None:
    """Imports the Kubernetes client: a second, or twenty where none of its files is compiled on a busy machine."""
    import kubernetes.client.rest  # noqa: F401 (what follows finds it imported)


def open_pools(server: Server, certificate: bytes = b"") -> PoolManager:
    """Returns connections to the server; none is made yet.

    Args:
        certificate: the client's own with its key, both in PEM.

    Raises:
        ProviderUnavailableError: certificates or proxy cannot be used.
    """
    from kubernetes.client import Configuration
    from kubernetes.client.rest import RESTClientObject

    context = _trust(server, certificate)
    proxy = urlsplit(server.proxy or environments_proxy(server.url))
    configuration: Any = Configuration(server.url)
    configuration.no_proxy = ""  # set here, since the oldest client that may be installed has no argument for it
    configuration.connection_pool_maxsize = CONNECTIONS
    configuration.verify_ssl = server.verified
    configuration.tls_server_name = server.name or None
    configuration.proxy, configuration.proxy_headers = address_and_headers(proxy)
    configuration.proxy_ssl_context = context if proxy.scheme == "https" else None
    if proxy.scheme.startswith("socks") and find_spec("socks") is None:  # before urllib3 warns of it
        raise unusable("a SOCKS proxy needs the package PySocks", "Install it: pip install pysocks")
    pools: PoolManager = RESTClientObject(configuration).pool_manager
    pools.connection_pool_kw["ssl_context"] = context
    make_cuttable(pools)
    return pools


def unusable(problem: str, hint: str = "Check whether kubectl works here") -> ProviderUnavailableError:
    """Returns the error for what cannot be connected to, or with."""
    return ProviderUnavailableError("kubernetes", problem, hint)


def _trust(server: Server, certificate: bytes) -> ssl.SSLContext:
    """Returns whom to trust, and what to show."""
    import ssl

    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if server.verified else ssl.CERT_NONE)
    # Go trusts each certificate that it is told to, an intermediate one too, and not only those that are flawless.
    context.verify_flags = context.verify_flags & ~ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    if not server.ca:
        context.load_default_certs()
    elif not (found := _CERTIFICATE.findall(server.ca)):
        raise unusable("the certificate authority of the API server is not a certificate")
    else:
        with contextlib.suppress(ssl.SSLError):
            context.load_verify_locations(cadata=b"\n".join(found).decode("latin-1"))
            found = []
        if found:
            raise unusable("the certificate authority of the API server is not a certificate")
    if certificate:
        _show(context, certificate)
    return context


def _show(context: ssl.SSLContext, certificate: bytes) -> None:
    """Loads a client's certificate. OpenSSL takes it from a file alone: a private one, gone at once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "certificate.pem")
        file.touch(0o600)
        file.write_bytes(certificate)
        try:
            context.load_cert_chain(file, password="")  # else OpenSSL would ask for one, in a terminal
        except (OSError, ValueError):  # an SSLError is an OSError
            pass  # raised below, without the context
        else:
            return
    raise unusable("your client certificate and its key cannot be used together")
