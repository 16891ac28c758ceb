"""Which proxy the environment has for an address, by the rules of Go, which are kubectl's, and how urllib3 takes it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from ..errors import ProviderUnavailableError

HTTPS_PROXY = ("HTTPS_PROXY", "https_proxy")
"""The variables that name a proxy for https, the stronger first."""
NO_PROXY = ("NO_PROXY", "no_proxy")
"""The variables that name what is reached without one."""


def _own() -> Mapping[str, str]:
    return os.environ


environment: Callable[[], Mapping[str, str]] = _own
"""Returns the environment that providers go by: without the proxy through which a kernel uses its secrets."""


def first(variables: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Returns what the first of these variables says that says anything."""
    return next((text for name in names if (text := variables.get(name))), "")


def environments_proxy(address: str) -> str:
    """Returns the proxy that the environment has for an address, by the rules of Go, or ``""``.

    Raises:
        ProviderUnavailableError: what it names there is no address.
    """
    url = urlsplit(address)
    variables = environment()
    names = f"{url.scheme}_proxy".upper(), f"{url.scheme}_proxy"
    proxy = first(variables, names)
    exceptions = first(variables, NO_PROXY)
    if not proxy or goes_direct(url.hostname or "", url.port or {"http": 80}.get(url.scheme, 443), exceptions):
        return ""
    found = proxy if "://" in proxy else f"http://{proxy}"
    if not is_address(found):
        raise ProviderUnavailableError(
            names[0], "the proxy it names is not a valid address", "Set it to http://HOST:PORT, or clear it"
        )
    return found


def is_address(url: str) -> bool:
    """Returns whether a URL names a host, and a port that there can be, if any."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    return False


def is_http(url: str) -> bool:
    """Returns whether a URL names a host by http or https, in whatever case."""
    return is_address(url) and urlsplit(url).scheme in ("http", "https")


def address_and_headers(proxy: SplitResult) -> tuple[str | None, dict[str, str]]:
    """Returns a proxy as urllib3 takes it: its user and password are a header. Without a proxy the address is None."""
    from urllib3.util import make_headers

    if proxy.scheme.startswith("socks5"):  # the proxy looks up the name, as with kubectl
        return urlunsplit(proxy._replace(scheme="socks5h")), {}
    if not proxy.netloc:
        return None, {}
    user, _, host = proxy.netloc.rpartition("@")
    headers = make_headers(proxy_basic_auth=unquote(user if ":" in user else f"{user}:")) if user else {}
    return f"{proxy.scheme}://{host}", dict(headers)


def goes_direct(host: str, port: int, exceptions: str) -> bool:
    """Returns whether NO_PROXY names a host; this machine needs no proxy to reach itself."""
    address = None
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
    if host == "localhost" or (address and address.is_loopback):
        return True
    for exception in (text.strip().lower() for text in exceptions.split(",")):
        if exception == "*":
            return True
        with contextlib.suppress(ValueError):
            if address and address in ipaddress.ip_network(exception, strict=False):
                return True
        name, colon, number = exception.rpartition(":")
        if colon and number.isdecimal() and name.count(":") in (0, name.count("[") * name.count(":")):
            if int(number) != port:
                continue
            exception = name.strip("[]")
        exception = exception.removeprefix("*")
        if exception and (host == exception or host.endswith(f".{exception.removeprefix('.')}")):
            return True
    return False
