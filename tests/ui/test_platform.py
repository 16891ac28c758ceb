"""Both panels in a workspace of the platform: a login with one project, and a cluster in which it may do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.cluster.server import Namespace
from tests.core.server import Core

from .conftest import NewPage
from .lab import Lab, start
from .pages import load, open_lab
from .widget import Shown

CELL = "%load_ext dh_secrets_jupyter\n%secret panel"


@pytest.fixture
def workspace_lab(core: Core, namespace: Namespace, tmp_path: Path) -> Iterator[Lab]:
    """A JupyterLab there."""
    core.logins.is_on = True
    core.logins.add("alice", "demo:ROLE_USER")
    core.entities.create_project({"name": "demo"}, "somebody")
    environment = {
        "DHCORE_ENDPOINT": core.url,
        "DHCORE_ACCESS_TOKEN": core.logins.access_token("alice"),
        "DH_CONFIG": str(tmp_path / "none.ini"),
        "KUBECONFIG": str(namespace.service_account("workspace")),
    }
    with start(tmp_path / "lab", environment) as running:
        yield running


def test_both_panels(core: Core, workspace_lab: Lab, new_page: NewPage) -> None:
    """With nothing set they show the login's project; each shows what the other adds, and what the console makes."""
    panel, notebook = open_lab(new_page(), workspace_lab, workspace_lab.notebook("side.ipynb"), "side")
    expect(panel.project).to_have_value("demo")
    panel.add("FROM_SIDE", "sample-side", Description="by the side panel")
    panel.region.get_by_role("button", name="Put FROM_SIDE into kernel").click()
    expect(panel.status).to_contain_text("FROM_SIDE is in the variable")
    assert "11" in notebook.run("print(len(FROM_SIDE))")

    widget = Shown(load(new_page(), workspace_lab, "widget"), workspace_lab, "widget", CELL).panel
    expect(widget.name("FROM_SIDE")).to_be_visible()
    widget.add("FROM_WIDGET", "sample-widget")
    expect(panel.name("FROM_WIDGET")).to_be_visible()

    body = {"name": "CONSOLE", "kind": "secret", "project": "demo"}
    core.entities.create("demo", {**body, "spec": {"path": "secret://CONSOLE", "provider": "kubernetes"}}, "console")
    for shown in (panel, widget):
        expect(shown.name("CONSOLE")).to_be_visible()
    panel.act("FROM_WIDGET", "Delete")
    panel.dialog("Delete FROM_WIDGET").submit()
    expect(widget.name("FROM_WIDGET")).to_be_hidden()
    assert sorted(core.entities.of("demo")) == ["CONSOLE", "FROM_SIDE"]
