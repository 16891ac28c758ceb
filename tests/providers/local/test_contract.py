"""The local provider keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import Connect, ProviderContract


class TestContract(ProviderContract):
    """The local provider keeps the contract."""

    @pytest.fixture
    def connect(self, file: Path) -> Connect:
        """Providers of one file that does not exist yet."""
        return LocalProvider
