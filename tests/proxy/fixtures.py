"""The hosts that secrets are for: one event loop, who signs their certificates, and one host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .hosts import Host, Loop, TestAuthority

VALUE = "sk-proj-Invented0Value1Of2Many3Letters4And5Digits6"
NAME = "api.example.test"
OTHER = "other.example.test"


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """One event loop for hosts and proxies."""
    made = Loop()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """Who signs the certificates of the hosts."""
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def host(loop: Loop, authority: TestAuthority) -> Host:
    """The host that the secret is for; it answers with the request."""
    return Host(loop, authority, NAME, OTHER)
