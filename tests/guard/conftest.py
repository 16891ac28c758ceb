"""A kernel whose guard is on, and values for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..support import kernels

TOKEN = "tk-4f9QzL7mWx2vB8nR5jK1cY6hD3sG0pTa"
SETUP = f"""
import os, sys, threading, time
from dh_secrets_jupyter import guard
from dh_secrets_jupyter.models import SecretValue
from IPython.display import display

def learn(name, encoded):
    value = SecretValue(bytes.fromhex(encoded).decode(), name)
    guard.learn(name, value)
    return value

T = learn("TOKEN", "{TOKEN.encode().hex()}").reveal()
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kernels.Kernel]:
    """A kernel that was given TOKEN, as ``T``; its cells have ``guard`` and ``learn(name, hex)``."""
    with kernels.start(tmp_path_factory.mktemp("guarded")) as kernel:
        kernel.ok(SETUP)
        yield kernel
