"""The panels in JupyterLab 4.2, the oldest that they work in; ``make soak`` installs it below build/."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from . import lab, widget
from .conftest import NewPage
from .pages import Notebook, Panel, open_lab

PYTHON = lab.ROOT / "build" / "lab42" / "bin" / "python"


@pytest.mark.soak
def test_secrets_are_listed_added_and_put_in_jupyterlab_4_2(new_page: NewPage, tmp_path: Path, project: str) -> None:
    """At the side and in a cell: what is stored is listed; a secret is added, put into the kernel, used and masked."""
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(tmp_path / "secrets.db")}
    with lab.start(tmp_path / "lab", environment, python=str(PYTHON)) as server:
        server.request("POST", f"projects/{project}/secrets", {"name": "STORED", "value": "sample-stored"})
        page = new_page()
        side, notebook = open_lab(page, server, server.notebook("oldest.ipynb"), "oldest")
        assert '"appVersion": "4.2.' in page.locator("#jupyter-config-data").inner_text()
        side.switch(project)
        _use(side, notebook, "AT_THE_SIDE")
        notebook.run(widget.opening(project))
        _use(Panel(page, notebook.cells.nth(1)), notebook, "IN_A_CELL")


def _use(panel: Panel, notebook: Notebook, name: str) -> None:
    expect(panel.name("STORED")).to_be_visible()
    panel.add(name, f"sample-{name}")
    panel.region.get_by_role("button", name=f"Put {name} into kernel").click()
    expect(panel.status).to_contain_text(f"{name} is in")
    assert f"True [secret:{name}]" in notebook.run(f"print({name} == 'sample-' + '{name}', {name})")
