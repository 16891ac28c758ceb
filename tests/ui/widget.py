"""The widget panel, shown by a cell of a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from .lab import Lab
from .pages import Notebook, Panel


def opening(project: str, kubeconfig: Path | None = None, provider: str = "local") -> str:
    """Returns the cell that shows the panel. The kernel alone talks to the provider, and so is told of it there."""
    told = f"import os; os.environ['KUBECONFIG'] = {str(kubeconfig)!r}\n" if kubeconfig else ""
    provider = "kubernetes" if kubeconfig else provider
    return f"{told}%load_ext dh_secrets_jupyter\n%secret project {project} --provider {provider}\n%secret panel"


class Shown:
    """A notebook in which the panel was shown by its first cell."""

    def __init__(self, page: Page, lab: Lab, name: str, cell: str) -> None:
        self.page = page
        self.lab = lab
        self.file = lab.folder / lab.notebook(f"{name}.ipynb")
        self.traffic: list[bytes] = []
        page.on(
            "websocket", lambda socket: socket.on("framesent", self._heard) or socket.on("framereceived", self._heard)
        )
        page.on("request", lambda request: self._heard(request.post_data_buffer or b""))
        page.goto(lab.address(self.file.name, f"space-{name}"))
        self.book = Notebook(page)
        self.book.ready()
        self.book.run(cell)
        self.panel = Panel(page, self.book.cells.first)
        expect(self.panel.region.get_by_role("button", name="Add secret")).to_be_visible()

    def _heard(self, payload: str | bytes) -> None:
        self.traffic.append(payload.encode() if isinstance(payload, str) else payload)

    def says(self, code: str) -> str:
        """Runs code and returns its output."""
        return self.book.run(code)


Show = Callable[..., Shown]
