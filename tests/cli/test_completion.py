"""``Tab`` in real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dh_secrets_jupyter.cli.completion import PROGRAMS
from dh_secrets_jupyter.project import Project

from .run.at_terminal import AtTerminal

pytestmark = [pytest.mark.posix, pytest.mark.slow]


def test_in_bash(demo: Project) -> None:
    """Commands, options, their values and names of secrets, for the program and for ``jupyter``'s own command."""
    shell = AtTerminal(lambda: os.execvp("bash", ["bash", "--norc", "-i"]))
    try:
        shell.type("PS1='pro''mpt> '; source <(jupyter-secrets completion bash)\r")
        shell.expect(b"prompt> ")
        for typed, completed in (
            ("jupyter-secrets desc\t", b"describe "),
            ("jupyter-secrets describe API\t", b"describe API_KEY "),
            ("jupyter-secrets scan --form\t", b"--format "),
            ("jupyter-secrets scan --format sa\t", b"sarif "),
            ("jupyter-secrets list --provider lo\t", b"local "),
            ("jupyter secrets desc\t", b"secrets describe "),
        ):
            after = len(shell.shown)
            shell.type(typed)
            shell.expect(completed, after)
            shell.type("\x15\r")
            shell.expect(b"prompt> ", len(shell.shown))
    finally:
        shell.close()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_is_of_its_shell(demo: Project, tmp_path: Path, shell: str) -> None:
    """What is printed names our programs, and the shell, where there is one, can read it."""
    script = subprocess.run(["jupyter-secrets", "completion", shell], capture_output=True, text=True, check=True).stdout
    assert all(program in script for program in PROGRAMS)
    if shutil.which(shell):
        (tmp_path / "script").write_text(script)
        subprocess.run([shell, "-n", str(tmp_path / "script")], check=True)
