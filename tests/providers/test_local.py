"""The local provider: the contract, and what its file promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import Connect, ProviderContract


class TestContract(ProviderContract):
    """The local provider keeps the contract."""

    @pytest.fixture
    def connect(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connect:
        """Providers of one file that does not exist yet."""
        monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(tmp_path / "store" / "secrets.db"))
        return LocalProvider
