"""Somebody before a panel: in one application, on one provider, with the mouse or with the keyboard alone."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cluster.server import Namespace

from .lab import Lab
from .pages import TRY, Dialog, Notebook, Panel, open_notebook, run_command
from .ways import Keyboard, Mouse

PANELS = ("side", "widget")
APPLICATIONS = ("lab", "notebook")
PROVIDERS = ("local", "kubernetes")
WAYS = ("mouse", "keyboard")
CELL = "%load_ext dh_secrets_jupyter\n%secret panel"
NEW_KERNEL = "() => window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({name: 'python3'})"
KEEP_FIRST_CELL = """first => {
    const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
    const at = sharedModel.cells.findIndex(cell => cell.getSource() === first);
    sharedModel.deleteCellRange(at + 1, sharedModel.cells.length);
    sharedModel.deleteCellRange(0, at);
    sharedModel.insertCell(1, {cell_type: 'code', source: ''});
}"""


def usually(
    argument: str, usual: Collection[str], *parts: Iterable[str], indirect: bool = False
) -> pytest.MarkDecorator:
    """Runs a test with some of the combinations of parts, ``A-B-C``, and with all where long runs are asked for."""
    every = ["-".join(combination) for combination in itertools.product(*parts)]
    assert set(usual) <= set(every)
    params = [one if one in usual else pytest.param(one, marks=pytest.mark.soak) for one in every]
    return pytest.mark.parametrize(argument, params, indirect=indirect)


def at(seat: str, panels: Iterable[str] = PANELS, ways: Iterable[str] = WAYS) -> pytest.MarkDecorator:
    """Runs a test at one seat, and at all where long runs are asked for."""
    return usually("seat", [seat], panels, APPLICATIONS, PROVIDERS, ways, indirect=True)


class Desk:
    """A page with the side panel beside a notebook whose first cell shows the widget.

    Args:
        path: the notebook, whose first cell is :data:`CELL`.
    """

    def __init__(self, page: Page, lab: Lab, application: str, path: str) -> None:
        self.page = page
        self.lab = lab
        self.path = path
        self.is_lab = application == "lab"
        self.notebook = Notebook(page)
        self.side = Panel(page, page.locator("#dh-secrets-panel"))
        self.open()

    def open(self) -> None:
        """Loads the page."""
        self.page.goto(self.lab.address_in("lab" if self.is_lab else "notebook", self.path))
        self.notebook.ready()
        self.show_side()
        # What the panel is opened with would take the place of what is typed before it is there.
        expect(self.side.project).not_to_have_value("")

    def show_side(self) -> None:
        """Shows the side panel by a command, which gives it the focus."""
        if self.is_lab:
            run_command(self.page, "Secrets", "Show secrets")
        else:
            # Notebook 7's own hides a panel that is shown.
            for _ in range(2 if self.side.region.is_visible() else 1):
                run_command(self.page, "View", "Show Secrets", alone=True)
        expect(self.side.search).to_be_focused()

    @cached_property
    def widget(self) -> Panel:
        """The widget, shown when it is first used."""
        panel = Panel(self.page, self.notebook.cells.first)
        self.show_widget()
        return panel

    def show_widget(self) -> None:
        """Runs the first cell; what it has shown before goes first."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets[0].model.clearExecution()")
        cell = self.notebook.cells.first
        button, prompt = cell.get_by_role("button", name="Add secret"), cell.locator(".jp-InputPrompt")
        forgotten = cell.locator(".jp-InputPrompt", has_text=re.compile(r"^\[ \]:$"))
        for _ in range(3):
            cell.locator(".cm-content").press("Control+Enter")
            # JupyterLab says that a kernel is idle before it listens, and forgets a cell that is run in between. One
            # that runs is not run once more, however long that takes: its widget would go while somebody is at it.
            with contextlib.suppress(AssertionError):
                expect(prompt).not_to_have_text("[ ]:", timeout=TRY)
                expect(button.or_(forgotten).first).to_be_visible()
                if button.is_visible():
                    return
        raise AssertionError("The widget is not shown")

    def start_anew(self) -> None:
        """Starts a new kernel in the place of the one that was there, and shows the widget again."""
        self.page.evaluate(NEW_KERNEL)
        self.notebook.ready()
        self.tidy()
        self.show_widget()

    def tidy(self) -> None:
        """Brings the notebook to the front, without the cells that another test has added."""
        self.page.keyboard.press("Escape")
        if self.is_lab:
            open_notebook(self.page, self.path)
        self.page.evaluate(KEEP_FIRST_CELL, CELL)
        self.notebook.ready()

    def focus_notebook(self) -> None:
        """Brings the focus to the cell below the widget, in which Tab moves on."""
        self.notebook.cells.nth(1).locator(".cm-content").focus()
        self.page.keyboard.press("Escape")


@dataclass
class Seat:
    """See the module.

    Attributes:
        project: a project that no other test uses; the panel shows it.
        name: a secret's name, under which nothing is in a kernel yet.
        namespace: the one behind the server, where its provider is Kubernetes.
        variable: what a kernel calls the secret.
    """

    desk: Desk
    panel: Panel
    way: Mouse | Keyboard
    project: str
    name: str
    namespace: Namespace | None

    @property
    def variable(self) -> str:
        return self.name.replace("-", "_")

    @property
    def by_mouse(self) -> bool:
        return isinstance(self.way, Mouse)

    def button(self, name: str) -> Locator:
        return self.panel.region.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        """Presses a button of the panel."""
        self.way.press(self.button(name))

    def choose(self, name: str, action: str) -> None:
        """Chooses an action from a secret's menu."""
        self.way.press(self.panel.actions(name))
        self.way.press(self.panel.region.get_by_role("menuitem", name=action, exact=True))

    def open(self, name: str, action: str, title: str) -> Dialog:
        """Opens the dialog of an action."""
        self.choose(name, action)
        dialog = self.panel.dialog(title)
        expect(dialog.frame).to_be_visible()
        return dialog

    def fill(self, dialog: Dialog, **fields: str) -> None:
        """Writes into the fields of a dialog, by their labels."""
        for label, text in fields.items():
            self.way.write(dialog.field(label), text)

    def refused(self, dialog: Dialog, said: str) -> None:
        """Sends a dialog, which says what is wrong with it."""
        self.way.press(dialog.submit_button)
        expect(dialog.frame.get_by_role("alert")).to_contain_text(said)

    def done(self, dialog: Dialog, said: str) -> None:
        """Sends a dialog, which is gone then; the panel says that it is done."""
        self.way.press(dialog.submit_button)
        expect(dialog.frame).to_be_hidden()
        expect(self.panel.status).to_contain_text(said)

    def store(self, method: str, path: str, body: object = None) -> object:
        """Changes the project as another client does: ``path`` is below it."""
        return self.desk.lab.request(method, f"projects/{self.project}/{path}", body)

    def has(self, name: str, **details: object) -> None:
        """Has another client add a secret, and waits until it is in the list."""
        self.store("POST", "secrets", {"name": name, "value": "sample-value", **details})
        expect(self.panel.name(name)).to_be_visible()

    def rotate(self, name: str, value: str) -> None:
        """Has somebody else change a value: by kubectl where there is a cluster."""
        if self.namespace:
            patch = {"stringData": {name: value}}
            secret = f"proj-secrets-{self.project}"
            self.namespace.kubectl("patch", "secret", secret, "--type=merge", "-p", json.dumps(patch))
        else:
            self.store("PATCH", f"secrets/{name}", {"value": value})

    def listed(self, project: str = "") -> list[dict[str, object]]:
        """Returns what the store has of a project, in the order of names."""
        secrets = self.desk.lab.request("GET", f"projects/{project or self.project}/secrets")["secrets"]
        return sorted(secrets, key=lambda secret: str(secret["name"]))

    def choose_file(self, dialog: Dialog, name: str, content: bytes) -> None:
        """Chooses a file of this machine for a dialog."""
        with self.desk.page.expect_file_chooser() as chooser:
            self.way.press(dialog.field("Choose file"))
        chooser.value.set_files({"name": name, "mimeType": "text/plain", "buffer": content})

    def in_kernel(self, said: str) -> Locator:
        """Returns what a row says of the kernel."""
        return self.panel.region.get_by_role("list").get_by_text(said, exact=True)


def sit(desk: Desk, panel: str, way: str, project: str, namespace: Namespace | None) -> Seat:
    """Seats somebody before a panel that shows a project."""
    desk.tidy()
    shown = desk.side if panel == "side" else desk.widget
    shown.search.fill("")
    shown.switch(project)
    enter = desk.show_side if panel == "side" else desk.focus_notebook
    by = Mouse(shown) if way == "mouse" else Keyboard(shown, enter)
    return Seat(desk, shown, by, project, project.replace("ui", "key"), namespace)
