"""What the tests of the kubernetes provider share: a namespace of their own, and ears for values in logs."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.kubernetes import KubernetesProvider
from tests.cluster.server import Namespace

CANARY = "not-a-real-value"
"""In every value of these tests, so that it would be found wherever a value leaks to."""
SECRET = "proj-secrets-demo"
"""The Secret of the project ``demo``."""

Connect = Callable[..., KubernetesProvider]


@pytest.fixture
def connect(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Makes providers for the test's namespace, as another user with another kubeconfig."""

    def connect(kubeconfig: Path | None = None) -> KubernetesProvider:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig or namespace.kubeconfig))
        provider = KubernetesProvider()
        provider.place("demo")  # finds its cluster now, while the variable is set
        return provider

    return connect


@pytest.fixture
def provider(connect: Connect) -> KubernetesProvider:
    """The administrator's provider."""
    return connect()


@pytest.fixture
def demo(provider: KubernetesProvider) -> Project:
    """The project ``demo`` through it."""
    return Project("demo", provider, user="tester")


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No test may leave a value, in clear or in base64, in any logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    yield
    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in caplog.get_records("call"))
    for spelling in spellings(CANARY):
        assert spelling not in logged


def spellings(value: str) -> list[str]:
    """Returns how a value might be written: in clear, and in base64 whatever stands around it."""
    plain = value.encode()
    shifted = [base64.b64encode(b"x" * shift + plain).decode() for shift in range(3)]
    return [value, *(text[4:-4] for text in shifted)]


def shown(error: BaseException | None) -> str:
    """Returns all that an error could show: itself, its arguments, and what led to it."""
    text = ""
    while error is not None:
        text += f"{error!s} {error!r} {error.args!r} {error.__dict__!r}\n"
        error = error.__cause__ or error.__context__
    return text
