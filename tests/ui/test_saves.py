"""A notebook with a value in an output is saved in the browser: nothing, a notice with *Scrub*, or a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from ..server import scripted
from . import lab
from .conftest import NewPage, Open
from .pages import open_lab

VALUE = "invented-Kq7xW2pZm4v8zK1w"
SHOWS = "print('invented-Kq7' + 'xW2pZm4v8zK1w')"
"""Prints the value, of which the source holds no piece."""


def test_off_says_nothing(local_lab: lab.Lab, open_panel: Open, project: str) -> None:
    """As long as no other mode is set, a notebook with a value is saved as any other."""
    local_lab.request("POST", f"projects/{project}/secrets", {"name": "API_KEY", "value": VALUE})
    name = local_lab.notebook(f"{project}.ipynb")
    panel, notebook = open_panel(local_lab, name)
    expect(panel.name("API_KEY")).to_be_visible()
    assert VALUE in notebook.run(SHOWS)
    notebook.save()
    assert VALUE in (local_lab.folder / name).read_text()
    expect(panel.alert).to_have_count(0)


@pytest.mark.parametrize("mode", ["warn", "refuse"])
def test_saved_with_a_value(mode: str, new_page: NewPage, tmp_path: Path) -> None:
    """Warn saves, and scrubs once nothing is unsaved; refuse says where, and saves nothing.

    What a notebook names and nobody here may read is not called clean.
    """
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(tmp_path / "store" / "local.db")}
    if mode == "warn":
        environment = scripted.install(tmp_path / "entry")
    with lab.start(tmp_path / "lab", environment, arguments=[f"--DHSecrets.on_save={mode}"]) as running:
        running.request("POST", "projects/default/secrets", {"name": "API_KEY", "value": VALUE})
        path = running.folder / running.notebook(f"{mode}.ipynb")
        panel, notebook = open_lab(new_page(), running, path.name, mode)
        expect(panel.name("API_KEY")).to_be_visible()
        assert VALUE in notebook.run(SHOWS)
        page = panel.page
        if mode == "refuse":
            page.keyboard.press("Control+s")
            expect(page.locator(".jp-Dialog")).to_contain_text(
                "not saved, since it holds the value of API_KEY in cell 1"
            )
            page.keyboard.press("Escape")
            expect(panel.alert).to_have_text("refuse.ipynb was not saved: it holds the value of API_KEY (cell 1).")
            assert VALUE not in path.read_text()
            return
        notebook.save()
        assert VALUE in path.read_text()
        expect(panel.alert).to_contain_text("warn.ipynb was saved with the value of API_KEY (cell 1).")
        notebook.cells.last.locator(".cm-content").click()
        page.keyboard.insert_text("x = 1")
        scrub = panel.region.get_by_role("button", name="Scrub")
        expect(scrub).to_have_count(0)
        notebook.save()
        scrub.click()
        expect(panel.region.get_by_text("Marks were put into warn.ipynb. Rotate API_KEY.")).to_be_visible()
        expect(notebook.cells.first.locator(".jp-OutputArea-output")).to_have_text("[secret:API_KEY]")
        assert VALUE not in path.read_text()
        assert "x = 1" in path.read_text()
        notebook.cells.last.locator(".cm-content").click()
        page.keyboard.insert_text("\n%secret project locked")
        notebook.save()
        expect(panel.region).to_contain_text(
            "warn.ipynb was saved without being searched for values: those of locked could not be read."
        )
