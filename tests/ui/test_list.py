"""The list of secrets: low rows, one Tab stop, orders, searches, and long lists."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from playwright.sync_api import Page, Route, expect

from .conftest import Open
from .lab import Lab
from .pages import LISTS, Panel, run_command


def store(lab: Lab, project: str, secrets: Mapping[str, Mapping[str, object]]) -> None:
    """Adds secrets with their metadata."""
    lab.request("POST", f"projects/{project}/import", {"values": dict.fromkeys(secrets, "sample-value")})
    for name, details in secrets.items():
        if details:
            lab.request("PATCH", f"projects/{project}/secrets/{name}", details)


def in_days(count: int) -> str:
    return (datetime.date.today() + datetime.timedelta(days=count)).isoformat()


def focused(page: Page) -> str:
    """Returns the accessible name of what has the focus."""
    name: str = page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent")
    return name


COLOUR = "tag => getComputedStyle(tag).color"
SEEN_WHOLE = """row => [...row.querySelectorAll('.dhs-name, .dhs-tag')]
    .filter(part => part.scrollWidth <= part.clientWidth)
    .filter(part => part.getBoundingClientRect().bottom <= row.getBoundingClientRect().bottom)
    .map(part => part.textContent)"""
"""The texts of a row that are not cut off: a label for which there is no room is below the row's edge."""


def test_rows_say_what_matters_and_the_rest_on_demand(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Name, expiry and labels; description, who and when in the details; a click on a label finds what has it. In a
    narrow panel a label goes before the name or the expiry loses a letter."""
    soon: dict[str, object] = {"expires": in_days(3), "labels": ["sea", "north coast"], "description": "For the tides"}
    far = {"expires": in_days(200), "description": "\u05d9\u05dd sea"}
    store(local_lab, project, {"SOON": soon, "OVER": {"expires": "2020-01-02"}, "FAR": far})
    panel, _ = open_panel(local_lab)
    row = panel.region.get_by_role("listitem").filter(has_text="SOON")
    expect(row.get_by_text("in 3 days")).to_be_visible()
    expect(panel.region.get_by_role("listitem").filter(has_text="OVER").get_by_text("expired")).to_be_visible()
    assert row.bounding_box()["height"] <= 26  # type: ignore[index]  # it is visible
    button = row.get_by_role("button", name="Actions for SOON").bounding_box()
    assert button
    assert (button["width"], button["height"]) == (24, 24)
    red, green, blue = map(int, re.findall(r"\d+", row.get_by_text("in 3 days").evaluate(COLOUR)))
    assert red > green > blue
    far_description = panel.details("FAR").get_by_text("sea")
    assert far_description.evaluate("text => getComputedStyle(text).direction") == "rtl"
    for width, seen in {"220px": ["SOON", "in 3 days"], "450px": ["SOON", "sea", "north coast", "in 3 days"]}.items():
        panel.region.evaluate("(region, width) => { region.style.width = width }", width)
        assert row.evaluate(SEEN_WHOLE) == seen
    panel.region.evaluate("region => { region.style.width = '' }")
    expect(panel.region.get_by_text("For the tides")).to_be_hidden()
    expect(panel.details("SOON")).to_contain_text("For the tides")
    expect(panel.details("SOON")).to_contain_text("by analyst")
    row.get_by_role("button", name="north coast").click()
    expect(panel.name("FAR")).to_be_hidden()
    assert panel.names() == ["SOON"]
    expect(panel.region.get_by_text("1 of 3 secrets")).to_be_visible()
    panel.search.fill("")


def test_the_list_is_ordered_and_counted(local_lab: Lab, open_panel: Open, project: str) -> None:
    """By name without case and with numbers as numbers, by the newest, or by the next to expire."""
    names = ["key10", "KEY2", "beta", "Alpha"]
    store(local_lab, project, {name: {} for name in names})
    local_lab.request("PATCH", f"projects/{project}/secrets/beta", {"expires": in_days(5)})
    panel, _ = open_panel(local_lab)
    expect(panel.region.get_by_text("4 secrets", exact=True)).to_be_visible()
    assert panel.names() == ["Alpha", "beta", "KEY2", "key10"]
    for order in ("Updated", "Expires"):
        panel.region.get_by_role("button", name="Order by").click()
        panel.region.get_by_role("menu", name="Order by").get_by_role("menuitem", name=order).click()
        expect(panel.region.locator(".dhs-name").first).to_have_text("beta")
    panel.region.get_by_role("button", name="Order by").click()
    panel.region.get_by_role("menuitem", name="Name").click()
    expect(panel.region.locator(".dhs-name").first).to_have_text("Alpha")


def test_200_secrets_are_one_tab_stop_and_20_are_seen(local_lab: Lab, open_panel: Open, project: str) -> None:
    """At 1280 by 800 pixels. Arrows, Home, End and letters move; Enter, Shift+F10 and a right click open the menu."""
    store(local_lab, project, {f"NAME_{number}": {} for number in range(200)})
    panel, _ = open_panel(local_lab)
    page, press = panel.page, panel.page.keyboard.press
    expect(panel.name("NAME_199")).to_be_attached()
    assert seen(panel) >= 20
    panel.region.get_by_role("button", name="Import .env").focus()
    press("Tab")
    for key, name in (("ArrowDown", 1), ("End", 199), ("ArrowUp", 198), ("Home", 0), ("n", 1)):
        press(key)
        assert focused(page) == f"Actions for NAME_{name}"
    press("Tab")
    assert not panel.region.get_by_role("list").evaluate("list => list.contains(document.activeElement)")
    press("Shift+Tab")
    for key in ("Enter", "Shift+F10"):
        press(key)
        expect(panel.region.get_by_role("menu", name="Actions for NAME_1")).to_be_visible()
        press("Escape")
        assert focused(page) == "Actions for NAME_1"
    panel.name("NAME_4").click(button="right")
    expect(panel.region.get_by_role("menu", name="Actions for NAME_4")).to_be_visible()
    press("Escape")


def seen(panel: Panel) -> int:
    """Returns how many rows are wholly on the screen."""
    count: int = panel.region.locator(".dhs-list").evaluate(
        """list => [...list.querySelectorAll('li')].filter(row => {
            const [box, frame] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
            return box.height > 0 && box.height <= 26 && box.top >= frame.top && box.bottom <= frame.bottom;
        }).length"""
    )
    return count


def test_of_1000_secrets_rows_are_drawn_as_needed(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Each says its place among all; scrolling and End show the rest, search looks at all, and the focus is kept."""
    store(local_lab, project, {f"NAME_{number:04}": {} for number in range(1000)})
    panel, _ = open_panel(local_lab)
    rows = panel.region.get_by_role("listitem")
    expect(rows.first).to_have_attribute("aria-setsize", "1000")
    assert rows.count() < 150
    panel.region.locator(".dhs-list").evaluate("list => list.scrollTop = 500 * 26")
    expect(panel.name("NAME_0500")).to_be_visible()
    expect(rows.filter(has_text="NAME_0500")).to_have_attribute("aria-posinset", "501")
    panel.region.get_by_role("button", name="Actions for NAME_0500").focus()
    panel.region.locator(".dhs-list").evaluate("list => list.scrollTop = 0")
    expect(panel.name("NAME_0001")).to_be_visible()
    panel.page.keyboard.press("ArrowDown")
    expect(panel.region.get_by_role("button", name="Actions for NAME_0501")).to_be_focused()
    panel.page.keyboard.press("End")
    expect(panel.region.get_by_role("button", name="Actions for NAME_0999")).to_be_focused()
    expect(panel.name("NAME_0999")).to_be_in_viewport()
    panel.search.fill("0777")
    expect(panel.name("NAME_0777")).to_be_visible()
    assert panel.names() == ["NAME_0777"]
    panel.search.fill("")


def test_notes_keep_their_padding_and_one_text_says_that_it_waits(local_lab: Lab, open_panel: Open) -> None:
    """No rule for all paragraphs takes it away; while the list is awaited, only the status says so."""
    panel, _ = open_panel(local_lab)
    greeting = panel.region.get_by_text("This project has no secrets yet")
    expect(greeting).to_be_visible()
    panel.search.fill("")
    padding = panel.region.evaluate(
        """region => {
            const note = document.createElement('p');
            note.className = 'dhs-note';
            region.append(note);
            const found = getComputedStyle(note).paddingLeft;
            note.remove();
            return found;
        }"""
    )
    assert padding == "8px"
    page = panel.page
    held: list[Route] = []
    page.route(LISTS, lambda route: held.append(route))
    panel.switch("never-answered")
    expect(panel.status).to_contain_text("Waiting for the list of secrets")
    expect(panel.region.get_by_text("Loading")).to_have_count(0)
    page.unroute(LISTS)
    panel.switch("default")
    expect(panel.status).not_to_contain_text("Waiting")


def test_settings_and_help_are_in_the_title_bar(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Help says what this is; the settings open at the panel's own."""
    store(local_lab, project, {"A": {}})
    panel, _ = open_panel(local_lab, fresh=True)
    panel.region.get_by_role("button", name="Help").click()
    help_dialog = panel.dialog("Help")
    expect(help_dialog.frame).to_contain_text("%secret get NAME")
    help_dialog.frame.get_by_role("button", name="Close").click()
    expect(help_dialog.frame).to_be_hidden()
    panel.region.get_by_role("button", name="Refresh").click()
    panel.region.get_by_role("button", name="Settings").click()
    expect(panel.page.get_by_role("tab", name="Settings")).to_be_visible()


def test_the_palette_asks_in_a_dialog_that_can_be_filtered(local_lab: Lab, open_panel: Open, project: str) -> None:
    """Each command says that it is about a secret; typing narrows the list, Enter takes what is marked."""
    store(local_lab, project, {"FIRST": {}, "SECOND": {}, "THIRD": {}})
    panel, _ = open_panel(local_lab)
    page = panel.page
    run_command(page, "Secrets", "Secret: Delete")
    choice = page.get_by_role("dialog", name="Secret: Delete")
    field = choice.get_by_role("combobox", name="Search secrets")
    expect(field).to_be_focused()
    field.fill("d")
    expect(choice.get_by_role("option")).to_have_text(["SECOND", "THIRD"])
    field.press("ArrowDown")
    field.press("Enter")
    delete = panel.dialog("Delete THIRD")
    expect(delete.frame).to_be_visible()
    delete.cancel()
    run_command(page, "Secrets", "Secret: Edit")
    expect(choice.or_(page.get_by_role("dialog", name="Secret: Edit"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Secret: Edit")).to_be_hidden()
