"""The widget panel, shown by a cell of a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Request, WebSocket, expect

from .lab import Lab
from .pages import Panel, close_notebook, open_notebook


def opening(project: str, kubeconfig: Path | None = None, provider: str = "local") -> str:
    """Returns the cell that shows the panel. The kernel alone talks to the provider, and so is told of it there."""
    told = f"import os; os.environ['KUBECONFIG'] = {str(kubeconfig)!r}\n" if kubeconfig else ""
    provider = "kubernetes" if kubeconfig else provider
    return f"{told}%load_ext dh_secrets_jupyter\n%secret project {project} --provider {provider}\n%secret panel"


class Shown:
    """A notebook in which the panel was shown by its first cell; JupyterLab is loaded already."""

    def __init__(self, page: Page, lab: Lab, name: str, cell: str) -> None:
        self.page = page
        self.lab = lab
        self.file = lab.folder / lab.notebook(f"{name}.ipynb")
        self.traffic: list[bytes] = []
        page.on("websocket", self._follow)
        page.on("request", self._sent)
        self.book = open_notebook(page, self.file.name)
        self.book.ready()
        self.book.run(cell)
        self.panel = Panel(page, self.book.cells.first)
        expect(self.panel.region.get_by_role("button", name="Add secret")).to_be_visible()

    def close(self) -> None:
        """Closes the notebook and ends its kernel; the page stays."""
        self.page.remove_listener("websocket", self._follow)
        self.page.remove_listener("request", self._sent)
        close_notebook(self.page, self.file.name)

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framesent", self._heard)
        socket.on("framereceived", self._heard)

    def _sent(self, request: Request) -> None:
        self._heard(request.post_data_buffer or b"")

    def _heard(self, payload: str | bytes) -> None:
        self.traffic.append(payload.encode() if isinstance(payload, str) else payload)

    def says(self, code: str) -> str:
        """Runs code and returns its output."""
        return self.book.run(code)


Show = Callable[..., Shown]
