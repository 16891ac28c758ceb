"""Which proxy the environment names for an address. That these are kubectl's rules is tested with kubectl itself."""

from __future__ import annotations

import base64
import os
from urllib.parse import urlsplit

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.providers.proxies import address_and_headers, environments_proxy

PROXY = "http://proxy.example.com:3128"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names none."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variables", "address", "proxy"),
    [
        ({}, "https://core.example.com", ""),
        ({"HTTPS_PROXY": PROXY}, "https://core.example.com", PROXY),
        ({"https_proxy": PROXY}, "https://core.example.com", PROXY),
        ({"HTTPS_PROXY": "proxy.example.com:3128"}, "https://core.example.com", PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://core.example.com", ""),
        ({"HTTP_PROXY": PROXY}, "http://core.example.com", PROXY),
        ({"ALL_PROXY": PROXY}, "https://core.example.com", ""),
        ({"HTTPS_PROXY": PROXY}, "https://localhost:6443", ""),
        ({"HTTPS_PROXY": PROXY}, "https://[::1]:6443", ""),
    ],
)
def test_the_variables(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], address: str, proxy: str) -> None:
    """By the address's scheme, in either case; this machine is reached without one."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environments_proxy(address) == proxy


@pytest.mark.parametrize(
    "proxy", ["http://[::1", "http://ann:sample-value@proxy:port", "://", "http://:3128", "proxy:99999"]
)
def test_a_proxy_that_is_no_address(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """It is said which variable names it; what that has may be a password."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ProviderUnavailableError, match=r"^HTTPS_PROXY: the proxy it names") as caught:
        environments_proxy("https://core.example.com")
    assert "sample-value" not in str(caught.value)


@pytest.mark.parametrize(
    ("exceptions", "address", "direct"),
    [
        ("core.example.com", "https://core.example.com", True),
        ("example.com", "https://core.example.com", True),
        (".example.com", "https://core.example.com", True),
        ("*.example.com", "https://core.example.com", True),
        ("ample.com", "https://core.example.com", False),
        ("other.com, CORE.example.com", "https://core.example.com", True),
        ("core.example.com:443", "https://core.example.com", True),
        ("core.example.com:8443", "https://core.example.com", False),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("[fd00::1]:443", "https://[fd00::1]", True),
        ("*", "https://core.example.com", True),
        (",", "https://core.example.com", False),
    ],
)
def test_the_exceptions(monkeypatch: pytest.MonkeyPatch, exceptions: str, address: str, direct: bool) -> None:
    """NO_PROXY names hosts with all that are below them, networks, and single ports."""
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", exceptions)
    assert environments_proxy(address) == ("" if direct else PROXY)


def test_a_password_is_a_header() -> None:
    """It is decoded, and no part of the address, which urllib3 writes into its log."""
    address, headers = address_and_headers(urlsplit("http://jane:a%20b@proxy.example.com:3128"))
    assert address == PROXY
    assert base64.b64decode(headers["proxy-authorization"].removeprefix("Basic ")) == b"jane:a b"


def test_a_socks_proxy_looks_names_up() -> None:
    """As with kubectl; and where there is no proxy there is no address."""
    assert address_and_headers(urlsplit("socks5://proxy.example.com:1080")) == ("socks5h://proxy.example.com:1080", {})
    assert address_and_headers(urlsplit("")) == (None, {})
