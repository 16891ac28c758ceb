"""The side panel in JupyterLab: all that a user does with it."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Open
from .lab import Lab


def test_a_secret_is_added_replaced_edited_found_and_deleted(local_lab: Lab, open_panel: Open) -> None:
    """Add, see it appear, replace, edit, search, delete: by mouse."""
    panel, _ = open_panel(local_lab)
    expect(panel.region.get_by_text("This project has no secrets yet")).to_be_visible()
    panel.add("API_KEY", "sample-value-1", Description="For the weather service", Labels="weather, test")
    panel.add("OTHER", "sample-other")

    panel.act("API_KEY", "Replace value")
    replace = panel.dialog("Replace value of API_KEY")
    replace.fill(Value="sample-value-2")
    replace.press("Save")
    expect(panel.status).to_contain_text("API_KEY")

    panel.act("API_KEY", "Edit")
    edit = panel.dialog("Edit API_KEY")
    expect(edit.field("Labels")).to_have_value("weather, test")
    edit.fill(Description="For the tides", Labels="sea", Expires="2020-01-02")
    edit.press("Save")
    expect(panel.region.get_by_text("For the tides")).to_be_visible()
    expect(panel.region.get_by_text("Expired on 2020-01-02")).to_be_visible()

    panel.search.fill("TIDES")
    expect(panel.name("OTHER")).to_be_hidden()
    assert panel.names() == ["API_KEY"]
    panel.search.fill("")

    panel.act("API_KEY", "Delete")
    panel.dialog("Delete API_KEY").press("Delete")
    expect(panel.name("API_KEY")).to_be_hidden()
    assert panel.names() == ["OTHER"]
