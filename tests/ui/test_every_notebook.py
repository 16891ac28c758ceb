"""What the side panel does with the notebook beside it: as ``test_every_way.py``, in each application and way."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from .seat import Seat, at
from .test_in_kernel import LOAD

SIDE = ("side",)
ADD_CELL = """([index, cell_type, source]) => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.model.sharedModel.insertCell(index, {cell_type, source});
    content.activeCellIndex = index;
}"""
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


def add_cell(seat: Seat, index: int, kind: str, text: str) -> None:
    """Adds a cell, in which the cursor is then."""
    seat.desk.page.evaluate(ADD_CELL, [index, kind, text])
    expect(seat.desk.notebook.page.locator(".jp-Notebook:visible .jp-Cell").nth(index)).to_be_visible()


def sources(seat: Seat) -> list[str]:
    """Returns the texts of all cells."""
    found: list[dict[str, Any]] = seat.desk.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"
    )
    return [cell["source"] for cell in found]


@at("side-notebook-kubernetes-keyboard", SIDE)
def test_what_is_inserted_runs(seat: Seat) -> None:
    """Three lines where nothing is above, and they run; what is there already is not inserted again. That the notebook
    needs it now is said without a row that moves."""
    panel, name, page = seat.panel, seat.name, seat.desk.page
    seat.has(name)
    add_cell(seat, 0, "code", f"print(len({seat.variable}))")
    seat.choose(name, "Copy line")
    expect(panel.status).to_contain_text("Copied: ")
    copied = page.evaluate("navigator.clipboard.readText()")
    before = panel.name(name).bounding_box()
    seat.choose(name, "Insert into cell")
    expect(panel.status).to_contain_text("Inserted: ")
    expect(panel.region.get_by_text("The notebook needs 1 secret; all are there")).to_be_visible()
    assert panel.name(name).bounding_box() == before
    lines = [LOAD, f"%secret project {seat.project}", f"%secret get {name}", f"print(len({seat.variable}))"]
    assert sources(seat)[0] == "\n".join(lines)
    assert copied == "\n".join(lines[:3])
    page.get_by_role("menubar").get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    expect(seat.desk.notebook.cells.first.locator(".jp-OutputArea-output").last).to_contain_text("12")
    expect(seat.in_kernel(f"in kernel as {seat.variable}")).to_be_visible()
    seat.desk.notebook.ready()

    seat.choose(name, "Insert into cell")
    expect(panel.status).to_have_text(f"The cells read {name} already.")
    for index, (kind, text) in enumerate((("code", "%%time\n1 + 1"), ("markdown", "# Title"), ("raw", "as it is")), 2):
        seat.has(f"{name}-{kind}")
        add_cell(seat, index, kind, text)
        seat.choose(f"{name}-{kind}", "Insert into cell")
        expect(panel.status).to_have_text(f"Inserted: %secret get {name}-{kind}")
        assert sources(seat)[index : index + 2] == [text, f"%secret get {name}-{kind}"]
    seat.desk.start_anew()  # no other test finds the kernel in this project


@at("side-lab-local-mouse", SIDE, ["mouse"])
def test_a_name_is_double_clicked_or_dragged(seat: Seat) -> None:
    """It is inserted where the cursor is, or where it is dropped."""
    panel, page = seat.panel, seat.desk.page
    seat.has("API_KEY")
    seat.has("db-pass")
    add_cell(seat, 1, "code", "1 + 1")
    panel.name("API_KEY").dblclick()
    expect(panel.status).to_contain_text("%secret get API_KEY")
    project = f"%secret project {seat.project}"
    assert sources(seat)[1] == f"{project}\n%secret get API_KEY\n1 + 1"
    page.keyboard.press("Escape")
    panel.name("db-pass").drag_to(seat.desk.notebook.cells.nth(1).locator(".cm-line").last)
    expect(panel.status).to_have_text("Inserted: %secret get db-pass")
    assert sources(seat)[1] == f"{project}\n%secret get API_KEY\n%secret get db-pass\n1 + 1"


@at("side-notebook-kubernetes-mouse", SIDE)
def test_the_project_follows_and_what_is_needed_is_added(seat: Seat) -> None:
    """One click and both agree. What the cells need is said, what is missing with a button that adds it."""
    panel, name = seat.panel, seat.name
    seat.has("THERE")
    panel.switch(f"{seat.project}-other")
    line = f'%secret need THERE {name} --about "for the model"'
    add_cell(seat, 1, "code", f"%secret project {seat.project}\n{line}")
    expect(panel.region.get_by_text(f"{seat.desk.path} uses {seat.project}")).to_be_visible()
    expect(panel.region.get_by_text(f"There is no project {seat.project}-other yet")).to_be_visible()
    seat.press("Switch")
    expect(panel.project).to_have_value(seat.project)
    expect(panel.name("THERE")).to_be_visible()
    expect(seat.button("Switch")).to_be_hidden()
    needs = panel.region.get_by_role("region", name="What the notebook needs")
    expect(needs).to_contain_text("The notebook needs 2 secrets; missing: 1")
    seat.press(f"Add {name}")
    dialog = panel.dialog("Add secret")
    expect(dialog.field("Name")).to_have_value(name)
    expect(dialog.field("Description")).to_have_value("for the model")
    seat.fill(dialog, Value="sample-value")
    seat.done(dialog, f"{name} was saved.")
    expect(needs).to_contain_text("The notebook needs 2 secrets; all are there")
    cell, row = seat.desk.notebook.cells.nth(1).locator(".cm-content"), panel.name("THERE").bounding_box()
    cell.fill(f"%secret get {name}")
    expect(needs).to_have_text("The notebook needs 1 secret; all are there")
    cell.fill("%secret get ABSENT")
    expect(seat.button("Add ABSENT")).to_be_visible()
    assert panel.name("THERE").bounding_box() == row


@at("side-lab-local-keyboard", SIDE)
def test_without_a_kernel_its_actions_say_why(seat: Seat) -> None:
    """They are disabled as long as there is none."""
    panel, name = seat.panel, seat.name
    seat.has(name)
    reason = "The notebook in front has no kernel. Start one to put secrets into it."
    seat.desk.page.evaluate(SHUT_DOWN)
    try:
        expect(panel.region.get_by_text(reason)).to_be_visible()
        expect(seat.button(f"Put {name} into kernel")).to_be_disabled()
        seat.way.press(panel.actions(name))
        put = panel.region.get_by_role("menuitem", name="Put into kernel", exact=True)
        expect(put).to_be_disabled()
        expect(put).to_have_attribute("title", reason)
        expect(panel.region.get_by_role("menuitem", name="Edit")).to_be_enabled()
        seat.desk.page.keyboard.press("Escape")
    finally:
        seat.desk.start_anew()
    expect(panel.region.get_by_text(reason)).to_be_hidden()
    expect(seat.button(f"Put {name} into kernel")).to_be_enabled()


@at("side-lab-local-mouse", SIDE)
def test_the_settings_open(seat: Seat) -> None:
    """At the panel's own; a notebook of Notebook 7 has no editor for them, and the panel says where there is one."""
    seat.press("Settings")
    if seat.desk.is_lab:
        expect(seat.desk.page.get_by_role("tab", name="Settings")).to_be_visible()
    else:
        expect(seat.panel.region.get_by_text("in the menu Settings")).to_be_visible()
