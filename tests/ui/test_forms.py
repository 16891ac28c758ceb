"""Import, rename, copy, and how the fields of a form behave; with the values nowhere but where they were sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, Route, expect

from .conftest import Open
from .lab import Lab
from .pages import LISTS, Panel
from .widget import Show

ENV = 'NEW=sample-one # c\nSHARED="sample\\ntwo"\n'


@pytest.fixture
def env(tmp_path: Path) -> Path:
    """A dotenv file."""
    file = tmp_path / "project.env"
    file.write_text(ENV)
    return file


def drop(page: Page, selector: str, text: str) -> None:
    """Drops a file on an element."""
    page.locator(selector).evaluate(
        """(element, text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], 'dropped.env'));
            element.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def import_file(panel: Panel, env: Path) -> None:
    """All or none: what exists is refused by the store until it may be replaced; its metadata stays."""
    panel.add("SHARED", "sample-old", Description="Kept")
    panel.region.get_by_role("button", name="Import .env").click()
    dialog = panel.dialog("Import .env")
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("No file is chosen")
    dialog.frame.get_by_role("button", name="Choose file").set_input_files(env)
    expect(dialog.frame.get_by_role("listitem")).to_have_text(["NEWnew", "SHAREDexists"])
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("SHARED: already exists")
    assert panel.names() == ["SHARED"]
    dialog.frame.get_by_role("checkbox", name="Replace those that exist").check()
    expect(dialog.submit_button).to_have_accessible_name("Import")
    dialog.submit()
    expect(dialog.frame).to_be_hidden()
    expect(panel.status).to_contain_text("2 secrets were imported.")
    expect(panel.name("NEW")).to_be_visible()
    expect(panel.details("SHARED")).to_contain_text("Kept")
    assert panel.names() == ["NEW", "SHARED"]


def rename_and_copy(panel: Panel, project: str) -> None:
    """Under another name, and in another project besides; a name that is taken is the store's answer."""
    panel.act("NEW", "Rename")
    dialog = panel.dialog("Rename NEW")
    dialog.fill(Name="SHARED")
    expect(dialog.submit_button).to_have_accessible_name("Rename")
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("SHARED")
    dialog.fill(Name="OTHER")
    dialog.submit()
    expect(panel.status).to_contain_text("NEW is now OTHER.")
    expect(panel.name("NEW")).to_be_hidden()
    panel.act("OTHER", "Copy to project")
    dialog = panel.dialog("Copy OTHER to project")
    dialog.fill(Project=f"{project}-b")
    expect(dialog.submit_button).to_have_accessible_name("Copy")
    dialog.submit()
    expect(panel.status).to_contain_text(f"OTHER was copied to project {project}-b.")
    assert panel.names() == ["OTHER", "SHARED"]
    panel.switch(f"{project}-b")
    expect(panel.name("OTHER")).to_be_visible()


def test_the_side_panel_imports_renames_and_copies(any_lab: Lab, open_panel: Open, project: str, env: Path) -> None:
    """On each provider. The values are in the one request that imports them, and come back in none."""
    panel, notebook = open_panel(any_lab)
    answers: list[Response] = []
    requests: list[str] = []

    def on_response(answer: Response) -> None:
        answers.append(answer)

    page = panel.page
    page.on("request", lambda request: requests.append(request.post_data or ""))
    page.on("response", on_response)
    import_file(panel, env)
    rename_and_copy(panel, project)
    while_others_change_it(any_lab, panel, f"{project}-b")
    assert sum("sample-one" in sent for sent in requests) == 2  # refused once
    for answer in answers:
        if "/dh-secrets/" in answer.url:
            assert not re.search("sample-(one|others)", answer.text())
    assert "sample-o" not in page.content()
    for name, ending in (("OTHER", "one"), ("MOVED", "others")):
        panel.act(name, "Put into kernel")
        expect(panel.status).to_contain_text(f"{name} is in")
        assert "yes" in notebook.run(f"print('yes' if {name} == 'sample-' + '{ending}' else 'no')")


def while_others_change_it(lab: Lab, panel: Panel, project: str) -> None:
    """What is said is what is where, whoever came in between: within the project, and across."""
    secrets = f"projects/{project}/secrets"
    lab.request("POST", secrets, {"name": "BEFORE", "value": "sample-before"})
    panel.act("BEFORE", "Rename")
    rename = panel.dialog("Rename BEFORE")
    rename.fill(Name="MOVED")
    lab.request("POST", secrets, {"name": "MOVED", "value": "sample-in-its-place"})
    rename.submit()
    expect(rename.frame.get_by_role("alert")).to_contain_text("MOVED: already exists")
    assert names_in(lab, project) == ["BEFORE", "MOVED", "OTHER"]
    lab.request("DELETE", f"{secrets}/MOVED")
    lab.request("PATCH", f"{secrets}/BEFORE", {"value": "sample-others"})
    rename.submit()
    expect(panel.status).to_contain_text("BEFORE is now MOVED.")
    assert names_in(lab, project) == ["MOVED", "OTHER"]
    panel.act("MOVED", "Copy to project")
    copy = panel.dialog("Copy MOVED to project")
    copy.fill(Project=f"{project}-c", Name="OTHER")
    lab.request("POST", f"projects/{project}-c/secrets", {"name": "OTHER", "value": "sample-of-another"})
    copy.submit()
    expect(copy.frame.get_by_role("alert")).to_contain_text("OTHER: already exists")
    copy.fill(Name="MOVED")
    copy.submit()
    expect(panel.status).to_contain_text(f"MOVED was copied to project {project}-c.")
    assert names_in(lab, f"{project}-c") == ["MOVED", "OTHER"]
    panel.act("OTHER", "Copy to project")
    lost = panel.dialog("Copy OTHER to project")
    lost.fill(Project=f"{project}-d")
    lab.request("POST", f"{secrets}/OTHER/copy", {"name": "AWAY", "move": True})
    lost.submit()
    expect(lost.frame.get_by_role("alert")).to_contain_text("OTHER")
    assert names_in(lab, f"{project}-d") == []
    lost.cancel()
    lab.request("POST", f"{secrets}/AWAY/copy", {"name": "OTHER", "move": True})
    expect(panel.name("OTHER")).to_be_visible()


def names_in(lab: Lab, project: str) -> list[str]:
    """Returns the names in the store, in their order."""
    return sorted(secret["name"] for secret in lab.request("GET", f"projects/{project}/secrets")["secrets"])


def test_the_widget_imports_renames_and_copies(show: Show, project: str, env: Path) -> None:
    """Over the kernel's comm; a value is a part of no message's text."""
    shown = show()
    import_file(shown.panel, env)
    rename_and_copy(shown.panel, project)
    assert "yes" in shown.says("%secret get SHARED\nprint('yes' if SHARED == 'sample' + chr(10) + 'two' else 'no')")


def test_a_dropped_file_is_shown_before_anything_is_sent(local_lab: Lab, open_panel: Open) -> None:
    """On the panel or on the dialog; a file with bad lines is refused with their numbers."""
    panel, _ = open_panel(local_lab)
    drop(panel.page, "#dh-secrets-panel .dhs-list", "A=1\nB=2")
    dialog = panel.dialog("Import .env")
    expect(dialog.frame.get_by_role("listitem")).to_have_text(["Anew", "Bnew"])
    drop(panel.page, "#dh-secrets-panel dialog", "A=1\nnothing\n\nB")
    expect(dialog.frame.get_by_role("alert")).to_contain_text(
        "dropped.env: there is no valid NAME=VALUE in these lines: 2, 4."
    )
    expect(dialog.frame.get_by_role("listitem")).to_have_count(0)
    dialog.cancel()
    assert panel.names() == []


def test_what_cannot_arrive_stays_in_its_field(local_lab: Lab, open_panel: Open, project: str) -> None:
    """A name of no valid form, and a server that cannot be reached, are found before the value is taken."""
    panel, _ = open_panel(local_lab)
    page = panel.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    dialog = panel.open_add()
    dialog.fill(Name="not valid", Value="sample-kept")
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("not valid: not a valid secret name.")
    dialog.fill(Name="VALID")
    page.route("**/dh-secrets/**", lambda route: route.abort())
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("The Jupyter server cannot be reached.")
    expect(dialog.field("Value")).to_have_value("sample-kept")
    assert not any("sample-kept" in body for body in sent)
    page.unroute("**/dh-secrets/**")
    dialog.submit()
    expect(panel.name("VALID")).to_be_visible()
    assert sum("sample-kept" in body for body in sent) == 1


def test_while_it_is_sent_the_button_says_so(local_lab: Lab, open_panel: Open, project: str) -> None:
    """At once; and pressed again it sends nothing."""
    panel, _ = open_panel(local_lab)
    page = panel.page
    held: list[Route] = []
    page.route(LISTS, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    dialog = panel.open_add()
    dialog.fill(Name="SLOW", Value="sample-value")
    dialog.submit()
    expect(dialog.submit_button).to_have_text("Sending…")
    expect(dialog.submit_button).to_be_disabled()
    page.keyboard.press("Enter")
    expect(panel.status).to_contain_text("waiting")
    assert len(held) == 1
    held[0].continue_()
    expect(panel.name("SLOW")).to_be_visible()
    page.unroute(LISTS)


def test_a_file_s_last_line_break_can_be_removed(local_lab: Lab, open_panel: Open, tmp_path: Path) -> None:
    """It is said of a file that ends in one; what was wrong with the file before is no longer said."""
    panel, notebook = open_panel(local_lab)
    text, binary = tmp_path / "text", tmp_path / "binary"
    text.write_bytes(b"sample\r\n")
    binary.write_bytes(b"\xff")
    dialog = panel.open_add()
    dialog.fill(Name="BREAK")
    dialog.field("Choose file").set_input_files(binary)
    expect(dialog.frame.get_by_role("alert")).to_contain_text("BREAK: the file is not UTF-8 text.")
    dialog.field("Choose file").set_input_files(text)
    expect(dialog.frame.get_by_text("The file ends in a line break.")).to_be_visible()
    expect(dialog.frame.get_by_role("alert")).to_have_count(0)
    dialog.frame.get_by_role("button", name="Remove it").click()
    expect(dialog.frame.get_by_text("The file ends in a line break.")).to_be_hidden()
    dialog.submit()
    expect(panel.name("BREAK")).to_be_visible()
    panel.act("BREAK", "Put into kernel")
    expect(panel.status).to_contain_text("BREAK is in")
    assert "yes" in notebook.run("print('yes' if BREAK == 'sam' + 'ple' else 'no')")


def test_fields_are_even_and_required_ones_marked(local_lab: Lab, open_panel: Open) -> None:
    """All are as wide and as high; Name and Value are required, and keep their names."""
    panel, _ = open_panel(local_lab)
    dialog = panel.open_add()
    fields = [dialog.field(label) for label in ("Name", "Value", "Description", "Labels", "Expires")]
    boxes = [field.bounding_box() for field in fields]
    assert len({(box["x"], box["width"], box["height"]) for box in boxes if box}) == 1
    assert [field.evaluate("field => field.required") for field in fields] == [True, True, False, False, False]
    expect(fields[0]).to_have_accessible_name("Name")
    expect(fields[1]).to_have_accessible_name("Value")
    expect(fields[1]).to_have_attribute("type", "password")
    expect(fields[1]).to_have_attribute("autocomplete", "new-password")
    dialog.cancel()
