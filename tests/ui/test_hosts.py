"""The side panel and secrets that are only for hosts: used, and never read."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Open
from .lab import Lab
from .pages import violations
from .test_in_kernel import in_kernel, text_of

VALUE = "sample-value-of-20-characters"


def test_a_secret_for_hosts_is_added_edited_and_used_in_a_notebook(
    local_lab: Lab, open_panel: Open, project: str
) -> None:
    """A value that no host can have is refused at once. Row and details say the hosts. Nothing offers to put the value
    into the kernel; what is inserted uses it."""
    panel, notebook = open_panel(local_lab, fresh=True)
    dialog = panel.open_add()
    dialog.fill(Name="API_KEY", Value="too short")
    dialog.field("Only for hosts").fill("api.example.com")
    dialog.submit()
    expect(dialog.frame.get_by_role("alert")).to_contain_text("API_KEY: only a value of 20 to 4,096")
    dialog.fill(Value=VALUE)
    dialog.submit()
    expect(panel.name("API_KEY")).to_be_visible()
    panel.act("API_KEY", "Edit")
    edit = panel.dialog("Edit API_KEY")
    expect(edit.field("Only for hosts")).to_have_value("api.example.com")
    edit.field("Only for hosts").fill("API.example.com, *.example.org:8443")
    assert violations(panel.page) == []
    edit.submit()
    hosts = "api.example.com, *.example.org:8443"
    row = panel.region.get_by_role("listitem")
    expect(row.get_by_title(f"Only for {hosts}")).to_be_visible()
    expect(panel.details("API_KEY").get_by_text(f"Only for {hosts}", exact=True)).to_be_visible()
    listed = local_lab.request("GET", f"projects/{project}/secrets")["secrets"]
    assert [secret["hosts"] for secret in listed] == [["api.example.com", "*.example.org:8443"]]

    panel.region.get_by_role("button", name="Actions for API_KEY").click()
    expect(panel.region.get_by_role("menuitem", name="Insert into cell")).to_be_visible()
    expect(panel.region.get_by_role("menuitem", name="Put")).to_have_count(0)
    panel.region.get_by_role("menuitem", name="Insert into cell").click()
    expect(panel.status).to_contain_text("%secret use API_KEY")
    assert text_of(notebook.cells.last).endswith(f"%secret project {project}\n%secret use API_KEY")

    panel.region.get_by_role("button", name="Use API_KEY in notebook").click()
    expect(panel.status).to_contain_text("A stand-in for API_KEY is in the variable API_KEY. Only for api.example.com")
    expect(in_kernel(panel, "in kernel as API_KEY")).to_be_visible()
    assert VALUE not in panel.page.content()
