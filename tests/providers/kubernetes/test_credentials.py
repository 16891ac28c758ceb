"""What proves who somebody is never prints, and fits into a header."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError
from dh_secrets_jupyter.providers.kubeconfig import Entry
from dh_secrets_jupyter.providers.kubernetes.credentials import Credentials, bearer, check_header

USER = Entry('the user "dev"', Path("config"), {})


def test_they_do_not_print() -> None:
    """Neither a token nor a key."""
    shown = repr(Credentials("Bearer sample-token", b"sample-key", 1.0))
    assert shown == "Credentials(good_until=1.0)"


@pytest.mark.parametrize("token", ["sample-token", "sample token", "sample\ttoken", "sämple"])
def test_a_token_is_a_header(token: str) -> None:
    """In UTF-8, as Go's client sends it."""
    assert bearer(USER, token).encode("latin-1") == f"Bearer {token}".encode()


@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x1b", "\x7f"])
def test_what_no_header_can_hold_is_refused(character: str) -> None:
    """A line break would begin another header; the error names the user, and nothing of the text."""
    with pytest.raises(ProviderUnavailableError) as caught:
        check_header(USER, f"sample{character}token", "the token")
    assert 'the user "dev"' in str(caught.value)
    assert "the token has a control character" in str(caught.value)
    assert "sample" not in str(caught.value)
