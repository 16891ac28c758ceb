"""Where the guard is there, and where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dh_secrets_jupyter.guard import Guard

from ..support.kernels import environment
from ..support.processes import run

SCRIPT = """
import sys
from dh_secrets_jupyter.models import SecretValue
from dh_secrets_jupyter import guard
guard.learn("TOKEN", value := SecretValue("invented-value-4711", "TOKEN"))
print(value, guard.GUARD.hooks, *(name in sys.modules for name in ("IPython", "ahocorasick_rs", "sqlite3")))
"""
SERVER = """
import sys
import dh_secrets_jupyter.server.extension
from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers.local import LocalProvider
project = Project("demo", LocalProvider(), user="jo")
project.new_secret("A", "invented-value-4711")
print(project.read_values("A")["A"])
ours = [name.removeprefix("dh_secrets_jupyter.") for name in sys.modules if name.startswith("dh_secrets_jupyter.")]
print("guard" in ours, [name for name in ours if name.startswith(("guard.hooks", "guard.engine", "injection"))])
"""


@pytest.mark.slow
def test_in_a_script_it_learns_nothing_and_loads_nothing() -> None:
    """Where there is no kernel a value is read without the guard."""
    assert run(SCRIPT) == "invented-value-4711 None False False False\n"


@pytest.mark.slow
def test_a_server_that_hands_values_out_loads_neither_hooks_nor_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of the server's reads values, and imports nothing of them."""
    for name, text in environment(tmp_path).items():
        monkeypatch.setenv(name, text)
    assert run(SERVER) == "invented-value-4711\nTrue []\n"


def test_it_is_not_turned_on_before_somebody_says_by_which_hooks() -> None:
    """Loading without them is an error of the program."""
    with pytest.raises(RuntimeError, match="which hooks"):
        Guard().load(object())
