"""What proves to a server who somebody is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...errors import ProviderUnavailableError
from ..kubeconfig import Entry

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True)
class Credentials:
    """Shown with each request.

    Attributes:
        authorization: the header of that name; ``""`` without one.
        certificate: a client certificate and its key, in PEM; empty without one.
        good_until: when to look for newer ones, as :func:`time.time` counts.
    """

    authorization: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    good_until: float = float("inf")


def bearer(owner: Entry, token: str) -> str:
    """Returns the header for a token. Raises where no header can hold it."""
    return f"Bearer {check_header(owner, token, 'the token')}"


def check_header(owner: Entry, text: str, what: str) -> str:
    """Returns a text as a header has it, in UTF-8. Raises where it has a line break or another control character."""
    if _CONTROL.search(text):
        raise owner.error(f"{what} has a control character, which no header can hold")
    return text.encode().decode("latin-1")


def login_failed(problem: str) -> ProviderUnavailableError:
    """Returns the error for a login that gave no credentials. What a program or a server said of it is not repeated."""
    return ProviderUnavailableError(
        "kubernetes", f"the login failed: {problem}", "Log in with kubectl, once, and see what it says"
    )
