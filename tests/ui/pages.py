"""What a user does in the browser, in the words that a screen reader hears."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TimedOut

from ..support.waiting import PATIENCE
from .lab import Lab

NAME = re.compile(r"^Secrets( of .+)?$")
"""The panel as a landmark: in a cell's output it says which project it shows."""
LISTS = re.compile(r"/dh-secrets/projects/[^/]+/secrets(\?|$)")
"""What lists a project's secrets, or adds one."""
AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"


TRY = 15_000
"""Milliseconds for what JupyterLab now and then forgets, before it is done once more."""


class Panel:
    """The panel, in the side bar or in a cell's output.

    Args:
        page: the page.
        scope: what the panel is in; the page where there is only one.
    """

    def __init__(self, page: Page, scope: Page | Locator | None = None) -> None:
        self.page = page
        self.region = (scope or page).get_by_role("region", name=NAME)

    @property
    def status(self) -> Locator:
        return self.region.get_by_role("status")

    @property
    def alert(self) -> Locator:
        return self.region.get_by_role("alert")

    @property
    def search(self) -> Locator:
        return self.region.get_by_role("searchbox", name="Search secrets")

    @property
    def project(self) -> Locator:
        return self.region.get_by_role("combobox", name="Project")

    def name(self, name: str) -> Locator:
        """Returns a secret's name in the list."""
        return self.region.get_by_role("list").get_by_text(name, exact=True)

    def names(self) -> list[str]:
        """Returns the names in the list."""
        names: list[str] = self.region.locator("[data-name]").evaluate_all("rows => rows.map(row => row.dataset.name)")
        return names

    def actions(self, name: str) -> Locator:
        """Returns the button that opens a secret's menu."""
        return self.region.get_by_role("button", name=f"Actions for {name}", exact=True)

    def details(self, name: str) -> Locator:
        """Opens a secret's details, if they are not open, and returns them."""
        button = self.region.get_by_role("button", name=f"Details of {name}", exact=True)
        if button.get_attribute("aria-expanded") == "false":
            button.click()
        return self.region.get_by_role("listitem").filter(has=self.page.get_by_text(name, exact=True))

    def dialog(self, title: str) -> Dialog:
        """Returns an open dialog by its name."""
        return Dialog(self.region.get_by_role("dialog", name=title, exact=True))

    def open_add(self) -> Dialog:
        self.region.get_by_role("button", name="Add secret").click()
        return self.dialog("Add secret")

    def add(self, name: str, value: str, **details: str) -> None:
        """Adds a secret and waits until it is in the list."""
        dialog = self.open_add()
        dialog.fill(Name=name, Value=value, **details)
        dialog.submit()
        expect(dialog.frame).to_be_hidden()
        expect(self.name(name)).to_be_visible()

    def act(self, name: str, action: str) -> None:
        """Chooses an action from a secret's menu."""
        self.actions(name).click()
        self.region.get_by_role("menuitem", name=action, exact=True).click()

    def switch(self, project: str) -> None:
        """Types another project."""
        for _ in range(3):
            self.project.fill(project)
            self.project.press("Enter")
            # Where JupyterLab brings a notebook to the front it takes the focus, and a field that is left goes back.
            if self.project.input_value() == project:
                return
        raise AssertionError(f"The panel does not go to {project}")

    def try_again(self) -> None:
        """Has the panel ask again, unless it has done so by itself meanwhile."""
        button = self.region.get_by_role("button", name="Try again")
        if button.is_visible():
            with contextlib.suppress(TimedOut):
                button.click(timeout=1_000)


class Dialog:
    """An open dialog."""

    def __init__(self, frame: Locator) -> None:
        self.frame = frame

    def field(self, label: str) -> Locator:
        """Returns a field by its label, which may have a hint in brackets."""
        return self.frame.get_by_label(re.compile(rf"^{re.escape(label)}( \(.*\))?$"))

    def fill(self, **fields: str) -> None:
        for label, text in fields.items():
            self.field(label).fill(text)

    def choose(self, name: str, text: str) -> None:
        """Chooses a file to import, and waits until its secrets are listed: the page reads it in its own time."""
        file = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        self.field("Choose file").set_input_files(file)  # type: ignore[arg-type]  # a dict of playwright's own form
        expect(self.frame.get_by_role("listitem").first).to_be_visible()

    def choose_value(self, file: Path) -> None:
        """Chooses a file with a value, and waits until the field holds it."""
        self.field("Choose file").set_input_files(file)
        expect(self.frame.get_by_role("button", name="Discard")).to_be_visible()

    # Buttons by what they do: their names are translated.

    @property
    def submit_button(self) -> Locator:
        return self.frame.locator("button[type=submit]")

    @property
    def cancel_button(self) -> Locator:
        return self.submit_button.locator("xpath=preceding-sibling::button")

    def submit(self) -> None:
        self.submit_button.click()

    def cancel(self) -> None:
        self.cancel_button.click()

    def discard(self) -> None:
        """Lets go of the lines that the value's field holds."""
        self.frame.get_by_role("button", name="Discard").click()


class Notebook:
    """The notebook in front, in JupyterLab or Notebook 7."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cells = page.locator(".jp-Notebook:visible .jp-CodeCell")

    def ready(self) -> None:
        """Waits until the kernel is idle; without one the indicator says so, too."""
        panel = self.page.locator(".jp-NotebookPanel:visible")
        expect(panel.locator(".jp-Toolbar-kernelName")).to_have_text("Python 3 (ipykernel)")
        status = panel.locator(".jp-Notebook-ExecutionIndicator")
        expect(status).to_have_attribute("data-status", "idle")

    def start(self, code: str) -> Locator:
        """Runs code in the last cell, which makes a new one below; returns the cell, which may go on running."""
        cell = self.cells.nth(self.cells.count() - 1)
        cell.locator(".cm-content").click()
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        with contextlib.suppress(AssertionError):
            expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=TRY)
            return cell
        # JupyterLab says that a kernel is idle before it listens, and forgets a cell that is run in between.
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        return cell

    def run(self, code: str) -> str:
        """Runs code as :meth:`start` and waits for its end; returns what it printed."""
        done = self.start(code)
        expect(done.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))
        return done.locator(".jp-OutputArea-output").all_inner_texts().__str__()

    def restart(self) -> None:
        """Restarts the kernel and waits until it is ready."""
        self.page.locator(".jp-NotebookPanel:visible [data-jp-item-name=restart]").get_by_role("button").click()
        accept_dialog(self.page)
        self.ready()

    @property
    def unsaved(self) -> Locator:
        """The mark at the notebook's tab."""
        return self.page.locator(".lm-mod-current.jp-mod-dirty")

    def save(self) -> None:
        """Saves, and waits until it is saved: it is not marked as unsaved at once after a change."""
        for _ in range(3):
            with self.page.expect_response(
                lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url,
                timeout=PATIENCE * 1000,
            ):
                self.page.keyboard.press("Control+s")
            # What a cell leaves in the notebook after its last output would wait for JupyterLab to save by itself.
            with contextlib.suppress(AssertionError):
                expect(self.unsaved).to_have_count(0, timeout=TRY)
                return
        raise AssertionError("The notebook does not stay saved")


def load(page: Page, lab: Lab, workspace: str) -> Page:
    """Loads JupyterLab, without a notebook."""
    page.goto(lab.address("", workspace))
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
    return page


def open_notebook(page: Page, path: str) -> Notebook:
    """Opens a notebook where JupyterLab is loaded, or brings it to the front."""
    page.evaluate("path => void window.jupyterapp.commands.execute('docmanager:open', {path})", path)
    page.wait_for_function("path => window.jupyterapp.shell.currentWidget?.context?.path === path", arg=path)
    return Notebook(page)


def close_notebook(page: Page, path: str) -> None:
    """Closes a notebook without saving it, and ends its kernel."""
    page.evaluate(
        """async path => {
            for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
                if (widget.context?.path === path) {
                    await widget.context.sessionContext.shutdown();
                    widget.dispose();
                }
            }
        }""",
        path,
    )


def open_lab(page: Page, lab: Lab, notebook: str, workspace: str) -> tuple[Panel, Notebook]:
    """Opens a notebook in JupyterLab, and the side panel beside it."""
    page.goto(lab.address(notebook, workspace))
    book = Notebook(page)
    book.ready()
    page.get_by_role("tab", name="Secrets", exact=True).click()
    panel = Panel(page)
    expect(panel.region).to_be_visible()
    return panel, book


def accept_dialog(page: Page) -> None:
    """Presses the button of a dialog of JupyterLab's own that says yes."""
    page.locator(".jp-Dialog .jp-mod-accept").click()


def run_command(page: Page, category: str, label: str, *, alone: bool = False) -> None:
    """Finds a command in the palette by typing, and runs it; ``alone`` where it must be the only one of its label."""
    palette = page.locator("#modal-command-palette")
    search = palette.get_by_role("textbox")
    for _ in range(3):
        page.keyboard.press("Control+Shift+C")
        # JupyterLab closes the palette whenever any command has run, one of its own in the background too.
        with contextlib.suppress(AssertionError, TimedOut):
            search.fill(label if alone else f"{category} {label}", timeout=TRY)
            expect(palette.locator(".lm-mod-active")).to_contain_text(label, timeout=TRY)
            if alone:
                labels = palette.locator(".lm-CommandPalette-itemLabel").get_by_text(label)  # in any case
                expect(labels).to_have_count(1, timeout=TRY)
            search.press("Enter", timeout=TRY)
            return
    raise AssertionError(f"The palette does not offer {label}")


def violations(page: Page, *rules: str) -> list[str]:
    """Returns what axe-core finds wrong in the panels of a page, one line each: by some of its rules, or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("options => axe.run('.dh-secrets', options)", options)
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
