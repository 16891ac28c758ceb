"""The side panel behind a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from . import gateway, pages
from .gateway import PAGE, Gateway, answer
from .lab import Lab

LOGGED_OUT = "You are logged out"
HALF = b'{"name": "NEW", "desc'


@pytest.fixture(scope="module")
def behind(browser: Browser, local_lab: Lab) -> Iterator[tuple[Gateway, pages.Panel]]:
    """The panel on a page whose requests all go through a gateway."""
    with gateway.start(local_lab.url) as between:
        page = browser.new_page()
        seen = replace(local_lab, url=between.url)
        panel, _ = pages.open_lab(page, seen, seen.notebook("gateway.ipynb"), "gateway")
        yield between, panel
        page.close()


@pytest.fixture
def panel(behind: tuple[Gateway, pages.Panel], project: str) -> Iterator[pages.Panel]:
    """The same, on the test's own project with the secret OLD."""
    between, panel = behind
    panel.switch(project)
    panel.add("OLD", "sample-old", Description="As it was")
    yield panel
    between.instead = lambda path: None
    panel.page.keyboard.press("Escape")


def names(server: Lab, project: str) -> list[tuple[str, str]]:
    """What is in the store, whatever the panel says."""
    listed = server.request("GET", f"projects/{project}/secrets")["secrets"]
    return [(secret["name"], secret["description"]) for secret in listed]


def test_with_an_expired_session_no_dialog_says_that_it_is_done(
    behind: tuple[Gateway, pages.Panel], panel: pages.Panel, local_lab: Lab, project: str
) -> None:
    """Add, Replace, Edit and Delete stay open and say that one is logged out, the value is gone and the rest stays. A
    list that cannot be had says the same; after the next log-in all of it works again."""
    between, _ = behind
    before = local_lab.request("GET", f"projects/{project}/secrets")
    for title, button, fields in (
        ("Add secret", "Save", {"Name": "NEW", "Value": "sample-new", "Description": "Kept"}),
        ("Replace value of OLD", "Save", {"Value": "sample-new"}),
        ("Edit OLD", "Save", {"Description": "Kept"}),
        ("Delete OLD", "Delete", {}),
    ):
        if title == "Add secret":
            dialog = panel.open_add()
        else:
            panel.act("OLD", title.removesuffix(" OLD").removesuffix(" of"))
            dialog = panel.dialog(title)
        dialog.fill(**fields)
        between.instead = gateway.log_in
        dialog.press(button)
        expect(dialog.frame.get_by_role("alert")).to_contain_text(LOGGED_OUT)
        for label, text in fields.items():
            expect(dialog.field(label)).to_have_value("" if label == "Value" else text)
        expect(panel.region.locator(".dhs-list").get_by_role("alert")).to_contain_text(LOGGED_OUT)
        assert local_lab.request("GET", f"projects/{project}/secrets") == before
        between.instead = lambda path: None
        dialog.press("Cancel")
        panel.region.get_by_role("button", name="Try again").click()
        expect(panel.alert).to_have_count(0)
    assert not [request for request in between.requests if request.startswith("GET /log-in?next=/dh-secrets")]
    panel.act("OLD", "Delete")
    panel.dialog("Delete OLD").press("Delete")
    expect(panel.name("OLD")).to_be_hidden()


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        (answer("307 Temporary Redirect", b"", "text/html", "Location: http://other.test/log-in"), LOGGED_OUT),
        (answer("200 OK", PAGE), LOGGED_OUT),
        (answer("401 Unauthorized", b"{}", "application/json"), LOGGED_OUT),
        (answer("403 Forbidden", PAGE), LOGGED_OUT),
        (answer("200 OK", b'{"ok": true}', "application/json"), "may or may not have been made"),
        (answer("201 Created", HALF, "application/json", length=200), "may or may not have been made"),
        (answer("201 Created"), "may or may not have been made"),
        (b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "may or may not have been made"),
        (answer("502 Bad Gateway", PAGE), "may or may not have been made"),
    ],
    ids=["307", "page", "401", "403", "other JSON", "half", "empty", "204", "502"],
)
def test_another_s_answer_is_nothing_that_was_done(
    behind: tuple[Gateway, pages.Panel], panel: pages.Panel, local_lab: Lab, project: str, instead: bytes, said: str
) -> None:
    """Whatever answers in the server's place, the dialog stays and says what is known."""
    between, _ = behind
    dialog = panel.open_add()
    dialog.fill(Name="NEW", Value="sample-new", Labels="kept")
    between.instead = lambda path: instead if path.startswith("/dh-secrets/") else None
    dialog.press("Save")
    expect(dialog.frame.get_by_role("alert")).to_contain_text(said)
    assert "sample" not in dialog.frame.inner_text()
    expect(dialog.field("Value")).to_have_value("")
    expect(dialog.field("Labels")).to_have_value("kept")
    assert names(local_lab, project) == [("OLD", "As it was")]
    between.instead = lambda path: None
    dialog.fill(Value="sample-new")
    dialog.press("Save")
    expect(panel.name("NEW")).to_be_visible()
