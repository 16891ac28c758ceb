"""The contract that every provider is held to, on a Core that keeps its values in the real API server."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.providers.digitalhub import DigitalHubProvider, read_back, watching
from dh_secrets_jupyter.testing import Connect, ProviderContract
from tests.core.server import Core


class TestContract(ProviderContract):
    """The digitalhub provider keeps what it declares."""

    @pytest.fixture
    def connect(self, on_platform: Core, monkeypatch: pytest.MonkeyPatch) -> Connect:
        """Providers of one workspace, where nobody but ours writes: what others undo or change is looked for sooner."""
        monkeypatch.setattr(read_back, "READ_BACK", (0.01, 0.02))
        monkeypatch.setattr(read_back, "SLOW", 0.0)
        monkeypatch.setattr(watching, "LIST_INTERVAL", 0.2)
        monkeypatch.setattr(watching, "VALUES_INTERVAL", 1.0)
        return DigitalHubProvider
