"""The contract that every provider is held to, on the real API server."""

from __future__ import annotations

from dh_secrets_jupyter.testing import ProviderContract


class TestContract(ProviderContract):
    """The kubernetes provider keeps it; the fixture ``connect`` is that of all tests here."""
