"""Runs a notebook and shows it in the terminal, each cell and its output as it runs: ``python play.py NOTEBOOK``.

Ends with 1 where a cell fails. The notebook's file stays as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config


class Player(NotebookClient):
    """Prints outputs when they come."""

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        content = msg["content"]
        if msg["msg_type"] == "stream":
            say(content["text"], end="")
        elif msg["msg_type"] == "error":
            say("\n".join(content["traceback"]))
        else:
            say(content["data"].get("text/plain", ""))
        return super().output(outs, msg, display_id, cell_index)


def play(path: Path) -> bool:
    """Runs the notebook; returns whether all of its cells went well."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # it has no types
    player = Player(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        # Without it, who is on this machine could read what the kernel sends.
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    with player.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                say(f"\n{cell.source}\n")
                continue
            say("\n".join(f"{'...' if line else '>>>'} {text}" for line, text in enumerate(cell.source.splitlines())))
            try:
                player.execute_cell(cell, index)
            except CellExecutionError:
                return False  # its error is shown already
    return True


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(0 if play(Path(sys.argv[1])) else 1)
