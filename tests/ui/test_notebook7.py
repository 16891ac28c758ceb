"""The side panel in Notebook 7."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import NewPage
from .lab import Lab
from .pages import Notebook, Panel, run_command
from .test_in_kernel import in_kernel


def test_a_secret_is_added_and_used_in_notebook_7(kubernetes_lab: Lab, new_page: NewPage, project: str) -> None:
    """One command opens the panel at the left. By keyboard it puts a secret into this notebook's kernel and inserts it
    into its cells, which run; after a restart nothing claims to be in the kernel."""
    page = new_page()
    path = kubernetes_lab.notebook("seven.ipynb")
    page.goto(f"{kubernetes_lab.url}/notebooks/{path}?token={kubernetes_lab.token}")
    notebook, panel = Notebook(page), Panel(page)
    notebook.ready()
    run_command(page, "View", "Show Secrets", alone=True)
    expect(panel.region).to_be_visible()
    panel.switch(project)
    panel.add("SEVEN", "sample-seven")
    actions = panel.region.get_by_role("button", name="Actions for SEVEN")
    for letter, said in (("p", "SEVEN is in the environment as SEVEN."), ("i", "%secret get SEVEN")):
        actions.press("Enter")
        page.keyboard.type(letter)
        page.keyboard.press("Enter")
        expect(actions).to_be_focused()
        expect(panel.status).to_contain_text(said)
    notebook.cells.first.locator(".cm-content").press("Shift+Enter")
    expect(in_kernel(panel, "in environment as SEVEN, in kernel as SEVEN")).to_be_visible()
    assert "yes" in notebook.run("print('yes' if SEVEN == 'sample-' + 'seven' else 'no')")
    notebook.restart()
    expect(in_kernel(panel, "in environment as SEVEN, in kernel as SEVEN")).to_be_hidden()
