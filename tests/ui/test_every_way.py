"""What both panels do: in JupyterLab and Notebook 7, on each provider, with the mouse or with the keyboard alone."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from playwright.sync_api import expect

from .pages import violations
from .seat import Seat, at
from .test_list import in_days, store

KEY = "-----BEGIN SAMPLE-----\nnot a key, only a sample\n-----END SAMPLE-----\n"
DROP = """(region, text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.env'));
    region.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
VALUE = "sample-value-of-20-characters"


@at("side-lab-local-mouse")
def test_an_empty_project_greets_and_a_secret_is_added(seat: Seat) -> None:
    """The greeting says what this is. The row says what matters and is low; the rest is in the details."""
    region, name = seat.panel.region, seat.name
    expect(region.get_by_text("This project has no secrets yet")).to_be_visible()
    expect(region.get_by_text("A saved value is never shown here again.")).to_be_visible()
    for button in ("Import .env", "Help", "Refresh", "Order by"):
        expect(seat.button(button)).to_be_visible()
    seat.press("Add secret")
    dialog = seat.panel.dialog("Add secret")
    expect(dialog.field("Value")).to_have_attribute("type", "password")
    expect(dialog.field("Value")).to_have_attribute("autocomplete", "new-password")
    expect(dialog.submit_button).to_have_accessible_name("Save")
    expect(dialog.cancel_button).to_have_accessible_name("Cancel")
    seat.fill(dialog, Name="not valid", Value="sample-value", Description="For the tides", Labels="sea, north")
    seat.fill(dialog, Expires=in_days(3))
    seat.refused(dialog, "not valid: not a valid secret name.")
    expect(dialog.field("Value")).to_have_value("sample-value")  # nothing was sent
    seat.fill(dialog, Name=name)
    seat.done(dialog, f"{name} was saved.")
    row = region.get_by_role("listitem")
    expect(seat.panel.name(name)).to_be_visible()
    expect(row.get_by_text("in 3 days")).to_be_visible()
    expect(row.get_by_role("button", name="north")).to_be_attached()
    assert row.bounding_box()["height"] <= 26  # type: ignore[index]  # it is visible
    box = seat.panel.actions(name).bounding_box()
    assert box
    assert (box["width"], box["height"]) == (24, 24)
    expect(region.get_by_text("For the tides")).to_be_hidden()
    seat.way.open_details(name)
    expect(region.get_by_text("For the tides")).to_be_visible()
    expect(row.get_by_text(re.compile("Updated .* by analyst"))).to_be_visible()


@at("widget-notebook-kubernetes-keyboard")
def test_the_list_is_counted_ordered_and_searched(seat: Seat) -> None:
    """By name without case and with numbers as numbers, by the newest, by the next to expire; a search looks at names,
    labels and descriptions."""
    panel = seat.panel
    secrets: dict[str, dict[str, object]] = {
        "key10": {"description": "For the tides"},
        "KEY2": {"labels": ["north coast"]},
        "Alpha": {},
        "beta": {"expires": in_days(5)},
    }
    store(seat.desk.lab, seat.project, secrets)
    expect(panel.region.get_by_text("4 secrets", exact=True)).to_be_visible()
    expect(panel.name("beta")).to_be_visible()
    assert panel.names() == ["Alpha", "beta", "KEY2", "key10"]
    for order, first in (("Updated", "beta"), ("Expires", "beta"), ("Name", "Alpha")):
        seat.press("Order by")
        menu = panel.region.get_by_role("menu", name="Order by")
        seat.way.press(menu.get_by_role("menuitem", name=order, exact=True))
        expect(panel.region.locator("[data-name]").first).to_have_attribute("data-name", first)
    seat.way.write(panel.search, "TIDES")
    expect(panel.region.get_by_text("1 of 4 secrets")).to_be_visible()
    assert panel.names() == ["key10"]
    seat.way.write(panel.search, "")
    expect(panel.name("KEY2")).to_be_visible()
    if seat.by_mouse:
        panel.region.get_by_role("button", name="north coast").click()
    else:
        seat.way.write(panel.search, "north coast")
    expect(panel.name("beta")).to_be_hidden()
    assert panel.names() == ["KEY2"]
    seat.way.write(panel.search, "nothing like it")
    expect(panel.region.get_by_text("No secret matches")).to_be_visible()


@at("widget-lab-local-mouse")
def test_a_value_is_replaced_details_are_edited_and_it_is_deleted(seat: Seat) -> None:
    """Each in a dialog of its name, which holds what is known; the store has what was sent."""
    panel, name = seat.panel, seat.name
    seat.has(name, labels=["weather", "test"])
    seat.has("OTHER")
    replace = seat.open(name, "Replace value", f"Replace value of {name}")
    seat.fill(replace, Value="sample-value-2")
    seat.done(replace, f"The value of {name} was replaced.")

    edit = seat.open(name, "Edit", f"Edit {name}")
    expect(edit.field("Labels")).to_have_value("weather, test")
    seat.fill(edit, Description="For the tides", Labels="sea", Expires="2020-01-02")
    seat.done(edit, name)
    expect(panel.region.get_by_text("expired", exact=True)).to_be_visible()
    listed = {one["name"]: one for one in seat.listed()}[name]
    assert (listed["description"], listed["labels"], listed["expires"]) == ("For the tides", ["sea"], "2020-01-02")

    delete = seat.open(name, "Delete", f"Delete {name}")
    expect(delete.cancel_button).to_be_focused()
    expect(delete.submit_button).to_have_accessible_name("Delete")
    seat.way.press(delete.cancel_button)
    expect(delete.frame).to_be_hidden()
    seat.done(seat.open(name, "Delete", f"Delete {name}"), f"{name} was deleted.")
    expect(panel.name(name)).to_be_hidden()
    assert [one["name"] for one in seat.listed()] == ["OTHER"]


@at("side-notebook-kubernetes-keyboard")
def test_it_is_renamed_and_copied(seat: Seat) -> None:
    """Within the project and across, whoever comes in between: what is said is what is where."""
    panel, name, other = seat.panel, seat.name, f"{seat.project}-b"
    seat.has(name)
    rename = seat.open(name, "Rename", f"Rename {name}")
    seat.fill(rename, Name="MOVED")
    seat.has("MOVED")
    expect(rename.submit_button).to_have_accessible_name("Rename")
    seat.refused(rename, "MOVED: already exists")
    assert [one["name"] for one in seat.listed()] == sorted([name, "MOVED"])
    seat.store("DELETE", "secrets/MOVED")
    seat.store("PATCH", f"secrets/{name}", {"value": "sample-of-others"})
    seat.done(rename, f"{name} is now MOVED.")
    assert [one["name"] for one in seat.listed()] == ["MOVED"]

    copy = seat.open("MOVED", "Copy to project", "Copy MOVED to project")
    seat.fill(copy, Project=other, Name="TAKEN")
    seat.desk.lab.request("POST", f"projects/{other}/secrets", {"name": "TAKEN", "value": "sample-of-another"})
    expect(copy.submit_button).to_have_accessible_name("Copy")
    seat.refused(copy, "TAKEN: already exists")
    seat.fill(copy, Name="COPIED")
    seat.done(copy, f"MOVED was copied to project {other}.")
    assert panel.names() == ["MOVED"]

    late = seat.open("MOVED", "Copy to project", "Copy MOVED to project")
    seat.fill(late, Project=other)
    seat.store("POST", "secrets/MOVED/copy", {"name": name, "move": True})
    seat.refused(late, "MOVED")
    seat.way.press(late.cancel_button)
    assert [one["name"] for one in seat.listed(other)] == ["COPIED", "TAKEN"]
    expect(panel.name(name)).to_be_visible()
    seat.choose(name, "Put into kernel")
    expect(panel.status).to_contain_text(f"{name} is in the variable")
    assert "16" in seat.desk.notebook.run(f"print(len({seat.variable}))")


@at("widget-notebook-kubernetes-mouse")
def test_a_file_is_imported(seat: Seat) -> None:
    """Its names are shown first, as new or existing. All or none: what exists is refused until it may be replaced, and
    keeps its details."""
    panel = seat.panel
    seat.has("SHARED", description="Kept")
    seat.press("Import .env")
    dialog = panel.dialog("Import .env")
    seat.refused(dialog, "No file is chosen")
    seat.choose_file(dialog, ".env", b'NEW=sample-one # c\nSHARED="sample\\ntwo"\n')
    expect(dialog.frame.get_by_role("listitem")).to_have_text(["NEWnew", "SHAREDexists"])
    expect(dialog.submit_button).to_have_accessible_name("Import")
    seat.refused(dialog, "SHARED: already exists")
    assert panel.names() == ["SHARED"]
    seat.way.press(dialog.frame.get_by_role("checkbox", name="Replace those that exist"))
    seat.done(dialog, "2 secrets were imported.")
    expect(panel.name("NEW")).to_be_visible()
    assert [(one["name"], one["description"]) for one in seat.listed()] == [("NEW", ""), ("SHARED", "Kept")]
    if seat.by_mouse:
        panel.region.evaluate(DROP, "DROPPED=1\nNEW=2")
        expect(dialog.frame.get_by_role("listitem")).to_have_text(["DROPPEDnew", "NEWexists"])
        dialog.cancel()
        assert panel.names() == ["NEW", "SHARED"]


@at("widget-lab-local-keyboard")
def test_it_is_put_rotated_put_again_and_forgotten(seat: Seat) -> None:
    """The variable is said before. The row says where the secret is, and that its value is old once it was changed."""
    panel, name, variable = seat.panel, seat.name, seat.variable
    run = seat.desk.notebook.run
    seat.has(name, expires="2001-02-03")
    seat.has("zebra")
    before = panel.name("zebra").bounding_box()
    seat.way.press(panel.actions(name))
    put = panel.region.get_by_role("menuitem", name="Put into kernel", exact=True)
    expect(put).to_have_accessible_description(f"as {variable}")
    seat.way.press(put)
    expect(panel.status).to_contain_text(f"{name} is in the variable {variable}. {name} has expired")
    expect(seat.in_kernel(f"in kernel as {variable}")).to_be_visible()
    assert panel.name("zebra").bounding_box() == before  # a notice moves no row
    seat.rotate(name, "sample-rotated")
    expect(seat.in_kernel("old value")).to_be_visible()
    if seat.by_mouse:
        seat.press(f"Put {name} again")
    else:
        seat.choose(name, "Put again")
    expect(panel.status).to_contain_text(f"The kernel has the new value of {name}.")
    expect(seat.in_kernel("old value")).to_be_hidden()
    seat.choose(name, "Put into environment")
    expect(seat.in_kernel(f"in kernel as {variable}, in environment as {name}")).to_be_visible()
    assert "14 14" in run(f"import os; print(len({variable}), len(os.environ['{name}']))")
    seat.choose(name, "Forget")
    expect(panel.region.get_by_text(re.compile("^in (kernel|environment)"))).to_be_hidden()

    run(f"{variable} = 'my own'")
    seat.choose(name, "Put into kernel")
    expect(panel.status).to_contain_text(f"It replaced your own {variable}.")
    seat.press("Undo")
    expect(panel.status).to_have_text("What was there before is back.")
    assert "my own" in run(f"print({variable})")
    expect(seat.in_kernel(f"in kernel as {variable}")).to_be_hidden()


@at("side-notebook-kubernetes-mouse")
def test_one_for_hosts_is_only_used(seat: Seat) -> None:
    """It is added with its hosts; the kernel gets a stand-in, and nothing offers to put the value there."""
    panel, name = seat.panel, seat.name
    seat.press("Add secret")
    dialog = panel.dialog("Add secret")
    seat.fill(dialog, Name=name, Value=VALUE, **{"Only for hosts": "api.example.com"})
    seat.done(dialog, f"{name} was saved.")
    seat.way.press(panel.actions(name))
    expect(panel.region.get_by_role("menuitem", name="Use in notebook")).to_be_visible()
    expect(panel.region.get_by_role("menuitem", name="Put")).to_have_count(0)
    seat.way.press(panel.region.get_by_role("menuitem", name="Use in notebook"))
    expect(panel.status).to_contain_text(f"A stand-in for {name} is in the variable {seat.variable}.")
    expect(seat.in_kernel(f"in kernel as {seat.variable}")).to_be_visible()
    seat.choose(name, "Forget")
    expect(seat.in_kernel(f"in kernel as {seat.variable}")).to_be_hidden()


@at("side-lab-local-keyboard")
def test_a_line_is_copied_with_what_it_needs(seat: Seat) -> None:
    """Alone it would read another project's secret."""
    seat.has(seat.name)
    seat.choose(seat.name, "Copy line")
    line = f"%secret get {seat.name}"
    expect(seat.panel.status).to_contain_text(line)
    copied = seat.desk.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"%secret project {seat.project}\n{line}"


@at("widget-notebook-kubernetes-mouse")
def test_projects_are_typed_and_chosen(seat: Seat) -> None:
    """Enter goes, and leaving the field goes back; one that does not exist is said; a bad name is refused.

    Those that the store lists are offered, else those that were seen to have secrets.
    """
    panel, project, other = seat.panel, seat.project, f"{seat.project}-b"
    seat.desk.lab.request("POST", f"projects/{other}/secrets", {"name": "THERE", "value": "sample-value"})
    seat.has("HERE")
    for leave in (seat.way.leave, lambda field: field.press("Escape")):
        seat.way.write(panel.project, project[:3])
        leave(panel.project)
        expect(panel.project).to_have_value(project)
    if seat.namespace:  # a cluster is not asked for its projects
        seat.way.write(panel.project, other)
        panel.project.press("Enter")
        expect(panel.name("THERE")).to_be_visible()
        panel.switch(project)
        expect(panel.name("HERE")).to_be_visible()
    seat.way.write(panel.project, other)
    option = panel.region.get_by_role("option", name=other, exact=True)
    expect(option).to_be_visible()
    if seat.by_mouse:
        option.click()
    else:
        panel.project.press("ArrowDown")
        panel.project.press("Enter")
    expect(panel.name("THERE")).to_be_visible()
    expect(panel.project).to_have_value(other)
    seat.way.write(panel.project, f"{project}-new")
    panel.project.press("Enter")
    is_new = panel.region.get_by_text(f"There is no project {project}-new yet; adding a secret")
    expect(is_new).to_be_visible()
    seat.way.write(panel.project, project)  # for which projects are asked for again
    expect(panel.region.get_by_role("option", name=other, exact=True)).to_be_visible()
    expect(is_new).to_be_visible()
    seat.way.write(panel.project, "Not A Project")
    panel.project.press("Enter")
    expect(panel.alert).to_contain_text("Not A Project")
    panel.switch(project)
    expect(panel.name("HERE")).to_be_visible()


@at("side-lab-local-mouse")
def test_a_value_of_several_lines_is_kept_to_the_byte(seat: Seat) -> None:
    """Pasted, or from a file; the last line break can be removed. Who says that a name is taken is the store: the value
    is gone then, what else was typed is not."""
    panel, name, page = seat.panel, seat.name, seat.desk.page
    seat.has("TAKEN")
    page.evaluate("text => navigator.clipboard.writeText(text)", KEY)
    seat.press("Add secret")
    dialog = panel.dialog("Add secret")
    seat.fill(dialog, Name="TAKEN", Description="Kept", Value="")
    dialog.field("Value").press("ControlOrMeta+v")
    expect(dialog.field("Value")).to_have_attribute("placeholder", "3 lines are kept")
    seat.refused(dialog, "TAKEN")
    expect(dialog.field("Value")).to_have_attribute("placeholder", "")
    expect(dialog.field("Value")).to_have_value("")
    expect(dialog.field("Description")).to_have_value("Kept")
    seat.fill(dialog, Name=name)
    seat.choose_file(dialog, "key", KEY.encode())
    expect(dialog.frame.get_by_text("The file ends in a line break.")).to_be_visible()
    seat.way.press(dialog.frame.get_by_role("button", name="Remove it"))
    assert "SAMPLE" not in page.content()
    seat.done(dialog, f"{name} was saved.")
    seat.choose(name, "Put into kernel")
    expect(panel.status).to_contain_text(f"{name} is in the variable")
    same = f"{seat.variable}.encode() == bytes.fromhex('{KEY[:-1].encode().hex()}')"
    assert "yes" in seat.desk.notebook.run(f"print('yes' if {same} else 'no')")


@contextmanager
def held_up(seat: Seat) -> Iterator[None]:
    """The provider answers nothing meanwhile."""
    if seat.namespace:
        with seat.namespace.cluster.suspended():
            yield
    else:
        with closing(sqlite3.connect(seat.desk.lab.home / "secrets" / "local.db")) as database:
            database.execute("BEGIN EXCLUSIVE")
            yield


@at("widget-lab-local-mouse")
def test_while_it_is_sent_the_button_says_so(seat: Seat) -> None:
    """It cannot be pressed again, and the status says that it waits; it is done once the provider answers."""
    seat.press("Add secret")
    dialog = seat.panel.dialog("Add secret")
    seat.fill(dialog, Name=seat.name, Value="sample-value")
    with held_up(seat):
        seat.way.press(dialog.submit_button)
        expect(dialog.submit_button).to_have_text("Sending…")
        expect(dialog.submit_button).to_be_disabled()
        expect(seat.panel.status).to_contain_text("waiting")
    expect(dialog.frame).to_be_hidden()
    expect(seat.panel.name(seat.name)).to_be_visible()


@at("side-notebook-kubernetes-keyboard")
def test_it_shows_what_changed_elsewhere_and_helps(seat: Seat) -> None:
    """Without a reload; Refresh asks at once. The help says what this is, and nothing is wrong with it for axe."""
    panel = seat.panel
    seat.has(seat.name)
    seat.store("DELETE", f"secrets/{seat.name}")
    expect(panel.name(seat.name)).to_be_hidden()
    seat.has("LATER")
    seat.press("Refresh")
    seat.press("Help")
    helps = panel.dialog("Help")
    expect(helps.frame).to_contain_text("%secret get NAME")
    assert violations(seat.desk.page) == []
    seat.way.press(helps.frame.get_by_role("button", name="Close"))
    expect(helps.frame).to_be_hidden()
    expect(panel.name("LATER")).to_be_visible()


@at("widget-notebook-kubernetes-keyboard")
def test_after_a_restart_nothing_claims_to_be_in_the_kernel(seat: Seat) -> None:
    """The side panel says so of the new kernel; the widget, whose kernel is gone, says to run the cell again."""
    panel, name = seat.panel, seat.name
    seat.has(name)
    seat.choose(name, "Put into kernel")
    expect(seat.in_kernel(f"in kernel as {seat.variable}")).to_be_visible()
    seat.desk.notebook.restart()
    try:
        if panel is seat.desk.side:
            expect(seat.in_kernel(f"in kernel as {seat.variable}")).to_be_hidden()
            expect(panel.status).to_have_text("")
            return
        expect(seat.in_kernel(f"in kernel as {seat.variable}")).to_be_hidden()
        seat.choose(name, "Put into kernel")
        expect(panel.alert).to_contain_text("Run the cell again")
    finally:
        seat.desk.show_widget()
