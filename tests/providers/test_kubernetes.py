"""The kubernetes provider: the contract, on the real API server."""

from __future__ import annotations

import pytest

from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from dh_secrets_jupyter.testing import Connect, ProviderContract
from tests.cluster.server import Namespace


class TestContract(ProviderContract):
    """The kubernetes provider keeps the contract."""

    @pytest.fixture
    def connect(self, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> Connect:
        """Providers of one namespace without Secrets."""
        monkeypatch.setenv("KUBECONFIG", str(namespace.kubeconfig))
        return KubernetesProvider
