"""Notebooks that all who edit them save together, by Jupyter's real-time collaboration; ``make soak`` installs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.waiting import wait_until

from . import lab
from .conftest import NewPage
from .pages import open_lab
from .test_saves import SHOWS, VALUE

PYTHON = lab.ROOT / "build" / "collaboration" / "bin" / "python"


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["off", "warn", "refuse"])
def test_no_save_fails(new_page: NewPage, tmp_path: Path, mode: str) -> None:
    """Whatever is set, what is typed and shown is saved. "refuse" is "warn", as the log says at the server's start.

    Both name the secret in the panel, and *Scrub* puts marks into the document that all have open.
    """
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(tmp_path / "store" / "local.db")}
    arguments = [f"--DHSecrets.on_save={mode}"]
    with lab.start(tmp_path / "lab", environment, arguments=arguments, python=str(PYTHON)) as server:
        server.request("POST", "projects/default/secrets", {"name": "API_KEY", "value": VALUE})
        path = server.folder / server.notebook(f"{mode}.ipynb")
        page = new_page()
        # On a busy machine jupyter-collaboration asks whether to go on waiting for a document, even when that is there.
        slow = page.get_by_role("dialog").filter(has_text="taking some time to load")
        page.add_locator_handler(slow, lambda: slow.get_by_role("button", name="Continue waiting").click())
        panel, notebook = open_lab(page, server, path.name, mode)
        assert ("with real-time collaboration no save can be refused" in server.log.read_text()) == (mode == "refuse")
        expect(panel.name("API_KEY")).to_be_visible()
        assert VALUE in notebook.run(SHOWS)
        wait_until(lambda: VALUE in path.read_text(), "the output is saved")
        notebook.cells.last.locator(".cm-content").click()
        page.keyboard.insert_text("x = 1")
        page.keyboard.press("Control+s")
        wait_until(lambda: "x = 1" in path.read_text(), "what is typed is saved")
        expect(page.locator(".jp-Dialog")).to_have_count(0)
        if mode == "off":
            expect(panel.alert).to_have_count(0)
        else:
            expect(panel.alert).to_contain_text(f"{path.name} was saved with the value of API_KEY (cell 1).")
            panel.region.get_by_role("button", name="Scrub").click()
            expect(notebook.cells.first.locator(".jp-OutputArea-output")).to_have_text("[secret:API_KEY]")
            wait_until(lambda: VALUE not in path.read_text(), "the file is scrubbed")
        notebook.cells.last.locator(".cm-content").click()  # the focus has stayed in the panel
        page.keyboard.press("End")
        page.keyboard.insert_text("23")
        wait_until(lambda: "x = 123" in path.read_text(), "what is typed afterwards is saved")
        assert (VALUE in path.read_text()) == (mode == "off")
        log = server.log.read_text()
        assert f"YDocExtension] Saving file: {path.name}" in log
        assert not [line for line in log.splitlines() if "rror" in line and path.name in line]
