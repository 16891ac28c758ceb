"""What the panel shows is whole, in reach and in view, however narrow the panel and however long the names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .conftest import NewPage, Open
from .lab import Lab

LONG = "a-rather-long-name.of_a_secret" + "-that-goes-on" * 17
IS_WHOLE = """element => {
    const text = document.createRange();
    text.selectNodeContents(element);
    const style = getComputedStyle(element);
    const around = [style.paddingLeft, style.paddingRight, style.borderLeftWidth, style.borderRightWidth];
    const room = around.reduce((left, width) => left - parseFloat(width), element.getBoundingClientRect().width);
    return text.getBoundingClientRect().width <= room + 1 / 64;
}"""
"""To the browser's own precision: a hair's breadth less costs a text letters for the dots."""
IS_IN = """(element, around) => {
    const [box, frame] = [element, element.closest(around)].map(one => one.getBoundingClientRect());
    return box.top >= frame.top && box.bottom <= frame.bottom && box.left >= frame.left && box.right <= frame.right;
}"""


def is_in(element: Locator, around: str) -> bool:
    """Whether an element is wholly within the one around it that a selector names."""
    return bool(element.evaluate(IS_IN, around))


def test_a_menu_is_no_wider_for_a_long_name(local_lab: Lab, open_panel: Open, project: str) -> None:
    """What the secret is called in the kernel goes on below, and the notebook beside the panel stays in sight."""
    local_lab.request("POST", f"projects/{project}/secrets", {"name": LONG, "value": "sample-value"})
    panel, _ = open_panel(local_lab)
    panel.actions(LONG).click()
    menu = panel.region.get_by_role("menu")
    expect(menu).to_be_visible()
    width: float = menu.evaluate("menu => menu.offsetWidth")
    panel.page.keyboard.press("Escape")
    assert width <= 340


def test_the_count_is_whole(local_lab: Lab, open_panel: Open, project: str) -> None:
    """As wide as JupyterLab opens the side bar, while a search has found some of many."""
    local_lab.request(
        "POST", f"projects/{project}/import", {"values": {f"NAME_{n}": "sample-value" for n in range(250)}}
    )
    panel, _ = open_panel(local_lab)
    expect(panel.name("NAME_249")).to_be_attached()
    panel.search.fill("NAME_1")
    count = panel.region.get_by_text("111 of 250 secrets")
    expect(count).to_be_visible()
    assert panel.region.evaluate("region => region.clientWidth") == 250
    assert count.evaluate(IS_WHOLE)
    assert is_in(count, ".dhs-titlebar")
    panel.search.fill("")


def test_a_row_is_as_high_before_it_is_drawn(local_lab: Lab, open_panel: Open, project: str) -> None:
    """A browser draws what is in view, and so a new row a moment after it has come: those below it move once."""
    local_lab.request(
        "POST", f"projects/{project}/import", {"values": {f"NAME_{n}": "sample-value" for n in range(250)}}
    )
    panel, _ = open_panel(local_lab)
    expect(panel.name("NAME_249")).to_be_attached()
    rows = panel.region.locator(".dhs-row")
    assert set(rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")) == {26}


def test_an_old_value_is_said_whole(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Where a secret is in the kernel gives way to that its value is old, and both to that it has expired."""
    secret = {"name": "TOKEN", "value": "sample-value", "expires": "2020-01-02"}
    local_lab.request("POST", f"projects/{project}/secrets", secret)
    local_lab.request("POST", f"projects/{project}/secrets", {"name": "OTHER", "value": "sample-value"})
    panel, _ = open_panel(local_lab, fresh=True)
    for name in ("TOKEN", "OTHER"):
        panel.region.get_by_role("button", name=f"Put {name} into kernel").click()
        expect(panel.region.get_by_text(f"in kernel as {name}", exact=True)).to_be_visible()
    assert panel.region.get_by_text("expired", exact=True).evaluate(IS_WHOLE)
    for name in ("OTHER", "TOKEN"):
        local_lab.request("PATCH", f"projects/{project}/secrets/{name}", {"value": "sample-value-2"})
    old = panel.region.get_by_text("old value", exact=True)
    expect(old).to_have_count(2)
    assert old.first.evaluate(IS_WHOLE)
    assert panel.region.get_by_text("expired", exact=True).evaluate(IS_WHOLE)


def test_a_long_notebook_name_leaves_switch_in_reach(local_lab: Lab, open_panel: Open, project: str) -> None:
    """The note goes on in a second line; so does the one that there is no such project."""
    path = local_lab.notebook(f"a rather long name of a notebook {project}.ipynb", f"%secret project {project}-used")
    local_lab.request("POST", f"projects/{project}-used/secrets", {"name": "USED", "value": "sample-value"})
    panel, _ = open_panel(local_lab, path)
    switch = panel.region.get_by_role("button", name="Switch")
    expect(switch).to_be_visible()
    assert is_in(switch, ".dh-secrets")
    is_new = panel.region.get_by_text(f"There is no project {project} yet; adding a secret creates it.")
    expect(is_new).to_be_visible()
    assert is_new.evaluate(IS_WHOLE)
    switch.focus()
    switch.press("Enter")
    expect(panel.name("USED")).to_be_visible()
    expect(panel.search).to_be_focused()


def test_what_becomes_of_a_long_name_is_said_in_one_line(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Before an import, beside the names."""
    panel, _ = open_panel(local_lab)
    panel.region.get_by_role("button", name="Import .env").click()
    dialog = panel.dialog("Import .env")
    dialog.choose(".env", f"{LONG}=sample-value\n")
    height: float = dialog.frame.get_by_role("listitem").evaluate("item => item.offsetHeight")
    dialog.cancel()
    assert height <= 24


def test_the_marked_project_is_in_view(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Arrows move down a list of thirty projects, and the list with them."""
    for number in range(30):
        local_lab.request("POST", f"projects/{project}-{number:02}/secrets", {"name": "NAME", "value": "sample-value"})
    panel, _ = open_panel(local_lab)
    panel.project.fill(f"{project}-")
    options = panel.region.get_by_role("option")
    expect(options).to_have_count(30)
    for _number in range(20):
        panel.project.press("ArrowDown")
    marked = panel.region.get_by_role("option", selected=True)
    expect(marked).to_have_text(f"{project}-19")
    in_view = is_in(marked, "[role=listbox]")
    panel.project.press("Escape")
    assert in_view


def test_an_empty_file_holds_no_line(local_lab: Lab, open_panel: Open) -> None:
    """It can be chosen, and is said to have none; saved it is refused as no value."""
    panel, _ = open_panel(local_lab)
    dialog = panel.open_add()
    dialog.fill(Name="EMPTY")
    file = {"name": "empty", "mimeType": "text/plain", "buffer": b""}
    dialog.field("Choose file").set_input_files(file)  # type: ignore[arg-type]  # a dict of playwright's own form
    expect(dialog.frame.get_by_role("button", name="Discard")).to_be_visible()
    said = dialog.field("Value").get_attribute("placeholder")
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("EMPTY: there is no value to save.")
    dialog.cancel()
    assert said == "0 lines are kept"


@pytest.mark.parametrize("action", ["Edit", "Delete"])
def test_the_focus_stays_in_the_panel(local_lab: Lab, open_panel: Open, project: str, action: str) -> None:
    """When a dialog closes and the secret from which it was opened is gone."""
    for name in ("GOING", "STAYING"):
        local_lab.request("POST", f"projects/{project}/secrets", {"name": name, "value": "sample-value"})
    panel, _ = open_panel(local_lab)
    panel.act("GOING", action)
    dialog = panel.dialog(f"{action} GOING")
    local_lab.request("DELETE", f"projects/{project}/secrets/GOING")
    expect(panel.name("GOING")).to_have_count(0)
    dialog.cancel()
    expect(dialog.frame).to_be_hidden()
    assert panel.region.evaluate("region => region.contains(document.activeElement)")


def test_a_button_that_goes_hands_the_focus_on(local_lab: Lab, open_panel: Open, project: str) -> None:
    """*Forget*, of a secret that was deleted, *Undo*, and *Dismiss* in a dialog are gone once they were pressed."""
    secrets = f"projects/{project}/secrets"
    local_lab.request("POST", secrets, {"name": "TOKEN", "value": "sample-value"})
    panel, notebook = open_panel(local_lab, fresh=True)
    put = panel.region.get_by_role("button", name="Put TOKEN into kernel")
    put.click()
    expect(panel.status).to_contain_text("TOKEN is in the variable")
    local_lab.request("DELETE", f"{secrets}/TOKEN")
    panel.region.get_by_role("button", name="Forget TOKEN").press("Enter")
    expect(panel.status).to_have_text("TOKEN is no longer in the kernel.")
    expect(panel.search).to_be_focused()
    notebook.run("TOKEN = 'mine'")
    local_lab.request("POST", secrets, {"name": "TOKEN", "value": "sample-value"})
    put.click()
    panel.region.get_by_role("button", name="Undo").press("Enter")
    expect(panel.status).to_have_text("What was there before is back.")
    expect(panel.search).to_be_focused()
    dialog = panel.open_add()
    dialog.submit()
    dialog.frame.get_by_role("button", name="Dismiss").press("Enter")
    expect(dialog.frame.get_by_role("alert")).to_be_hidden()
    expect(dialog.field("Name")).to_be_focused()
    dialog.cancel()


def test_in_a_low_window_all_is_in_reach(local_lab: Lab, open_panel: Open, new_page: NewPage) -> None:
    """As at 200 %: the panel scrolls, and a note is not squeezed. What a dialog refuses is seen beside its field."""
    panel, _ = open_panel(local_lab, page=new_page())
    is_new = panel.region.get_by_text("adding a secret creates it")
    expect(is_new).to_be_visible()
    panel.page.set_viewport_size({"width": 640, "height": 340})
    needed, height = is_new.evaluate("note => [note.scrollHeight, note.clientHeight]")
    assert needed <= height
    panel.region.get_by_role("button", name="Help").focus()
    assert is_in(panel.region.get_by_role("button", name="Help"), "#dh-secrets-panel")
    dialog = panel.open_add()
    dialog.submit()
    alert = dialog.frame.get_by_role("alert")
    expect(alert).to_contain_text("The name is missing.")
    expect(dialog.field("Name")).to_be_focused()
    assert is_in(alert, "dialog")
    assert is_in(dialog.field("Name"), "dialog")


def test_what_the_notebook_needs_is_said_whole(local_lab: Lab, open_panel: Open, project: str) -> None:
    """How many, and how many are missing."""
    needs = " ".join(f"NEEDED_{number}" for number in range(11))
    path = local_lab.notebook(f"needs-{project}.ipynb", f"%secret need {needs}")
    panel, _ = open_panel(local_lab, path)
    said = panel.region.get_by_text("The notebook needs 11 secrets; missing: 11")
    expect(said).to_be_visible()
    assert said.evaluate(IS_WHOLE)
