"""The hosts that a secret is for: how they are written, which values may have any, and what a pattern matches."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from ..errors import SecretsError

MAX_HOSTS = 20
"""Hosts of one secret."""
MAX_HOST = 253
"""Characters of one host's name, without its port."""
DEFAULT_PORT = 443
_ANY = "*."
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
"""Of what ends in one, programs make an address: ``127.1``, ``0x7f.0x1``."""
_PORT = re.compile(r"[1-9]\d{0,4}")
_VALUE = re.compile(r"[!-~]{20,4096}")
_SIGNING_NAME = re.compile(r"SECRET_ACCESS_KEY|SECRET_KEY_ID|ACCOUNT_KEY|SIGNING_KEY|PRIVATE_KEY|HMAC", re.IGNORECASE)
_AWS_KEY = re.compile(r"(?=.*[+/])[A-Za-z0-9+/]{40}")
"""A secret access key: 30 random bytes in base64."""


def check_hosts(name: str, hosts: object) -> list[str]:
    """Returns hosts as they are stored: lower case, in ASCII, each once, in their order.

    ``api.example.com``, ``*.example.com`` (any name under it, not ``example.com`` itself), with ``:PORT`` if that is
    not 443. None and an empty text are no hosts.

    Raises:
        SecretsError: it is no list of texts, there are too many, or one is no name of a host.
    """
    if hosts is None or hosts == "":
        return []
    if not isinstance(hosts, Iterable) or isinstance(hosts, str | bytes):
        raise SecretsError(name, "hosts must be a list of texts", "Pass a list")
    found = list(dict.fromkeys(_check_host(name, host) for host in hosts))
    if len(found) > MAX_HOSTS:
        raise SecretsError(name, f"a secret can be for at most {MAX_HOSTS} hosts", "Leave some out")
    return found


def check_value(name: str, value: str | bytes) -> None:
    """Checks that a value may have hosts: it goes into a header, and a stand-in of its length has to be random enough.

    Raises:
        SecretsError: it is no text of 20 to 4,096 printable ASCII characters without spaces.
    """
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise SecretsError(
            name,
            "only a value of 20 to 4,096 printable ASCII characters without spaces can be for hosts",
            "Store another value, or leave its hosts out",
        )


def is_signing_key(name: str, value: str | bytes) -> bool:
    """Returns whether clients sign with a secret instead of sending it, as far as its name and its value tell."""
    text = value if isinstance(value, str) else value.decode("latin-1")  # a file's
    return bool(_SIGNING_NAME.search(name) or _AWS_KEY.fullmatch(text))


def matches(pattern: str, host: str, port: int) -> bool:
    """Returns whether a host of a secret, as :func:`check_hosts` returns it, is this name and port."""
    named, _, other = pattern.partition(":")
    if port != (int(other) if other else DEFAULT_PORT):
        return False
    if named.startswith(_ANY):
        return host.endswith(named[1:]) and len(host) > len(named) - 1
    return host == named


def _check_host(name: str, text: object) -> str:
    if not isinstance(text, str):
        raise SecretsError(name, "hosts must be a list of texts", "Pass a list")
    host, colon, port = text.strip().lower().rpartition(":") if ":" in text else (text.strip().lower(), "", "")
    any_under, bare = (_ANY, host[len(_ANY) :]) if host.startswith(_ANY) else ("", host)
    try:
        # Python's own codec knows the older rules of international names, which all programs here share.
        bare = bare.encode("idna").decode("ascii") if not bare.isascii() else bare
    except UnicodeError:
        bare = ""
    bare = bare.removesuffix(".")
    labels = bare.split(".")
    if (
        len(labels) < 2
        or len(bare) > MAX_HOST
        or not all(map(_LABEL.fullmatch, labels))
        or _NUMBER.fullmatch(labels[-1])
        or _is_address(bare)
        or (colon and not (_PORT.fullmatch(port) and int(port) < 1 << 16))
    ):
        raise SecretsError(
            name,
            "a host must be a name with a dot in it, not an address",
            "Write it as api.example.com, *.example.com or api.example.com:8443",
        )
    return any_under + bare + (f":{port}" if colon and int(port) != DEFAULT_PORT else "")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
