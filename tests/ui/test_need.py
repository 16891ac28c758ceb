"""The form of ``%secret need`` in real front ends: a notebook that says what it needs, opened by somebody new."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Load, NewPage
from .lab import Lab
from .pages import close_notebook, load, open_notebook, violations

NAMES = ["API_KEY", "db-pass", "TLS.KEY", "TOKEN", "URL"]
PEM = "-----BEGIN PRIVATE KEY-----\nsample\n-----END PRIVATE KEY-----\n"
LOAD = "%load_ext dh_secrets_jupyter\nimport dh_secrets_jupyter.panel.form as form\n%secret project {project}\n"
PATIENT = "form.SHOWN_TIMEOUT = 120"
"""However busy the machine is, the form's report comes in time."""
NEED = f"%secret need {' '.join(NAMES)} --optional SLACK --about 'to read the orders'"


class Asking:
    """A notebook whose last cell needs five secrets that are missing, and waits for its form."""

    cell: Locator

    def __init__(self, page: Page, lab: Lab, project: str, first: str = PATIENT) -> None:
        self.page = page
        self.file: Path = lab.folder / lab.notebook(f"need-{project}.ipynb")
        self.notebook = open_notebook(page, self.file.name)
        self.notebook.ready()
        self.notebook.run(LOAD.format(project=project) + first)
        self.ask(NEED)

    def ask(self, line: str) -> None:
        """Runs a line, whose cell may go on running."""
        self.cell = self.notebook.start(line)
        self.form = self.cell.get_by_role("form", name="What the notebook needs")

    def value(self, name: str) -> Locator:
        return self.form.get_by_label(f"Value of {name}", exact=True)

    def ends(self) -> str:
        """Waits for the cell's end; returns its output."""
        expect(self.cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=120_000)
        return self.cell.locator(".jp-OutputArea-output").all_inner_texts().__str__()

    def saved(self) -> str:
        """Saves the notebook and returns the file's text."""
        self.notebook.save()
        return self.file.read_text()


@pytest.fixture
def asking(_loaded: Load, local_lab: Lab, project: str) -> Iterator[Asking]:
    """One on a page that other tests use, too."""
    shown = Asking(_loaded(local_lab), local_lab, project)
    yield shown
    close_notebook(shown.page, shown.file.name)


def test_a_fresh_clone_asks_once_and_runs(asking: Asking, local_lab: Lab, project: str) -> None:
    """One form for five secrets: typed, pasted and from a file. The cell goes on, and says what was done by names.
    What is only to be used has its hosts there, too."""
    expect(asking.form).to_be_visible(timeout=120_000)
    expect(asking.form.get_by_text("to read the orders").first).to_be_visible()
    assert not violations(asking.page)
    for name in NAMES[1:]:
        asking.value(name).fill(f"sample-{name}")
    asking.form.locator("input[type=file]").nth(2).set_input_files(
        {"name": "key.pem", "mimeType": "text/plain", "buffer": PEM.encode()}
    )
    asking.form.get_by_role("button", name="Save").click()
    expect(asking.form.get_by_role("alert")).to_contain_text("API_KEY: there is no value to save.")
    asking.value("API_KEY").fill("sample-API_KEY")
    asking.form.get_by_role("button", name="Save").click()
    output = asking.ends()
    assert f"{', '.join(NAMES)}: stored in project {project}, local." in output
    assert "Read into variables: API_KEY, db-pass as db_pass" in output
    expect(asking.form).to_have_count(0)
    assert "True" in asking.notebook.run(f"print(len(TLS_KEY) == {len(PEM)}, [db_pass, URL])")

    asking.ask("%secret need USED ALSO --use")
    expect(asking.form).to_be_visible(timeout=120_000)
    hosts = [asking.form.get_by_role("group", name=name).get_by_label("Only for hosts") for name in ("USED", "ALSO")]
    hosts[0].fill("api.example.com, *.example.org")
    for name in ("USED", "ALSO"):
        asking.value(name).fill(f"sample-{name}-of-twenty-characters")
    assert not violations(asking.page)
    asking.form.get_by_role("button", name="Save").click()
    expect(asking.form.get_by_role("alert")).to_contain_text("ALSO: it is for no host yet.")
    expect(hosts[1]).to_be_focused()
    asking.page.keyboard.type("api.example.net")
    asking.page.keyboard.press("Enter")
    assert f"USED, ALSO: stored in project {project}, local." in asking.ends()
    listed = {one["name"]: one["hosts"] for one in local_lab.request("GET", f"projects/{project}/secrets")["secrets"]}
    assert [listed["USED"], listed["ALSO"]] == [["api.example.com", "*.example.org"], ["api.example.net"]]

    assert "sample-" not in asking.page.content()
    saved = asking.saved()
    assert "sample-" not in saved
    assert "widget" not in json.dumps(json.loads(saved)["cells"])
    assert "secret" not in json.dumps([cell["metadata"] for cell in json.loads(saved)["cells"]])


def test_cancel_and_interrupt_fail_the_cell(asking: Asking, project: str) -> None:
    """Cancel, and interrupting the kernel: the line that names all that is missing, and nothing alive is saved."""
    expect(asking.form).to_be_visible(timeout=120_000)
    asking.value("TOKEN").fill("sample-TOKEN")
    asking.form.get_by_role("button", name="Cancel").click()
    line = f"{', '.join(NAMES)}: missing from project {project}"
    assert line in asking.ends()
    asking.ask(NEED)
    expect(asking.form).to_be_visible(timeout=120_000)
    asking.page.locator(".jp-NotebookPanel:visible [data-jp-item-name=interrupt]").get_by_role("button").click()
    assert line in asking.ends()
    saved = asking.saved()
    assert "sample-" not in saved
    assert "widget" not in json.dumps(json.loads(saved)["cells"])


@pytest.fixture
def without_subshells(local_lab: Lab) -> Iterator[None]:
    """JupyterLab's own setting that has comms use no subshells."""
    path = local_lab.home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    path.mkdir(parents=True, exist_ok=True)
    setting = path / "kernels-settings.jupyterlab-settings"
    settings: dict[str, Any] = {"commsOverSubshells": "disabled"}
    setting.write_text(json.dumps(settings))
    yield
    setting.unlink()


@pytest.mark.usefixtures("without_subshells")
def test_without_subshells_there_are_prompts(local_lab: Lab, new_page: NewPage, project: str) -> None:
    """Where no message reaches the kernel while the cell runs: a hidden prompt each, in one go, and the cell ends."""
    asking = Asking(load(new_page(), local_lab, "prompts"), local_lab, project, "")
    for name in NAMES:
        prompt = asking.cell.locator(".jp-Stdin", has_text=f"Value of {name} ")
        expect(prompt).to_be_visible(timeout=120_000)
        prompt.locator("input[type=password]").fill(f"sample-{name}")
        prompt.locator("input[type=password]").press("Enter")
    assert f"{', '.join(NAMES)}: stored in project {project}, local." in asking.ends()
    assert "sample-" not in asking.saved()
