"""What is put into a store, and what one sees of it from outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dh_secrets_jupyter.errors import ProviderUnavailableError, SecretsError
from dh_secrets_jupyter.models import Metadata
from dh_secrets_jupyter.providers.local import LocalProvider
from dh_secrets_jupyter.testing import just, put

VALUE = b"invented-local-value"


def fill(project: str = "demo") -> None:
    """Writes a first secret of 8 kB, so that the file has some pages, and a small one."""
    LocalProvider().write(project, just(put("BIG", VALUE * 400), put("A", VALUE, Metadata(description="telling"))))


def content(folder: Path) -> dict[str, bytes]:
    """Returns all files below a folder, and what is in them."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(action: Callable[[], object], kind: type[SecretsError] = ProviderUnavailableError) -> str:
    """Returns the one line that an action fails with, which holds no value, and leads to nothing that does."""
    with pytest.raises(kind) as caught:
        action()
    error = caught.value
    assert type(error) is kind
    assert (error.__cause__, error.__context__) == (None, None)
    assert str(error).isprintable()
    assert "invented" not in f"{error}{error!r}{error.args!r}"
    return str(error)
