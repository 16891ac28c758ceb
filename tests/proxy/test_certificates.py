"""The authority is good for its hosts alone, by the strict rules of X.509."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest

from dh_secrets_jupyter.proxy import certificates
from dh_secrets_jupyter.proxy.certificates import Authority


def shake(server: ssl.SSLContext, authority: Authority, host: str) -> None:
    """Shakes hands in memory, as a strict client of a host that trusts the authority."""
    client = ssl.create_default_context(cadata=authority.pem)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(down, up, server_hostname=host)
    theirs = server.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    ours.getpeercert()


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        ({"api.example.test"}, "api.example.test"),
        ({"*.example.test"}, "a.b.example.test"),
        ({"a.test.example:8443"}, "a.test.example"),
    ],
)
def test_its_hosts(hosts: set[str], host: str) -> None:
    """A strict client takes its leaf for a host of the set, also under a pattern and at another port."""
    authority = Authority(frozenset(hosts))
    shake(authority.context(host), authority, host)


@pytest.mark.parametrize("host", ["other.example.test", "example.test", "api.example.test.evil.test", "127.0.0.1"])
def test_other_hosts(host: str) -> None:
    """A leaf for any other host, made with its key all the same, is refused by the client: name constraints."""
    authority = Authority(frozenset({"api.example.test"}))
    context = authority.context(host)
    context.sni_callback = None
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(context, authority, host)


def test_another_name_in_the_handshake() -> None:
    """The server's side ends a handshake that names another host."""
    authority = Authority(frozenset({"*.example.test"}))
    with pytest.raises(ssl.SSLError):
        shake(authority.context("a.example.test"), authority, "b.example.test")


def test_it_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before its day is over."""
    authority = Authority(frozenset({"api.example.test"}))
    assert not authority.is_due
    monkeypatch.setattr(certificates, "RENEW_BEFORE", timedelta(hours=25))
    assert authority.is_due
