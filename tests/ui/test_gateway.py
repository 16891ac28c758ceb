"""The side panel behind a gateway, without its server extension, and before a server that is away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from . import gateway, lab, pages
from .conftest import NewPage
from .gateway import PAGE, Gateway, answer
from .lab import Lab
from .seat import Desk

LOGGED_OUT = "You are logged out"
HALF = b'{"name": "NEW", "desc'


@pytest.fixture(scope="module", params=["lab", pytest.param("notebook", marks=pytest.mark.soak)])
def panel_behind(
    request: pytest.FixtureRequest, browser: Browser, local_lab: Lab
) -> Iterator[tuple[Gateway, pages.Panel]]:
    """The panel in each application, on a page whose requests all go through a gateway."""
    with gateway.start(local_lab.url) as between:
        page = browser.new_page()
        seen = replace(local_lab, url=between.url)
        yield between, Desk(page, seen, request.param, seen.notebook("gateway.ipynb")).side
        page.close()


@pytest.fixture
def panel(panel_behind: tuple[Gateway, pages.Panel], project: str) -> Iterator[pages.Panel]:
    """The same, on the test's own project with the secret OLD."""
    between, panel = panel_behind
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
    panel_behind: tuple[Gateway, pages.Panel], panel: pages.Panel, local_lab: Lab, project: str
) -> None:
    """Every dialog stays open and says that one is logged out; what was typed or chosen stays, for nothing was sent. A
    list that cannot be had says the same once it is asked for; after the next log-in all of it works again."""
    between, _ = panel_behind
    before = local_lab.request("GET", f"projects/{project}/secrets")
    for title, fields in (
        ("Add secret", {"Name": "NEW", "Value": "sample-new", "Description": "Kept"}),
        ("Replace value of OLD", {"Value": "sample-new"}),
        ("Edit OLD", {"Description": "Kept"}),
        ("Delete OLD", {}),
        ("Rename OLD", {"Name": "NEW"}),
        ("Copy OLD to project", {"Project": f"{project}-other", "Name": "NEW"}),
        ("Import .env", {}),
    ):
        if " OLD" in title:
            panel.act("OLD", title.replace(" OLD", "").removesuffix(" of"))
        else:
            panel.region.get_by_role("button", name=title).click()
        dialog = panel.dialog(title)
        if title == "Import .env":
            dialog.choose(".env", "NEW=sample-new")
        dialog.fill(**fields)
        between.instead = gateway.log_in
        dialog.submit()
        expect(dialog.frame.get_by_role("alert")).to_contain_text(LOGGED_OUT)
        for label, text in fields.items():
            expect(dialog.field(label)).to_have_value(text)
        expect(dialog.frame.get_by_role("listitem")).to_have_text(["NEWnew"] if title == "Import .env" else [])
        assert local_lab.request("GET", f"projects/{project}/secrets") == before
        dialog.cancel()
        panel.region.get_by_role("button", name="Refresh").click()
        expect(panel.region.locator(".dhs-notices").get_by_role("alert")).to_contain_text(LOGGED_OUT)
        between.instead = lambda path: None
        panel.try_again()
        expect(panel.alert).to_have_count(0)
    assert not [request for request in between.requests if request.startswith("GET /log-in?next=/dh-secrets")]
    panel.act("OLD", "Delete")
    panel.dialog("Delete OLD").submit()
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
    panel_behind: tuple[Gateway, pages.Panel],
    panel: pages.Panel,
    local_lab: Lab,
    project: str,
    instead: bytes,
    said: str,
) -> None:
    """Whatever answers in the server's place, the dialog stays and says what is known."""
    between, _ = panel_behind
    dialog = panel.open_add()
    dialog.fill(Name="NEW", Value="sample-new", Labels="kept")
    between.instead = lambda path: instead if path.startswith("/dh-secrets/projects/") else None
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text(said)
    assert "sample" not in dialog.frame.inner_text()
    expect(dialog.field("Value")).to_have_value("")
    expect(dialog.field("Labels")).to_have_value("kept")
    assert names(local_lab, project) == [("OLD", "As it was")]
    between.instead = lambda path: None
    dialog.fill(Value="sample-new")
    dialog.submit()
    expect(panel.name("NEW")).to_be_visible()


def test_what_others_changed_by_other_means_bears_no_name(
    panel_behind: tuple[Gateway, pages.Panel], panel: pages.Panel, local_lab: Lab, project: str
) -> None:
    """Not that of who made it, and not that of who changed it before."""
    between, _ = panel_behind
    expect(panel.details("OLD").get_by_text(re.compile("Updated .* by analyst"))).to_be_visible()
    listed = local_lab.request("GET", f"projects/{project}/secrets")
    listed["secrets"][0]["updated_by"] = None
    changed = answer("200 OK", json.dumps(listed).encode(), "application/json", "DH-Secrets-Live: true")
    between.instead = lambda path: changed if path.startswith(f"/dh-secrets/projects/{project}/secrets?") else None
    local_lab.request("PATCH", f"projects/{project}/secrets/OLD", {"labels": ["new"]})
    line = panel.region.get_by_text("changed elsewhere")
    expect(line).to_have_text(re.compile("^Updated .*, changed elsewhere$"))
    expect(line).not_to_contain_text("analyst")  # the line after it names who created it


def test_without_its_server_extension_it_says_so_and_comes_back_by_itself(
    local_lab: Lab, new_page: NewPage, tmp_path: Path
) -> None:
    """As after an installation beside a running Jupyter. It goes on asking, also while the server is stopped, and what
    it says of that stands still; once the server is back with the extension the list is there."""
    without = ["--ServerApp.jpserver_extensions={'dh_secrets_jupyter': False}"]
    with lab.start(tmp_path, {}, token=local_lab.token, arguments=without) as bare, gateway.start(bare.url) as between:
        seen = replace(bare, url=between.url)
        panel, _ = pages.open_lab(new_page(), seen, seen.notebook("bare.ipynb"), "bare")
        expect(panel.alert).to_contain_text(
            "The server extension is not running. Restart Jupyter; jupyter server extension list shows it"
        )
        dialog = panel.open_add()
        dialog.fill(Name="EARLY", Value="sample-early")
        dialog.submit()
        expect(dialog.frame.get_by_role("alert")).to_contain_text("The server extension is not running.")
        expect(dialog.field("Value")).to_have_value("sample-early")
        assert not [request for request in between.requests if request.startswith("POST /dh-secrets/projects")]
        dialog.cancel()
        between.stop_upstream()
        panel.region.get_by_role("button", name="Try again").click()
        expect(panel.alert).to_contain_text("The Jupyter server cannot be reached. Check that it is running.")
        panel.region.evaluate(
            """region => {
                window.shown = new Set([region.innerText]);
                new MutationObserver(() => window.shown.add(region.innerText)).observe(
                    region, {childList: true, subtree: true, characterData: true});
            }"""
        )
        with panel.page.expect_event("requestfailed", lambda request: "/dh-secrets/status" in request.url):
            pass  # asked by itself
        assert panel.page.evaluate("window.shown.size") == 1
        between.upstream = local_lab.url
        expect(panel.region.get_by_role("button", name="Add secret")).to_be_visible()
        expect(panel.alert).to_have_count(0)
        expect(panel.region.get_by_title("local · ")).to_be_visible()
