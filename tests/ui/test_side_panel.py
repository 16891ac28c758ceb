"""The side panel in JupyterLab: all that a user does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Open
from .lab import Lab
from .pages import Panel, run_command

PEM = "-----BEGIN SAMPLE-----\nnot a key, only a sample\n\n  indented \t\n-----END SAMPLE-----\n"


def test_all_by_mouse(any_lab: Lab, open_panel: Open) -> None:
    """Add, see it appear, put it into the kernel and use it in a cell, replace, edit, search, delete; on each store."""
    panel, notebook = open_panel(any_lab)
    expect(panel.region.get_by_text("This project has no secrets yet")).to_be_visible()
    expect(panel.region.get_by_text("A saved value is never shown here again.")).to_be_visible()
    for name in ("Add secret", "Import .env", "Help"):
        expect(panel.region.get_by_role("button", name=name)).to_be_visible()
    panel.add("api-key", "sample-value-1", Description="For the weather service", Labels="weather, test")
    panel.add("OTHER", "sample-other")

    panel.region.get_by_role("button", name="Actions for api-key").click()
    expect(panel.region.get_by_role("menuitem", name="Put into kernel")).to_have_accessible_description("as api_key")
    panel.page.keyboard.press("Escape")
    before = panel.name("OTHER").bounding_box()
    panel.region.get_by_role("button", name="Put api-key into kernel").click()
    expect(panel.status).to_contain_text("api-key is in the variable api_key")
    assert panel.name("OTHER").bounding_box() == before
    assert "yes" in notebook.run("print('yes' if api_key == 'sample-' + 'value-1' else 'no')")

    panel.act("api-key", "Replace value")
    replace = panel.dialog("Replace value of api-key")
    replace.fill(Value="sample-value-2")
    replace.submit()
    expect(panel.status).to_contain_text("api-key")
    panel.act("api-key", "Put into environment")
    expect(panel.status).to_contain_text("environment")
    assert "yes" in notebook.run("import os; print('yes' if os.environ['api-key'] == 'sample-' + 'value-2' else 'no')")

    panel.act("api-key", "Edit")
    edit = panel.dialog("Edit api-key")
    expect(edit.field("Labels")).to_have_value("weather, test")
    edit.fill(Description="For the tides", Labels="sea", Expires="2020-01-02")
    edit.submit()
    expect(panel.region.get_by_text("expired", exact=True)).to_be_visible()
    expect(panel.details("api-key")).to_contain_text("For the tides")
    expect(panel.details("api-key")).to_contain_text("Expired on Jan 2, 2020")

    panel.search.fill("TIDES")
    expect(panel.name("OTHER")).to_be_hidden()
    assert panel.names() == ["api-key"]
    panel.search.fill("")

    panel.act("api-key", "Delete")
    panel.dialog("Delete api-key").submit()
    expect(panel.name("api-key")).to_be_hidden()
    assert panel.names() == ["OTHER"]


def test_all_by_keyboard(any_lab: Lab, open_panel: Open, project: str) -> None:
    """The same without a mouse, from the command palette on; the focus is always where it is expected."""
    panel, notebook = open_panel(any_lab)
    page = panel.page
    press, write = page.keyboard.press, page.keyboard.type

    def choose(letters: str, dialog: str, field: str) -> None:
        press("Enter")
        write(letters)
        press("Enter")
        expect(panel.dialog(dialog).field(field)).to_be_focused()

    notebook.cells.last.locator(".cm-content").click()
    run_command(page, "Secrets", "Show secrets")
    expect(panel.search).to_be_focused()
    press("Tab")
    press("Enter")
    add = panel.dialog("Add secret")
    expect(add.field("Name")).to_be_focused()
    write("TOKEN")
    press("Tab")
    write("sample-typed-1")
    press("Tab")
    press("Tab")
    write("Typed")
    press("Enter")
    expect(panel.name("TOKEN")).to_be_visible()
    expect(panel.region.get_by_role("button", name="Add secret")).to_be_focused()

    press("Tab")
    expect(panel.region.get_by_role("button", name="Import .env")).to_be_focused()
    press("Tab")
    actions = panel.region.get_by_role("button", name="Actions for TOKEN")
    expect(actions).to_be_focused()
    press("Enter")
    expect(panel.region.get_by_role("menuitem", name="Put into kernel")).to_be_focused()
    press("Enter")
    expect(panel.status).to_contain_text("TOKEN is in the variable TOKEN")
    press("Shift+F10")
    press("ArrowUp")
    expect(panel.region.get_by_role("menuitem", name="Delete")).to_be_focused()
    press("Escape")
    expect(actions).to_be_focused()

    choose("r", "Replace value of TOKEN", "Value")
    write("sample-typed-2")
    press("Enter")
    expect(panel.status).to_contain_text("TOKEN")
    expect(actions).to_be_focused()

    choose("e", "Edit TOKEN", "Description")
    press("End")
    write(" and edited")
    press("Enter")
    expect(actions).to_be_focused()
    press("ArrowRight")
    expect(panel.region.get_by_text("Typed and edited")).to_be_visible()
    press("ArrowLeft")
    expect(panel.region.get_by_text("Typed and edited")).to_be_hidden()

    for _ in range(3):
        press("Shift+Tab")
    expect(panel.search).to_be_focused()
    write("nothing like it")
    expect(panel.region.get_by_text("No secret matches")).to_be_visible()
    press("ControlOrMeta+a")
    press("Delete")
    expect(panel.name("TOKEN")).to_be_visible()
    for _ in range(3):
        press("Tab")
    expect(actions).to_be_focused()

    choose("cc", "Copy TOKEN to project", "Project")
    write(f"{project}-b")
    press("Enter")
    expect(panel.status).to_contain_text(f"TOKEN was copied to project {project}-b.")
    expect(actions).to_be_focused()
    choose("rr", "Rename TOKEN", "Name")
    press("ControlOrMeta+a")
    write("RENAMED")
    press("Enter")
    expect(panel.dialog("Rename TOKEN").frame).to_be_hidden()
    expect(panel.name("RENAMED")).to_be_visible()
    import_by_keyboard(panel)
    for _ in range(3):
        press("Tab")
    expect(panel.region.get_by_role("button", name="Actions for IMPORTED")).to_be_focused()
    press("ArrowDown")
    actions = panel.region.get_by_role("button", name="Actions for RENAMED")
    expect(actions).to_be_focused()

    press("Enter")
    press("End")
    press("Enter")
    delete = panel.dialog("Delete RENAMED")
    expect(delete.cancel_button).to_be_focused()
    press("Escape")
    expect(delete.frame).to_be_hidden()
    expect(actions).to_be_focused()
    press("Enter")
    press("End")
    press("Enter")
    press("Tab")
    press("Enter")
    expect(panel.name("RENAMED")).to_be_hidden()
    expect(panel.region.get_by_role("button", name="Actions for IMPORTED")).to_be_focused()


def import_by_keyboard(panel: Panel) -> None:
    """Imports a dotenv file without the mouse, and is back at the search then."""
    page, press = panel.page, panel.page.keyboard.press
    panel.search.focus()
    press("Tab")
    press("Tab")
    press("Enter")
    dialog = panel.dialog("Import .env")
    expect(dialog.field("Choose file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        press("Space")
    chooser.value.set_files({"name": ".env", "mimeType": "text/plain", "buffer": b"IMPORTED=sample-imported"})
    expect(dialog.frame.get_by_role("listitem")).to_have_text("IMPORTEDnew")
    press("Tab")
    press("Tab")
    press("Enter")
    expect(dialog.frame).to_be_hidden()
    expect(panel.name("IMPORTED")).to_be_visible()
    panel.search.focus()


def test_buttons_are_named_by_what_they_do(local_lab: Lab, open_panel: Open) -> None:
    """A form saves, or it deletes; both can be cancelled."""
    panel, _ = open_panel(local_lab)
    panel.add("NAMED", "sample-value")
    for action, title, button in (("Edit", "Edit NAMED", "Save"), ("Delete", "Delete NAMED", "Delete")):
        panel.act("NAMED", action)
        dialog = panel.dialog(title)
        expect(dialog.submit_button).to_have_accessible_name(button)
        expect(dialog.cancel_button).to_have_accessible_name("Cancel")
        dialog.cancel()


def test_the_store_says_whether_a_name_is_taken(local_lab: Lab, open_panel: Open) -> None:
    """Save sends, the refusal is shown with the name; the value's field is empty, what else was typed stays."""
    panel, _ = open_panel(local_lab)
    panel.add("TAKEN", "sample-first")
    dialog = panel.open_add()
    dialog.fill(Name="TAKEN", Value="sample-second", Description="Kept")
    dialog.submit()
    expect(panel.alert).to_contain_text("TAKEN")
    expect(dialog.field("Value")).to_have_value("")
    expect(dialog.field("Description")).to_have_value("Kept")
    dialog.field("Value").press("Control+z")
    expect(dialog.field("Value")).to_have_value("")
    assert "sample-second" not in panel.page.content()

    dialog.fill(Name="FREE", Value="sample-second")
    dialog.submit()
    expect(panel.name("FREE")).to_be_visible()


@pytest.mark.parametrize("name", ["no blanks", "x" * 254])
def test_a_name_that_cannot_be_is_refused_by_the_store(local_lab: Lab, open_panel: Open, name: str) -> None:
    """The alert says the rule; nothing was added, and no name was cut to what fits."""
    panel, _ = open_panel(local_lab)
    dialog = panel.open_add()
    dialog.fill(Name=name, Value="sample")
    dialog.submit()
    expect(panel.alert).to_contain_text(name)
    expect(dialog.field("Name")).to_have_value(name)
    dialog.cancel()
    assert panel.names() == []


def test_a_value_must_be_given(local_lab: Lab, open_panel: Open) -> None:
    """An empty field is more often a slip, as after a refusal, than meant: nothing is sent."""
    panel, _ = open_panel(local_lab)
    dialog = panel.open_add()
    dialog.fill(Name="EMPTY")
    dialog.submit()
    expect(panel.alert).to_contain_text("EMPTY")
    dialog.cancel()
    assert panel.names() == []


def test_an_edit_changes_what_was_changed_in_its_fields(local_lab: Lab, open_panel: Open, project: str) -> None:
    """What others changed meanwhile stays. A date that is not complete clears nothing: it is refused."""
    panel, _ = open_panel(local_lab)
    panel.add("SHARED", "sample-value", Description="First", Labels="one, two", Expires="2031-01-01")
    panel.act("SHARED", "Edit")
    edit = panel.dialog("Edit SHARED")
    change = {"description": "By another", "labels": ["three"]}
    local_lab.request("PATCH", f"projects/{project}/secrets/SHARED", change)
    edit.field("Expires").press_sequentially("02312040")
    edit.submit()
    expect(panel.alert).to_contain_text("SHARED: the date in Expires is not complete.")
    expect(edit.field("Expires")).to_be_focused()
    edit.fill(Expires="2040-02-03")
    edit.submit()
    for text in ("Expires on Feb 3, 2040", "By another", "three"):
        expect(panel.details("SHARED")).to_contain_text(text)


@pytest.mark.parametrize("value", [PEM, PEM.replace("\n", "\r\n"), PEM.rstrip(), "\ttwo\nlines ✓ 🔑"])
def test_pasted_lines_are_kept_to_the_byte(local_lab: Lab, open_panel: Open, value: str) -> None:
    """The field says how much it holds and shows nothing of it; the kernel reads just what was pasted."""
    panel, notebook = open_panel(local_lab)
    dialog = panel.open_add()
    dialog.fill(Name="PEM")
    dialog.field("Value").evaluate(
        """(field, text) => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        value,
    )
    expect(dialog.field("Value")).to_have_value("")
    assert "SAMPLE" not in panel.page.content()
    dialog.submit()
    expect(panel.name("PEM")).to_be_visible()
    panel.act("PEM", "Put into kernel")
    expect(panel.status).to_contain_text("PEM is in the variable PEM")
    assert "yes" in notebook.run(f"print('yes' if PEM.encode() == bytes.fromhex('{value.encode().hex()}') else 'no')")


def test_the_clipboard_is_pasted_by_keyboard(local_lab: Lab, open_panel: Open) -> None:
    """Ctrl+V of several lines is held; Discard gives the field back."""
    panel, _ = open_panel(local_lab)
    page = panel.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", PEM)
    dialog = panel.open_add()
    dialog.field("Value").press("Control+v")
    expect(dialog.field("Value")).to_have_attribute("placeholder", "5 lines are kept")
    dialog.discard()
    dialog.field("Value").press("x")
    expect(dialog.field("Value")).to_have_value("x")


def test_a_file_is_kept_to_the_byte(local_lab: Lab, open_panel: Open, tmp_path: Path) -> None:
    """Also a byte order mark; a file that is no text is refused with the secret's name."""
    panel, notebook = open_panel(local_lab)
    text, binary = tmp_path / "text", tmp_path / "binary"
    text.write_bytes(b"\xef\xbb\xbfsample\r\n\n")
    binary.write_bytes(b"\xff\x00\xfe")
    dialog = panel.open_add()
    dialog.fill(Name="FILE")
    dialog.field("Choose file").set_input_files(binary)
    expect(panel.alert).to_contain_text("FILE")
    dialog.choose_value(text)
    dialog.submit()
    expect(panel.name("FILE")).to_be_visible()
    panel.act("FILE", "Put into kernel")
    expect(panel.status).to_contain_text("FILE is in the variable FILE")
    assert "yes" in notebook.run(
        f"print('yes' if FILE.encode() == bytes.fromhex('{text.read_bytes().hex()}') else 'no')"
    )


def test_putting_leaves_no_trace_in_the_kernel(local_lab: Lab, open_panel: Open, project: str) -> None:
    """The extension is loaded there without history, and the kernel's own project stays what it is."""
    panel, notebook = open_panel(local_lab, fresh=True)
    panel.add("KEY_ONE", "sample-one")
    panel.act("KEY_ONE", "Put into kernel")
    expect(panel.status).to_contain_text("KEY_ONE is in the variable KEY_ONE")
    said = notebook.run("import dh_secrets_jupyter.current as c; print(len(In), c.project().name)")
    assert "2 default" in said
    expect(notebook.cells.first.locator(".jp-InputPrompt")).to_have_text("[1]:")


def test_without_a_python_kernel_nothing_can_be_put(local_lab: Lab, open_panel: Open) -> None:
    """The actions are disabled and say why; a notebook in front enables them again."""
    panel, _ = open_panel(local_lab, fresh=True)
    panel.add("KEPT", "sample-value")
    put = panel.region.get_by_role("button", name="Put KEPT into kernel")
    expect(put).to_be_enabled()
    panel.page.get_by_role("button", name="New Launcher").click()
    expect(put).to_be_disabled()
    expect(panel.region.get_by_text("No notebook is open")).to_be_visible()
    put.click(force=True)
    expect(panel.alert).to_contain_text("KEPT: No notebook is open")


def test_projects_can_be_chosen_and_typed(local_lab: Lab, open_panel: Open, project: str) -> None:
    """The list offers what is known, any name may be typed, and a bad one is refused with the rule."""
    panel, _ = open_panel(local_lab)
    panel.add("HERE", "sample-value")
    panel.switch(f"{project}-b")
    expect(panel.region.get_by_text("This project has no secrets yet")).to_be_visible()
    panel.add("THERE", "sample-value")
    expect(panel.status).to_have_text("THERE was saved.")
    panel.project.click()
    panel.region.get_by_role("option", name=project, exact=True).click()
    expect(panel.name("HERE")).to_be_visible()
    expect(panel.status).to_have_text("")
    panel.switch("Not A Project")
    expect(panel.alert).to_contain_text("Not A Project")
