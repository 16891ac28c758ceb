"""The suite that every provider has to pass, one of a third party too. It needs pytest.

A provider's tests subclass :class:`ProviderContract` and say how to reach a place that is empty at first::

    class TestMyProvider(ProviderContract):
        @pytest.fixture
        def connect(self, tmp_path):
            return lambda: MyProvider(tmp_path)
"""

from __future__ import annotations

import uuid

import pytest

from ..providers.base import Provider
from .racing import Racing
from .samples import Connect, just, put, values
from .storing import Storing
from .watching import Watching

__all__ = ["Connect", "ProviderContract", "just", "put", "values"]


class ProviderContract(Storing, Racing, Watching):
    """Holds a provider to the protocol of :mod:`dh_secrets_jupyter.providers.base`.

    A subclass defines the fixture ``connect``: a function that makes a new provider for the same place each time, as
    another process would have it. ``project`` may be overridden where a project has to be prepared; its user may
    read, write and watch it. What the provider does not declare among its ``abilities`` is not asked of it, but has
    to be refused; one without that attribute is held to all of them.
    """

    @pytest.fixture
    def project(self) -> str:
        """A valid name of a project without secrets."""
        return f"contract-{uuid.uuid4().hex[:20]}"

    @pytest.fixture
    def provider(self, connect: Connect) -> Provider:
        """The provider that most tests use."""
        return connect()

    @pytest.fixture
    def another(self, connect: Connect) -> Provider:
        """A second one for the same place."""
        return connect()
