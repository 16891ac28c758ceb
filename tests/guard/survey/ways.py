"""The ways in which a value can be shown: every channel with every encoding, and the special ones one by one."""

from __future__ import annotations

from collections.abc import Iterator

from .channels import bytes_ways, channel_ways
from .logins import login_ways
from .requests import request_ways, source_ways
from .special import special_ways
from .way import Way


def ways() -> Iterator[Way]:
    """Yields all of them. Those that look at what was shown before come first, while that is little."""
    yield from source_ways()
    yield from channel_ways()
    yield from bytes_ways()
    yield from special_ways()
    yield from login_ways()
    yield from request_ways()
