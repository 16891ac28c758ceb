"""The contract that every provider is held to, on a Core that keeps its values in the real API server."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider
from dh_secrets_jupyter.testing import Connect, ProviderContract
from tests.core.server import Core


class TestContract(ProviderContract):
    """The digitalhub provider keeps what it declares."""

    @pytest.fixture
    def connect(self, on_platform: Core) -> Connect:
        """Providers of one workspace."""
        return DigitalHubProvider
