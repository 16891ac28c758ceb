"""A dotenv file is read the same by every installation, and by the panel in the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dh_secrets_jupyter import env_file
from dh_secrets_jupyter.models import is_name

FILES = json.loads((Path(__file__).parents[1] / "labextension" / "tests" / "dotenv.json").read_text())
"""Files and what is in them: the browser's reader is held to the same."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["text"][:20])
def test_a_file_has_these_values_and_bad_lines(file: dict[str, Any]) -> None:
    """Comments, quotes, escapes, and line ends of every system: the file's own are no part of a value."""
    assert env_file.read(file["text"], is_name) == (file["values"], file["bad"])
