"""The side panel in Notebook 7."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import NewPage
from .lab import Lab
from .pages import Notebook, Panel, run_command


def test_a_secret_is_added_and_used_in_notebook_7(local_lab: Lab, new_page: NewPage, project: str) -> None:
    """One command opens the panel at the left, and it puts a secret into this notebook's kernel."""
    page = new_page()
    page.goto(f"{local_lab.url}/notebooks/{local_lab.notebook('seven.ipynb')}?token={local_lab.token}")
    notebook, panel = Notebook(page), Panel(page)
    notebook.ready()
    run_command(page, "View", "Show Secrets", alone=True)
    expect(panel.region).to_be_visible()
    panel.switch(project)
    panel.add("SEVEN", "sample-seven")
    panel.act("SEVEN", "Put into kernel")
    expect(panel.status).to_contain_text("SEVEN is in the variable SEVEN")
    assert "yes" in notebook.run("print('yes' if SEVEN == 'sample-' + 'seven' else 'no')")
