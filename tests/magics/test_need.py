"""``%secret need``: what a notebook needs, said by the notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..support import notebooks
from ..support.kernels import INTERRUPT, Kernel, environment
from .test_unattended import LOAD, errors, run

NEEDING = [
    "%secret need NEW OTHER",
    "x = 1\n%secret need NEW --optional OTHER",
    "x = 1\n%secret need --optional NEW OTHER as other",
    '%secret need NEW as new --optional OTHER --env --about "what is it for?"',
    "%secret need NEW --about 'why?' --optional OTHER as what",
    "if True:\n    %secret need NEW --optional OTHER",
    "%secret need NEW \\\n  --optional OTHER  # which one",
]
"""Cells whose last line is ours."""
COUNTED = """
from dh_secrets_jupyter import current
provider = type(current.project().provider)
calls = []
for name in ("read", "write"):
    def counted(self, *arguments, name=name, real=getattr(provider, name)):
        calls.append(name)
        return real(self, *arguments)
    setattr(provider, name, counted)
"""


@pytest.mark.parametrize("code", NEEDING)
def test_the_last_line_of_a_cell_is_ours(project_kernel: Kernel, code: str) -> None:
    """No form of the line is taken for Python, or for a question to IPython's help."""
    cell = project_kernel.run(code)
    is_needed = "need --optional" not in code
    assert (cell.error or "").startswith("NEW" if is_needed else "")
    assert bool(cell.error) == is_needed
    assert not cell.of("page", "display_data")
    assert not cell.reply.get("payload")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("API_KEY db-pass as password", "Read into variables: API_KEY, db-pass as password\n"),
        ("API_KEY --optional db-pass NONE", "Read into variables: API_KEY, db-pass as db_pass\n"),
        ("--optional NONE db-pass as p", "Read into variables: db-pass as p\n"),
        ("API_KEY --optional --env db-pass as P NONE", "Read into environment variables: API_KEY, db-pass as P\n"),
        ("--about 'x y' --optional db-pass --optional API_KEY", "Read into variables: db-pass as db_pass, API_KEY\n"),
        ("--env -- API_KEY", "Read into environment variables: API_KEY\n"),
        ("API_KEY --optional NONE -- API_KEY", "Read into variables: API_KEY\n"),
        ("--optional NONE other", ""),
    ],
)
def test_what_is_there_is_read(project_kernel: Kernel, line: str, shown: str) -> None:
    """As get and env read it; what is optional and missing is left out in silence."""
    assert project_kernel.ok(f"%secret need {line}", answers=[]).text == shown


def test_all_or_none_is_read(project_kernel: Kernel) -> None:
    """Where something is missing nothing is put into the kernel, in whatever order it is named."""
    project_kernel.run("%secret need API_KEY as first NEW db-pass as last")
    assert project_kernel.ok("print({'first', 'last'} & set(globals()))").stdout == "set()\n"


def test_what_is_entered_is_one_change(project_kernel: Kernel) -> None:
    """One request where all is there; else a prompt each, then one write, and one more request to read."""
    project_kernel.ok(COUNTED)
    project_kernel.ok("%secret need API_KEY db-pass", answers=[])
    assert project_kernel.ok("print(*calls)").stdout == "read\n"
    answers = ["invented-first", "invented-second", "invented-third"]
    cell = project_kernel.ok("%secret need A B as b API_KEY C --about 'to try'", answers=answers)
    assert [prompt.split(" for project")[0] for prompt in cell.prompts] == [f"Value of {n} (to try)" for n in "ABC"]
    assert project_kernel.ok("print(*calls[1:])").stdout == "read write read\n"
    assert project_kernel.ok("print(A, b, C)").stdout == "[secret:A] [secret:B] [secret:C]\n"
    project_kernel.ok("%secret delete A B C --yes")


@pytest.mark.parametrize("answers", [["invented-first", INTERRUPT], ["invented-first", ""], [INTERRUPT]])
def test_a_cancelled_prompt_fails_with_the_line(project_kernel: Kernel, answers: list[str]) -> None:
    """The cell fails with the line of where nobody can answer, and nothing is stored."""
    cells = [project_kernel.run("%secret need A API_KEY B", answers=given) for given in (answers, None)]
    assert cells[0].error == cells[1].error
    assert str(cells[0].error).startswith("A, B: missing from project t")
    assert cells[0].error_name == "SecretNotFoundError"
    assert "no such secret" in str(project_kernel.run("%secret get A").error)


def test_what_others_set_meanwhile_stays(project_kernel: Kernel) -> None:
    """A secret that appears while one types keeps its value, nothing is stored, and the line says what to do."""
    project_kernel.ok(
        "from dh_secrets_jupyter import current\n"
        "from dh_secrets_jupyter.commands.prompts import Prompts\n"
        "def typed(*arguments, asked=Prompts.ask_needed):\n"
        "    current.project().put('NEW', 'invent' + 'ed-by-others')\n"
        "    return asked(*arguments)\n"
        "Prompts.ask_needed, asked = typed, Prompts.ask_needed"
    )
    error = project_kernel.run("%secret need NEW OTHER", answers=["invented-typed"] * 2).error
    project_kernel.ok("Prompts.ask_needed = asked")
    hint = "Nothing was stored; run this cell again to read what is there."
    assert str(error).startswith("NEW: already exists in project t")
    assert str(error).endswith(hint)
    project_kernel.ok("%secret need NEW")
    assert project_kernel.ok("print(NEW.reveal() == 'invent' + 'ed-by-others')").stdout == "True\n"
    project_kernel.ok("%secret delete NEW --yes")


MISSING = "DB, API, KEY: missing from project default (local: "
CELLS = [LOAD, "%secret need DB API as token KEY --optional SLACK --about 'to try'", "open('went-on', 'w')"]


SCHEDULERS = [["papermill", "--no-progress-bar", "in.ipynb", "out.ipynb"], ["jupyter", "execute", "in.ipynb"]]


@pytest.mark.kernel
@pytest.mark.parametrize("command", SCHEDULERS, ids=" ".join)
def test_schedulers_fail_in_that_cell(tmp_path: Path, command: list[str]) -> None:
    """The run fails at once with all names, the place and what to do, and does not go on."""
    (tmp_path / "in.ipynb").write_text(json.dumps(notebooks.make(*CELLS)))
    program = Path(sys.executable).with_name(command[0])
    variables: dict[str, Any] = {**os.environ, **environment(tmp_path)}
    done = subprocess.run(
        [program, *command[1:]],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode != 0
    assert MISSING in done.stderr
    assert "Run %secret set NAME for each" in done.stderr
    assert not (tmp_path / "went-on").exists()


@pytest.mark.kernel
def test_nbclient_fails_in_that_cell(tmp_path: Path) -> None:
    """The saved copy has the one line, at the cell."""
    cells = run(tmp_path, *CELLS[:2], go_on=True)
    [line] = errors(cells[1])
    assert line.startswith(MISSING)
    assert len(cells[1]["outputs"]) == 1
