"""The side panel in JupyterLab: values, projects, and the kernel in front."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Open
from .lab import Lab

PEM = "-----BEGIN SAMPLE-----\nnot a key, only a sample\n\n  indented \t\n-----END SAMPLE-----\n"


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
    expect(dialog.field("Value")).to_be_focused()  # the button that was pressed is gone
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
    dialog.field("Choose file").focus()
    dialog.choose_value(text)
    expect(dialog.field("Value")).to_be_focused()
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
