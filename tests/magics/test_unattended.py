"""Where nobody can answer a prompt: nbclient and papermill. A notebook stops, and its saved copy says why."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..support import notebooks
from ..support.kernels import environment

pytestmark = pytest.mark.kernel

LOAD = "%load_ext dh_secrets_jupyter"
MISSING = "NOPE: no such secret in project default. Run %secret list to see what is there."
UNANSWERED = "NEW: nobody can answer a prompt here. Use --from-file, --from-env or --from-var."
FAILING = {
    "%secret set NEW": UNANSWERED,
    "%secret delete KEY": "KEY: nobody can answer a prompt here. Use --yes to skip the question.",
    "%secret get KEY NOPE": MISSING,
    "%%secret NOPE\nprint('ran')": MISSING,
    "%secret edit KEY": "KEY: nothing to change. Use --description, --label, --expires or --hosts.",
    "%secret set KEY --from-file nope": (
        "KEY: cannot read the file 'nope' (No such file or directory). Check its path and permissions."
    ),
}


def errors(cell: Any) -> list[str]:
    """Returns the error outputs of a saved cell, as a reader sees them."""
    return ["\n".join(output["traceback"]) for output in cell["outputs"] if output["output_type"] == "error"]


def run(folder: Path, *cells: str, go_on: bool = False) -> Any:
    """Runs cells by nbclient and returns them with their outputs."""
    return notebooks.execute(notebooks.make(*cells), folder, environment(folder), allow_errors=go_on)["cells"]


def test_each_error_is_one_output(tmp_path: Path) -> None:
    """What would ask, and what goes wrong, is the cell's one error output: the line alone."""
    cells = run(tmp_path, LOAD, "%secret set KEY --from-env JUPYTERHUB_USER", *FAILING, go_on=True)
    assert [errors(cell) for cell in cells] == [[], [], *([said] for said in FAILING.values())]
    assert all(len(cell["outputs"]) == 1 for cell in cells[2:])


def test_nbclient_stops(tmp_path: Path) -> None:
    """The run stops at the cell, and its failure says the line."""
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError, match=r"NEW: nobody can answer a prompt here\. Use --from-file"):
        run(tmp_path, LOAD, "%secret set NEW", "open('went-on', 'w')")
    assert not (tmp_path / "went-on").exists()


def test_papermill_stops(tmp_path: Path) -> None:
    """The run fails, and the copy that papermill leaves has the line at the cell."""
    (tmp_path / "in.ipynb").write_text(json.dumps(notebooks.make(LOAD, "%secret set NEW", "open('went-on', 'w')")))
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", "in.ipynb", "out.ipynb"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert UNANSWERED in done.stderr
    saved = json.loads((tmp_path / "out.ipynb").read_text())
    assert [found for cell in saved["cells"] if cell["cell_type"] == "code" for found in errors(cell)] == [UNANSWERED]
    assert not (tmp_path / "went-on").exists()


def test_everything_else_works_there(tmp_path: Path) -> None:
    """A notebook that asks nothing runs to its end, and no value is in it."""
    (tmp_path / "value").write_text("invented-unattended")
    commands = ["%secret set KEY --from-file value", "%secret get KEY", "%secret list", "%secret delete KEY --yes"]
    cells = run(tmp_path, LOAD, *commands[:2], "%%secret KEY as leased\nlen(leased)", *commands[2:])
    assert cells[3]["outputs"][0]["data"]["text/plain"] == "19"
    assert "<table>" in cells[4]["outputs"][0]["data"]["text/html"]
    assert "invented-unattended" not in json.dumps(cells)
