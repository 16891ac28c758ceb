"""A store of its own for each test, and keyrings for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest

from dh_secrets_jupyter.providers.local import keys

from . import keyrings

UseKeyring = Callable[[type[keyrings.InAFile]], Path]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that does not exist yet, nor its folder."""
    path = tmp_path / "data" / "secrets.db"
    monkeypatch.setenv("DH_SECRETS_LOCAL_PATH", str(path))
    return path


@pytest.fixture
def use_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UseKeyring]:
    """Makes a class this process's keyring; returns the file where it keeps its entries."""
    entries, before = tmp_path / "keyring.json", keyring.get_keyring()
    monkeypatch.setenv("TEST_KEYRING", str(entries))
    monkeypatch.setattr(keys, "_KEYRING_TIMEOUT", 1.0)

    def use(kind: type[keyrings.InAFile]) -> Path:
        keyring.set_keyring(kind())
        return entries

    yield use
    keyring.set_keyring(before)
