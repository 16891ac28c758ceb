"""Both panels behind a gateway; the side panel without its server extension, and before a server that is away."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from . import gateway, lab, pages
from .conftest import NewPage, Reach
from .gateway import PAGE, Gateway, answer
from .lab import Lab
from .pages import Dialog
from .seat import Seat, at

LOGGED_OUT = "You are logged out"
HALF = b'{"name": "NEW", "desc'


Gateways = Callable[[str, bool], Gateway]
OF_SECRET = re.compile("(.+?)(?: of)? (OLD|OTHER)( to project)?")


@pytest.fixture(scope="module")
def gateways() -> Iterator[Gateways]:
    """Starts a gateway before a server for one application's page, or finds the one that was started."""
    with contextlib.ExitStack() as stack:
        yield functools.cache(lambda upstream, is_lab: stack.enter_context(gateway.start(upstream)))


@pytest.fixture(scope="module")
def reached(gateways: Gateways) -> Reach:
    """A page comes to a server through a gateway."""
    return lambda server, application: replace(server, url=gateways(server.url, application == "lab").url)


@pytest.fixture
def between(seat: Seat, gateways: Gateways, request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """The gateway that the seat's page comes through; the project has the secrets OLD and OTHER."""
    server: Lab = request.getfixturevalue("kubernetes_lab" if seat.namespace else "local_lab")
    seat.has("OLD", description="As it was")
    seat.has("OTHER")
    yield (between := gateways(server.url, seat.desk.is_lab))
    between.instead = lambda path: None
    seat.desk.page.keyboard.press("Escape")


def dialogs(seat: Seat) -> Iterator[tuple[Dialog, dict[str, str], str]]:
    """Opens each dialog and fills it in; yields it with what is in its fields, and what is said once it is done."""
    other = f"{seat.project}-b"
    for title, fields, said in (
        ("Add secret", {"Name": "NEW", "Value": "sample-new", "Description": "Kept"}, "NEW was saved."),
        ("Replace value of OLD", {"Value": "sample-new"}, "The value of OLD was replaced."),
        ("Edit OLD", {"Description": "Kept"}, "OLD was saved."),
        ("Copy OLD to project", {"Project": other, "Name": "NEW"}, f"OLD was copied to project {other}."),
        ("Import .env", {}, "1 secret was imported."),
        ("Rename OLD", {"Name": "RENAMED"}, "OLD is now RENAMED."),
        ("Delete OTHER", {}, "OTHER was deleted."),
    ):
        if of_secret := OF_SECRET.fullmatch(title):
            dialog = seat.open(of_secret[2], f"{of_secret[1]}{of_secret[3] or ''}", title)
        else:
            seat.press(title)
            dialog = seat.panel.dialog(title)
        if title == "Import .env":
            seat.choose_file(dialog, ".env", b"IMPORTED=sample-new")
            expect(dialog.frame.get_by_role("listitem")).to_have_text(["IMPORTEDnew"])
        seat.fill(dialog, **fields)
        yield dialog, fields, said


def stays(seat: Seat, dialog: Dialog, fields: Mapping[str, str], said: str) -> None:
    """Sends a dialog, which says why nothing was done, and has all that was typed or chosen; cancels it then."""
    files = dialog.frame.get_by_role("listitem").all_text_contents()
    seat.refused(dialog, said)
    for label, text in fields.items():
        expect(dialog.field(label)).to_have_value(text)
    expect(dialog.frame.get_by_role("listitem")).to_have_text(files)
    seat.way.press(dialog.cancel_button)


def stored(seat: Seat, between: Gateway, project: str = "") -> dict[str, object]:
    """Returns what is in the store by name, whatever the panel and the gateway say."""
    server = replace(seat.desk.lab, url=str(between.upstream))
    secrets = server.request("GET", f"projects/{project or seat.project}/secrets")["secrets"]
    return {secret.pop("name"): secret for secret in secrets}


@at("side-lab-local-mouse", ["side"])
def test_with_an_expired_session_no_dialog_says_that_it_is_done(seat: Seat, between: Gateway) -> None:
    """Every dialog stays open and says that one is logged out; what was typed or chosen stays, for nothing was sent. So
    does the list, which is asked for at once; after the next log-in all of it works again."""
    panel, before = seat.panel, stored(seat, between)
    for dialog, fields, _ in dialogs(seat):
        between.instead = gateway.log_in
        stays(seat, dialog, fields, LOGGED_OUT)
        assert stored(seat, between) == before
        alert = panel.region.locator(".dhs-notices").get_by_role("alert")
        expect(alert).to_contain_text(LOGGED_OUT)
        squeezed = "alert => alert.firstElementChild.clientWidth < 0.7 * alert.clientWidth"
        assert not alert.evaluate(squeezed)
        between.instead = lambda path: None
        panel.try_again()
        expect(panel.alert).to_have_count(0)
    assert not [request for request in between.requests if request.startswith("GET /log-in?next=/dh-secrets")]
    seat.done(seat.open("OTHER", "Delete", "Delete OTHER"), "OTHER was deleted.")
    assert list(stored(seat, between)) == ["OLD"]


@at("widget-lab-local-mouse", ["widget"])
def test_with_its_connection_a_widget_s_kernel_is_gone(seat: Seat, between: Gateway) -> None:
    """JupyterLab takes a kernel for dead whose connection breaks while nobody is logged in. Every dialog stays open and
    says so; in the page that is loaded after the next log-in all is as it was."""
    before, died = stored(seat, between), seat.desk.page.get_by_text("Kernel died unexpectedly")
    for dialog, fields, _ in dialogs(seat):
        is_first = between.instead is not gateway.log_in
        if is_first:
            between.instead = gateway.log_in
            between.break_connections()
            expect(died).to_be_attached()
        stays(seat, dialog, fields, "The kernel of this panel is gone. Run the cell again.")
        if is_first:
            pages.accept_dialog(seat.desk.page)
        assert stored(seat, between) == before
    between.instead = lambda path: None
    seat.desk.open()
    seat.desk.show_widget()
    seat.panel.switch(seat.project)
    expect(seat.panel.name("OTHER")).to_be_visible()
    assert seat.panel.names() == ["OLD", "OTHER"]


@at("widget-lab-local-mouse", ["widget"])
def test_with_a_connection_that_holds_a_widget_does_what_it_says(seat: Seat, between: Gateway) -> None:
    """A session that has expired ends no websocket: what every dialog says is done has been done by the kernel."""
    between.instead = gateway.log_in
    for dialog, _, said in dialogs(seat):
        seat.done(dialog, said)
    assert set(stored(seat, between)) == {"IMPORTED", "NEW", "RENAMED"}
    assert set(stored(seat, between, f"{seat.project}-b")) == {"NEW"}


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
@at("side-lab-local-mouse", ["side"], ["mouse"])
def test_another_s_answer_is_nothing_that_was_done(seat: Seat, between: Gateway, instead: bytes, said: str) -> None:
    """Whatever answers in the server's place, the dialog stays and says what is known."""
    before, fields = stored(seat, between), {"Name": "NEW", "Value": "sample-new", "Labels": "kept"}
    seat.press("Add secret")
    dialog = seat.panel.dialog("Add secret")
    seat.fill(dialog, **fields)
    between.instead = lambda path: instead if path.startswith("/dh-secrets/projects/") else None
    seat.refused(dialog, said)
    assert "sample" not in dialog.frame.inner_text()
    expect(dialog.field("Value")).to_have_value("")
    expect(dialog.field("Labels")).to_have_value("kept")
    assert stored(seat, between) == before
    between.instead = lambda path: None
    seat.fill(dialog, Value="sample-new")
    seat.done(dialog, "NEW was saved.")


@at("side-lab-local-mouse", ["side"], ["mouse"])
def test_what_others_changed_by_other_means_bears_no_name(seat: Seat, between: Gateway) -> None:
    """Not that of who made it, and not that of who changed it before."""
    expect(seat.panel.details("OLD").get_by_text(re.compile("Updated .* by analyst"))).to_be_visible()
    listed = seat.desk.lab.request("GET", f"projects/{seat.project}/secrets")
    listed["secrets"][0]["updated_by"] = None
    changed = answer("200 OK", json.dumps(listed).encode(), "application/json", "DH-Secrets-Live: true")
    list_of = f"/dh-secrets/projects/{seat.project}/secrets?"
    between.instead = lambda path: changed if path.startswith(list_of) else None
    seat.store("PATCH", "secrets/OLD", {"labels": ["new"]})
    line = seat.panel.region.get_by_text("changed elsewhere")
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
