"""The widget panel, ``%secret panel``, in a real browser on a real JupyterLab."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.cluster.server import Cluster, Namespace
from tests.support.processes import state
from tests.support.waiting import wait_until

from .conftest import NewPage
from .lab import Lab
from .pages import NAME, Panel, close_notebook, load, open_notebook
from .seat import PROVIDERS, usually
from .widget import Show

VALUE = "invented-widget-value-8a41f2"
IMPORTED = "imported-widget-value-77c0e9"


@usually("provider", ["local"], PROVIDERS)
def test_a_value_is_once_in_the_traffic_and_nowhere_else(
    show: Show, request: pytest.FixtureRequest, project: str, provider: str
) -> None:
    """Saved, put, printed, refused, imported, renamed, copied: one message has it, no file, storage, log or page."""
    server: Lab = request.getfixturevalue(f"{provider}_lab")
    shown = show(server=server, provider=provider)
    panel, page = shown.panel, shown.page
    dialog = panel.open_add()
    dialog.fill(Name="TOKEN", Value=VALUE)
    dialog.submit()
    expect(panel.name("TOKEN")).to_be_visible()
    panel.region.get_by_role("button", name="Put TOKEN into kernel").click()
    expect(panel.status).to_contain_text("TOKEN is in")
    assert "[secret:TOKEN]" in shown.says("print(TOKEN)")
    refused = panel.open_add()
    refused.fill(Name="TOKEN", Value="another-invented-value")
    refused.submit()
    expect(panel.alert).to_contain_text("TOKEN")
    expect(refused.field("Value")).to_have_value("")
    refused.cancel()
    panel.region.get_by_role("button", name="Import .env").click()
    importing = panel.dialog("Import .env")
    importing.choose(".env", f"IMPORTED={IMPORTED}")
    importing.submit()
    expect(panel.name("IMPORTED")).to_be_visible()
    panel.act("IMPORTED", "Rename")
    rename = panel.dialog("Rename IMPORTED")
    rename.fill(Name="RENAMED")
    rename.submit()
    expect(panel.status).to_have_text("IMPORTED is now RENAMED.")
    panel.act("RENAMED", "Copy to project")
    copy = panel.dialog("Copy RENAMED to project")
    copy.fill(Project=f"{project}-other")
    copy.submit()
    expect(panel.status).to_contain_text("RENAMED was copied to project")
    shown.book.save()
    page.wait_for_timeout(1000)

    saved = shown.file.read_text()
    assert "_esm" in saved, "the widget's state is not saved"
    for value in (VALUE, IMPORTED):
        assert sum(frame.count(value.encode()) for frame in shown.traffic) == 1
    stored = page.evaluate("""async () => JSON.stringify([
        {...localStorage}, {...sessionStorage}, (await indexedDB.databases()).map(d => d.name), document.cookie,
        document.documentElement.outerHTML, [...document.querySelectorAll('input')].map(i => i.value)])""")
    log = server.log.read_bytes()
    for place in (saved.encode(), stored.encode(), log):
        assert not [value for value in (VALUE, IMPORTED, "another-invented") if value.encode() in place]


def test_keys_in_the_panel_are_not_the_notebook_s(show: Show) -> None:
    """A letter that is a notebook's command does nothing to it; with Ctrl or Cmd a key stays the notebook's."""
    shown = show()
    panel, press = shown.panel, shown.page.keyboard.press
    panel.add("KEY", VALUE)
    cells = shown.book.cells.count()
    panel.actions("KEY").focus()
    shown.page.keyboard.type("ddbx")  # in a notebook: delete the cell, add one, cut it
    press("Enter")
    press("c")  # copies the cell there; here it finds an action
    press("Enter")
    expect(panel.status).to_contain_text("%secret get KEY")
    press("ControlOrMeta+s")
    expect(shown.book.unsaved).to_have_count(0)
    assert shown.book.cells.count() == cells


def test_reopened_without_a_kernel_it_is_a_static_list(show: Show, local_lab: Lab, project: str) -> None:
    """With the widget's state, without it, and in a notebook that is not trusted: the list as it was last, no error."""
    shown = show()
    page = shown.page
    shown.panel.add("KEPT", VALUE)
    expect(page.locator(".dhs-fallback")).to_be_hidden()
    expect(page.locator(".dhs-fallback")).to_contain_text("KEPT")
    shown.book.save()
    content = json.loads(shown.file.read_text())
    content["metadata"]["kernelspec"] = {"name": "none-such", "display_name": "None such", "language": "none"}
    content["metadata"].pop("language_info", None)

    def reopened(kind: str, trusted: bool) -> None:
        file = local_lab.folder / f"static-{project}-{kind}.ipynb"
        file.write_text(json.dumps(content))
        if trusted:
            environment = {**os.environ, "HOME": str(local_lab.home), "JUPYTER_DATA_DIR": str(local_lab.home / "data")}
            subprocess.run([sys.executable, "-m", "nbformat.sign", str(file)], env=environment, check=True)
        open_notebook(page, file.name)
        page.get_by_role("dialog").get_by_role("button", name="No Kernel").click()
        expect(page.get_by_role("rowheader", name="KEPT").locator("visible=true")).to_have_count(1)
        expect(page.get_by_text("Error displaying widget").locator("visible=true")).to_have_count(0)
        close_notebook(page, file.name)

    reopened("untrusted", trusted=False)
    reopened("state", trusted=True)
    del content["metadata"]["widgets"]
    reopened("stateless", trusted=True)


def test_it_works_while_a_cell_runs(show: Show, local_lab: Lab) -> None:
    """Over subshells the panel goes on working: a secret is added and put while the cell is busy."""
    shown = show()
    panel, book = shown.panel, shown.book
    book.start("import os, time\nwhile not os.path.exists('over'): time.sleep(0.1)")
    panel.add("DURING", "sample-value")
    panel.region.get_by_role("button", name="Put DURING into kernel").click()
    expect(panel.status).to_contain_text("DURING is in")
    expect(book.cells.nth(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    (local_lab.folder / "over").touch()


def test_where_it_cannot_it_says_that_it_waits(show: Show, new_page: NewPage, local_lab: Lab) -> None:
    """Without subshells it says "waiting" while the cell runs, and does afterwards what was asked."""
    folder = local_lab.home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    setting = folder / "kernels-settings.jupyterlab-settings"
    setting.write_text(json.dumps({"commsOverSubshells": "disabled"}))
    try:
        shown = show(page=load(new_page(), local_lab, "without-subshells"))
        panel, book = shown.panel, shown.book
        book.start("import os, time\nwhile not os.path.exists('waited'): time.sleep(0.1)")
        dialog = panel.open_add()
        dialog.fill(Name="AFTER", Value="sample-value")
        dialog.submit()
        expect(panel.status).to_contain_text("waiting")
        (local_lab.folder / "waited").touch()
        expect(panel.name("AFTER")).to_be_visible()
    finally:
        setting.unlink()


def test_a_cluster_that_does_not_answer_is_a_state(
    show: Show, cluster: Cluster, namespace: Namespace, project: str
) -> None:
    """While the API server hangs the panel says that it waits, and cells run; a change by kubectl is seen, and that
    its owner may put a key back is said."""
    shown = show(namespace.kubeconfig)
    panel = shown.panel
    panel.add("FIRST", "sample-value")
    with cluster.suspended():
        dialog = panel.open_add()
        dialog.fill(Name="SECOND", Value="sample-value")
        dialog.submit()
        expect(panel.status).to_contain_text("waiting")
        dialog.cancel()
        assert "42" in shown.says("print(6 * 7)")
        expect(panel.name("SECOND")).to_be_hidden()
    expect(panel.name("SECOND")).to_be_visible()
    patch = json.dumps({"stringData": {"BY-KUBECTL": "sample-value"}})
    manager = "--field-manager=vault-operator"
    namespace.kubectl("patch", "secret", f"proj-secrets-{project}", manager, "--type=merge", "-p", patch)
    expect(panel.name("BY-KUBECTL")).to_be_visible()
    panel.act("BY-KUBECTL", "Delete")
    panel.dialog("Delete BY-KUBECTL").submit()
    expect(panel.status).to_contain_text("BY-KUBECTL was deleted. The Secret")
    expect(panel.status).to_contain_text("is kept by vault-operator: its owner may put it back.")


def test_where_watching_is_denied_it_asks(show: Show, namespace: Namespace, project: str) -> None:
    """A Role that may only read the Secret: what kubectl adds appears all the same, and nothing can be added."""
    secret = f"proj-secrets-{project}"
    namespace.kubectl("create", "secret", "generic", secret, "--from-literal=SEEN=sample-seen")
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [secret], "verbs": ["get"]}
    panel = show(namespace.service_account("reader", [rule])).panel
    expect(panel.name("SEEN")).to_be_visible()
    expect(panel.region.get_by_role("button", name="Add secret")).to_be_disabled()
    patch = json.dumps({"stringData": {"LATER": "sample-later"}})
    namespace.kubectl("patch", "secret", secret, "--type=merge", "-p", patch)
    expect(panel.name("LATER")).to_be_visible()


def test_two_displays_are_one_panel(show: Show, project: str) -> None:
    """What one display changes the other shows; each label is that of its own display's field, and each landmark has a
    name of its own. Both are gone once the panel is closed, and it can be shown again."""
    shown = show()
    shown.book.run("%secret panel")
    second = Panel(shown.page, shown.book.cells.nth(1))
    shown.panel.add("SHARED", "sample-value")
    expect(second.name("SHARED")).to_be_visible()
    expect(shown.panel.region).to_have_accessible_name(f"Secrets of {project}")
    expect(second.region).to_have_accessible_name(f"Secrets of {project} (2)")
    second.switch(f"{project}-b")
    expect(second.region).to_have_accessible_name(f"Secrets of {project}-b")
    second.switch(project)
    expect(second.region).to_have_accessible_name(f"Secrets of {project} (2)")
    second.region.get_by_text("Project", exact=True).click()
    expect(second.project).to_be_focused()
    shown.book.run("import ipywidgets; ipywidgets.Widget.close_all()")
    expect(shown.page.get_by_role("region", name=NAME)).to_have_count(0)
    shown.book.run("%secret panel")
    expect(Panel(shown.page).name("SHARED")).to_be_visible()


def test_undo_in_a_dialog_is_not_the_notebook_s(show: Show) -> None:
    """The cell keeps what it had; saving is the notebook's there, too."""
    shown = show()
    dialog = shown.panel.open_add()
    dialog.field("Name").press_sequentially("SLIP")
    dialog.field("Name").press("ControlOrMeta+z")
    dialog.cancel_button.press("ControlOrMeta+z")
    expect(shown.book.cells.first.locator(".cm-content")).to_contain_text("%secret panel")
    dialog.field("Name").press("ControlOrMeta+s")
    expect(shown.book.unsaved).to_have_count(0)


def test_after_a_restart_it_says_to_run_the_cell_again(show: Show) -> None:
    """What the kernel was asked before may or may not have been done; afterwards it can be asked nothing. What was
    typed stays, since nothing was sent."""
    shown = show()
    panel = shown.panel
    kernel = int("".join(filter(str.isdecimal, shown.says("import os; print(os.getpid())"))))
    early = panel.open_add()
    early.fill(Name="EARLY", Value="sample-value")
    os.kill(kernel, signal.SIGSTOP)
    wait_until(lambda: state(kernel) == "T", "the kernel stands still")
    early.submit()
    expect(panel.status).to_contain_text("waiting")
    early.cancel()
    shown.book.restart()
    gone = "The kernel of this panel is gone. Run the cell again, and look whether it was done."
    expect(panel.region.get_by_text(f"EARLY: {gone}")).to_be_visible()

    late = panel.open_add()
    late.fill(Name="LATE", Value="sample-value")
    late.submit()
    expect(late.frame.get_by_role("alert")).to_have_text("LATE: The kernel of this panel is gone. Run the cell again.")
    expect(late.field("Name")).to_have_value("LATE")
    expect(late.field("Value")).to_have_value("sample-value")


def test_500_secrets_open_and_are_searched_at_once(show: Show, project: str) -> None:
    """A long list comes whole in one message, and is searched in the page, also for what is not drawn:
    nobody is asked again."""
    shown = show()
    shown.says(
        "import dh_secrets_jupyter as d\np = d.get_or_create_project('" + project + "')\n"
        "p.import_values({f'NAME_{n:03}': f'sample-{n}' for n in range(500)})"
    )
    shown.book.start("%secret panel")
    panel = Panel(shown.page, shown.book.cells.nth(2))
    expect(panel.region.get_by_role("listitem").first).to_have_attribute("aria-setsize", "500")
    expect(panel.name("NAME_321")).to_have_count(0)  # not drawn
    before = len(shown.traffic)
    assert any(b"NAME_000" in frame and b"NAME_499" in frame for frame in shown.traffic)
    panel.search.fill("name_321")
    expect(panel.name("NAME_321")).to_be_visible()
    expect(panel.region.get_by_role("listitem")).to_have_count(1)
    assert not any(b"NAME_321" in frame for frame in shown.traffic[before:])
