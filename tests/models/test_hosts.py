"""The hosts of a secret: how they are written, and what they match."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.errors import SecretsError
from dh_secrets_jupyter.models.hosts import check_hosts, check_value, matches


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("api.example.com", "api.example.com"), ("API.Example.COM", "api.example.com"),
        ("*.example.com", "*.example.com"),
        ("api.example.com:443", "api.example.com"), ("api.example.com:8443", "api.example.com:8443"),
        ("bücher.example", "xn--bcher-kva.example"), (" api.example.com. ", "api.example.com"),
    ],
)  # fmt: skip
def test_stored_in_one_form(given: str, stored: str) -> None:
    """Lower case, in ASCII, without the usual port."""
    assert check_hosts("KEY", [given, given]) == [stored]


@pytest.mark.parametrize(
    "bad",
    [
        "*", "*.com", "example", "localhost", "127.0.0.1", "[::1]", "::1", "0x7f.0x1", "127.1", "api.example.com:0",
        "api.example.com:70000", "https://a.example.com",
        "a..example.com", "-a.example.com", "a b.example.com",
        "a.example.com/x", "*.*.example.com", "a.*.example.com", "", "a." * 130 + "com", "1.2.3",
    ],
)  # fmt: skip
def test_refused(bad: str) -> None:
    """No bare star, no address, no single label, nothing that is no name of a host."""
    with pytest.raises(SecretsError):
        check_hosts("KEY", [bad])


def test_how_many() -> None:
    """Twenty; none is none."""
    assert len(check_hosts("KEY", [f"h{n}.example.com" for n in range(20)])) == 20
    with pytest.raises(SecretsError):
        check_hosts("KEY", [f"h{n}.example.com" for n in range(21)])
    assert check_hosts("KEY", None) == check_hosts("KEY", "") == check_hosts("KEY", []) == []
    for bad in ("api.example.com", 7, [7]):
        with pytest.raises(SecretsError):
            check_hosts("KEY", bad)


@pytest.mark.parametrize(
    ("pattern", "host", "port", "same"),
    [
        ("api.example.com", "api.example.com", 443, True), ("api.example.com", "api.example.com", 8443, False),
        ("api.example.com:8443", "api.example.com", 8443, True), ("*.example.com", "a.b.example.com", 443, True),
        ("*.example.com", "example.com", 443, False), ("*.example.com", "badexample.com", 443, False),
        ("*.example.com", ".example.com", 443, False), ("api.example.com", "api.example.com.evil.com", 443, False),
    ],
)  # fmt: skip
def test_what_it_matches(pattern: str, host: str, port: int, same: bool) -> None:
    """A name and a port; a star stands for any name under it, not for none."""
    assert matches(pattern, host, port) == same


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("a" * 20, True),
        ("a" * 19, False),
        ("a" * 4097, False),
        ("a" * 20 + " ", False),
        ("ä" * 20, False),
        (b"a" * 20, False),
    ],
)
def test_which_values(value: str | bytes, fits: bool) -> None:
    """20 to 4,096 printable ASCII characters without spaces."""
    if fits:
        check_value("KEY", value)
    else:
        with pytest.raises(SecretsError):
            check_value("KEY", value)
