"""How the fields of a form behave; what is sent, and when."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.support.waiting import wait_until

from .conftest import Open
from .lab import Lab
from .pages import LISTS
from .test_every_way import DROP


def test_a_dropped_file_is_shown_before_anything_is_sent(local_lab: Lab, open_panel: Open) -> None:
    """On the panel or on the dialog; a file with bad lines is refused with their numbers."""
    panel, _ = open_panel(local_lab)
    panel.region.locator(".dhs-list").evaluate(DROP, "A=1\nB=2")
    dialog = panel.dialog("Import .env")
    expect(dialog.frame.get_by_role("listitem")).to_have_text(["Anew", "Bnew"])
    dialog.frame.evaluate(DROP, "A=1\nnothing\n\nB")
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


def hold_additions(page: Page) -> list[Route]:
    """Holds up the requests that add a secret from now on; each that comes is in the list."""
    held: list[Route] = []
    page.route(LISTS, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    return held


def first_of(held: list[Route], page: Page) -> Route:
    """Waits until a request is held up."""

    def come() -> list[Route]:
        page.wait_for_timeout(10)  # meanwhile the page goes on
        return held

    return wait_until(come, "a request")[0]


def test_while_it_is_sent_the_button_says_so(local_lab: Lab, open_panel: Open, project: str) -> None:
    """At once; and pressed again it sends nothing."""
    panel, _ = open_panel(local_lab)
    page = panel.page
    held = hold_additions(page)
    dialog = panel.open_add()
    dialog.fill(Name="SLOW", Value="sample-value")
    dialog.submit()
    expect(dialog.submit_button).to_have_text("Sending…")
    expect(dialog.submit_button).to_be_disabled()
    page.keyboard.press("Enter")
    expect(panel.status).to_contain_text("waiting")
    request = first_of(held, page)
    assert held == [request]
    request.continue_()
    expect(panel.name("SLOW")).to_be_visible()
    page.unroute(LISTS)


def test_a_late_answer_closes_no_other_dialog(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Who has cancelled while it was sent, and fills in the next one, loses nothing of it."""
    panel, _ = open_panel(local_lab)
    page = panel.page
    held = hold_additions(page)
    first = panel.open_add()
    first.fill(Name="FIRST", Value="sample-value")
    first.submit()
    expect(first.submit_button).to_have_text("Sending…")
    request = first_of(held, page)
    first.cancel()
    second = panel.open_add()
    second.fill(Name="SECOND", Value="sample-value")
    request.continue_()
    page.unroute(LISTS)
    expect(panel.name("FIRST")).to_be_visible()
    expect(panel.status).to_contain_text("FIRST was saved.")
    expect(second.field("Name")).to_have_value("SECOND")
    second.submit()
    expect(second.frame).to_be_hidden()
    expect(panel.name("SECOND")).to_be_visible()


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
    marks = dialog.frame.locator("label").evaluate_all(
        "labels => labels.map(label => getComputedStyle(label, '::after').content)"
    )
    assert ["*" in mark for mark in marks if mark != "none"] == [True, True]
    expect(fields[0]).to_have_accessible_name("Name")
    expect(fields[1]).to_have_accessible_name("Value")
    expect(fields[1]).to_have_attribute("type", "password")
    expect(fields[1]).to_have_attribute("autocomplete", "new-password")
    dialog.cancel()
