"""What the panel looks like, and what axe-core finds wrong with it: nothing.

``SCREENSHOTS=docs/images pytest tests/ui/test_appearance.py`` writes the pictures of the documentation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import NewPage, Open
from .lab import Lab
from .pages import Panel, load, violations
from .widget import Show

SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "contrast": {"color_scheme": "dark", "forced_colors": "active"},
}
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""What a scheme can break; names, roles and order are the same in all."""
DOCUMENTED = {
    *("first-light", "first-dark", "panel-list-light", "panel-dialog-light", "panel-error-light"),
    *("widget-list-light", "widget-list-dark"),
}


def take(page: Page, name: str) -> None:
    """Takes a picture of the documentation, where it asked for it."""
    if name in DOCUMENTED and (folder := os.environ.get("SCREENSHOTS")):
        page.screenshot(path=Path(folder, f"{name}.png"), animations="disabled", caret="hide")


def sound(page: Page, state: str) -> None:
    """Shows a state in each scheme, and axe-core finds nothing; of the colours alone where the rest was seen."""
    for scheme, options in SCHEMES.items():
        page.emulate_media(**options)
        name = "JupyterLab Light" if scheme == "light" else "JupyterLab Dark"
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name)
        take(page, f"{state}-{scheme}")
        assert violations(page, *COLOUR_RULES if scheme != "light" else ()) == [], f"{state}-{scheme}"


def states(panel: Panel) -> Iterator[str]:
    """Takes an empty panel through its states, and yields the name of each while it is on the screen."""
    expect(panel.region.get_by_text("This project has no secrets yet")).to_be_visible()
    yield "empty"
    panel.add(
        "API_KEY", "sample-value-1", Description="For the weather service", Labels="weather", Expires="2099-12-31"
    )
    panel.add(
        "OLD_TOKEN", "sample-value-2", Description="Of the archive", Labels="archive, read-only", Expires="2020-01-31"
    )
    panel.add("warehouse.password", "sample-value-3")
    expect(panel.region.get_by_text("expired", exact=True)).to_be_visible()
    yield "list"
    panel.region.get_by_role("button", name="Actions for API_KEY").click()
    yield "menu"
    expect(panel.region.get_by_role("menuitem").first).to_be_visible()
    panel.page.keyboard.press("Escape")
    dialog = panel.open_add()
    yield "dialog"
    dialog.fill(Name="API_KEY", Value="sample-value-4")
    dialog.submit()
    expect(panel.alert).to_contain_text("API_KEY")
    yield "error"
    dialog.cancel()
    panel.act("OLD_TOKEN", "Delete")
    yield "delete"
    panel.dialog("Delete OLD_TOKEN").cancel()


def test_each_state_of_the_side_panel_is_sound(kubernetes_lab: Lab, open_panel: Open, new_page: NewPage) -> None:
    """Empty, list, menu, dialog, refusal, a list that cannot be had; light, dark and with forced colours."""
    panel, _ = open_panel(kubernetes_lab, page=new_page(), path="weather.ipynb")
    panel.switch("weather")
    for state in states(panel):
        sound(panel.page, f"panel-{state}")
    panel.project.click()
    sound(panel.page, "panel-projects")
    expect(panel.region.get_by_role("option", name="weather")).to_be_visible()
    panel.switch("no such project")
    expect(panel.alert).to_contain_text("no such project")
    sound(panel.page, "panel-refused")


@pytest.mark.parametrize("project", ["sea"])
def test_each_state_of_the_widget_is_sound(show: Show, kubernetes_lab: Lab, new_page: NewPage) -> None:
    """The same in a cell's output, wide and narrow; nothing is cut off."""
    page = load(new_page(), kubernetes_lab, "sea")
    panel = show(server=kubernetes_lab, provider="kubernetes", page=page).panel
    for state in states(panel):
        sound(page, f"widget-{state}")
    page.get_by_role("tab", name="File Browser").click()  # folds the side bar
    page.set_viewport_size({"width": 480, "height": 800})
    sound(page, "widget-narrow")
    assert not panel.region.evaluate("region => region.scrollWidth > region.clientWidth")


def test_the_first_picture(kubernetes_lab: Lab, open_panel: Open, new_page: NewPage) -> None:
    """The panel beside a cell that reads a secret and prints it, as README shows them, light and dark."""
    panel, notebook = open_panel(kubernetes_lab, page=new_page(), path="weather-report.ipynb")
    page = panel.page
    panel.switch("demo")
    panel.add("API_KEY", "sample-value-1", Description="For the weather service", Labels="weather")
    panel.add("WAREHOUSE_URL", "sample-value-2", Labels="warehouse", Expires="2099-12-31")
    cell = notebook.cells.first
    cell.locator(".cm-content").click()
    panel.act("API_KEY", "Insert into cell")
    expect(cell.locator(".cm-content")).to_contain_text("%secret get API_KEY")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text('print(f"Bearer {API_KEY}")')
    page.keyboard.press("Shift+Enter")
    expect(cell.get_by_text("Bearer [secret:API_KEY]")).to_be_visible()
    expect(panel.region.get_by_text("in kernel as API_KEY", exact=True)).to_be_visible()
    expect(panel.details("API_KEY").get_by_text(re.compile("Updated .* by analyst"))).to_be_visible()
    notebook.ready()
    # A side bar that shows more of what is said.
    page.mouse.move(286, 400)
    page.mouse.down()
    page.mouse.move(400, 400)
    page.mouse.up()
    sound(page, "first")


def test_nothing_is_cut_off_in_a_narrow_window(local_lab: Lab, open_panel: Open, new_page: NewPage) -> None:
    """At 320 px the dialog fits, and no text of the panel is wider than it."""
    panel, _ = open_panel(local_lab, page=new_page())
    panel.add("a-rather-long-name.of_a_secret-that-does-not-fit-on-one-line", "sample-value", Description="x" * 60)
    panel.page.set_viewport_size({"width": 320, "height": 560})
    wide = panel.region.evaluate("region => region.scrollWidth > region.clientWidth")
    assert not wide
    panel.act("a-rather-long-name.of_a_secret-that-does-not-fit-on-one-line", "Edit")
    box = panel.region.get_by_role("dialog").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
