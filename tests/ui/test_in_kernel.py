"""The side panel as a tool for the notebook in front: what is in its kernel, and its project."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.cluster.server import Namespace

from .conftest import NewPage, Open
from .lab import Lab
from .pages import Panel, close_notebook, open_lab, open_notebook
from .test_live import write

LOAD = "%load_ext dh_secrets_jupyter"


def text_of(cell: Locator) -> str:
    """Returns the text of a cell, without its last line break."""
    return "\n".join(cell.locator(".cm-line").all_inner_texts()).strip("\n")


def in_kernel(panel: Panel, said: str) -> Locator:
    """Returns what a row says of the kernel."""
    return panel.region.get_by_role("list").get_by_text(said, exact=True)


def test_a_rotated_value_is_old_until_it_is_put_again(
    kubernetes_lab: Lab, kubernetes_namespace: Namespace, open_panel: Open, project: str
) -> None:
    """What kubectl changes is old in the kernel; after a restart nothing claims to be there, no notice either."""
    panel, notebook = open_panel(kubernetes_lab, fresh=True)
    panel.add("db-pass", "sample-before")
    panel.act("db-pass", "Put into kernel")
    expect(in_kernel(panel, "in kernel as db_pass")).to_be_visible()
    write(kubernetes_namespace, project, "db-pass", "sample-after-it")
    expect(in_kernel(panel, "old value")).to_be_visible()
    write(kubernetes_namespace, project, "db-pass", "sample-after-that")
    panel.region.get_by_role("button", name="Put db-pass again").click()
    expect(in_kernel(panel, "old value")).to_be_hidden()
    assert "17" in notebook.run("print(len(db_pass))")
    write(kubernetes_namespace, project, "db-pass", "sample-and-once-more")
    expect(in_kernel(panel, "old value")).to_be_visible()
    notebook.run("db_pass = 'my own'")
    expect(in_kernel(panel, "in kernel as db_pass")).to_be_hidden()
    panel.act("db-pass", "Put into environment")
    expect(in_kernel(panel, "in environment as db-pass")).to_be_visible()

    # A busy kernel is asked again when it is idle.
    busy = notebook.start("import os, time\nwhile not os.path.exists('idle'): time.sleep(0.1)")
    write(kubernetes_namespace, project, "db-pass", "sample-while-it-is-busy")
    (kubernetes_lab.folder / "idle").touch()
    expect(busy.locator(".jp-InputPrompt")).not_to_have_text("[*]:")
    expect(in_kernel(panel, "old value")).to_be_visible()
    notebook.restart()
    expect(in_kernel(panel, "in environment as db-pass")).to_be_hidden()
    expect(panel.status).to_have_text("")
    panel.act("db-pass", "Put into kernel")
    expect(panel.status).to_contain_text("db-pass is in the variable db_pass.")
    open_notebook(panel.page, kubernetes_lab.notebook(f"{project}.ipynb"))
    expect(panel.status).to_have_text("")
    expect(in_kernel(panel, "in kernel as db_pass")).to_be_hidden()
    close_notebook(panel.page, f"{project}.ipynb")


def test_what_a_put_replaced_is_brought_back(local_lab: Lab, open_panel: Open) -> None:
    """Undo is offered where a variable of the user's was replaced; Forget takes the secret out."""
    panel, notebook = open_panel(local_lab, fresh=True)
    panel.add("short", "ab1")
    panel.act("short", "Put into kernel")
    expect(panel.status).to_contain_text("The guard does not mask short: ")
    panel.add("mine", "sample-value", Expires="2001-02-03")
    notebook.run("mine = 'my own'")
    panel.act("mine", "Put into kernel")
    expect(panel.status).to_contain_text("It replaced your own mine. mine has expired")
    expect(in_kernel(panel, "in kernel as mine")).to_be_visible()
    panel.region.get_by_role("button", name="Undo").click()
    expect(panel.status).to_have_text("What was there before is back.")
    assert "my own" in notebook.run("print(mine)")
    expect(in_kernel(panel, "in kernel as mine")).to_be_hidden()
    expect(panel.region.get_by_role("button", name="Undo")).to_be_hidden()
    panel.act("mine", "Put into environment")
    panel.act("mine", "Forget")
    expect(in_kernel(panel, "in environment as mine")).to_be_hidden()
    panel.act("mine", "Put into environment")
    expect(in_kernel(panel, "in environment as mine")).to_be_visible()
    panel.act("mine", "Delete")
    panel.dialog("Delete mine").submit()
    expect(panel.region.get_by_text("mine was deleted, and is still in the kernel.")).to_be_visible()
    panel.region.get_by_role("button", name="Forget mine").click()
    expect(panel.region.get_by_role("button", name="Forget mine")).to_be_hidden()


def test_what_one_display_puts_into_the_kernel_every_other_shows(
    local_lab: Lab, open_panel: Open, new_page: NewPage, project: str
) -> None:
    """The side panels of two pages and both views of a widget, whichever of them puts and forgets, without a cell; and
    where one page restarts the kernel the other claims nothing more."""
    path = f"{project}-shared.ipynb"
    here, notebook = open_panel(local_lab, path, page=new_page())
    here.add("SHARED", "sample-value")
    there, _ = open_lab(new_page(), local_lab, path, f"{project}-there")
    expect(there.project).not_to_have_value("")
    there.switch(project)
    displays = [Panel(one.page, one.page.locator("#dh-secrets-panel")) for one in (here, there)]

    def each_follows() -> None:
        for one in displays:
            one.act("SHARED", "Put into kernel")
            for other in displays:
                expect(in_kernel(other, "in kernel as SHARED")).to_be_visible()
            displays[0].act("SHARED", "Forget")
            for other in displays:
                expect(in_kernel(other, "in kernel as SHARED")).to_be_hidden()

    each_follows()
    here.act("SHARED", "Put into kernel")
    expect(in_kernel(there, "in kernel as SHARED")).to_be_visible()
    notebook.restart()
    expect(in_kernel(there, "in kernel as SHARED")).to_be_hidden()
    notebook.run("%load_ext dh_secrets_jupyter\n%secret panel")
    notebook.run("%secret panel")
    widgets = [Panel(here.page, notebook.cells.nth(cell)) for cell in (0, 1)]
    for widget in widgets:
        widget.switch(project)
        expect(widget.name("SHARED")).to_be_visible()
    displays = [*displays, *widgets]
    each_follows()


@pytest.mark.parametrize("leave", ["Tab", "Escape"])
def test_enter_goes_to_a_typed_project_and_leaving_goes_back(
    local_lab: Lab, open_panel: Open, project: str, leave: str
) -> None:
    """A project that does not exist is said, and nothing is lost by typing a part of a name."""
    panel, _ = open_panel(local_lab)
    panel.project.fill(project[:3])
    panel.project.press(leave)
    expect(panel.project).to_have_value(project)
    panel.switch(f"{project}-new")
    expect(
        panel.region.get_by_text(f"There is no project {project}-new yet; adding a secret creates it.")
    ).to_be_visible()
    panel.add("FIRST", "sample-value")
    expect(panel.region.get_by_text("There is no project")).to_be_hidden()


def test_a_console_is_put_into_too(local_lab: Lab, open_panel: Open) -> None:
    """Its kernel has the secret; of cells there are none to insert into."""
    panel, _ = open_panel(local_lab, fresh=True)
    page = panel.page
    panel.add("IN_CONSOLE", "sample-value")
    page.get_by_role("button", name="New Launcher").click()
    page.locator(".jp-LauncherCard[data-category=Console]").first.click()
    expect(page.locator(".jp-ConsolePanel .jp-CodeConsole-promptCell")).to_be_visible()
    put = panel.region.get_by_role("button", name="Put IN_CONSOLE into kernel")
    expect(put).to_be_enabled()
    put.click()
    expect(in_kernel(panel, "in kernel as IN_CONSOLE")).to_be_visible()
