"""JupyterLab and Notebook 7 in Italian and in German: the panel and the widget say nothing in English."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import NewPage
from .lab import BUILT, Lab
from .pages import Dialog, Notebook
from .seat import APPLICATIONS, PANELS, PROVIDERS, usually
from .widget import opening

LANGUAGES = {"it": "it_IT", "de": "de_DE"}
SAID = """panel => {
    const ATTRIBUTES = ['aria-label', 'aria-description', 'title', 'placeholder'];
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    const said = [];
    for (let node = panel; node; node = walker.nextNode()) {
        if (node.nodeType === Node.TEXT_NODE) said.push(node.data.trim());
        else for (const name of ATTRIBUTES) said.push(node.getAttribute(name));
    }
    return said.filter(text => text);
}"""


def catalogue(language: str) -> dict[str, list[str]]:
    """Returns the translations of a language."""
    path = BUILT.parent / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "dh_secrets_jupyter.json"
    found: dict[str, list[str]] = json.loads(path.read_text())
    del found[""]
    return found


def english(panel: Locator, language: str) -> list[str]:
    """Returns what a panel says that is one of its English texts, with whatever arguments."""
    texts = [text for text, said in catalogue(language).items() if text != said[0] and text.lower() != text]
    patterns = [re.sub(r"%\d", ".+", re.escape(text)) for text in texts]
    return [said for said in panel.evaluate(SAID) if any(re.fullmatch(pattern, said) for pattern in patterns)]


def speak(lab: Lab, locale: str) -> None:
    """Sets the language in which pages of JupyterLab and Notebook are opened from now on."""
    address = f"{lab.url}/lab/api/settings/@jupyterlab/translation-extension:plugin?token={lab.token}"
    body = json.dumps({"raw": json.dumps({"locale": locale})}).encode()
    urllib.request.urlopen(urllib.request.Request(address, body, method="PUT"), timeout=30).close()


@contextmanager
def speaking(lab: Lab, locale: str) -> Iterator[None]:
    """Has the pages that are opened meanwhile speak a language."""
    speak(lab, locale)
    try:
        yield
    finally:
        speak(lab, "default")


def states(page: Page, panel: Locator, said: dict[str, list[str]]) -> Iterator[str]:
    """Takes a panel through its states, by the names that its language has for all."""

    def button(text: str, *args: str) -> Locator:
        name = said[text][0]
        for number, arg in enumerate(args, 1):
            name = name.replace(f"%{number}", arg)
        return panel.get_by_role("button", name=name, exact=True)

    expect(panel.get_by_text(said["This project has no secrets yet."][0])).to_be_visible()
    yield "empty"
    button("Add secret").first.click()
    dialog = panel.get_by_role("dialog", name=said["Add secret"][0])
    yield "add"
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    yield "refused"
    dialog.get_by_label(said["Name"][0]).fill("API_KEY")
    dialog.get_by_label(said["Value"][0], exact=True).fill("sample-value")
    dialog.locator("input[name=expires]").fill("2001-02-03")
    dialog.locator("button[type=submit]").click()
    expect(panel.get_by_text(said["expired"][0], exact=True)).to_be_visible()
    button("Details of %1", "API_KEY").click()
    yield "list"
    button("Order by").click()
    yield "order"
    page.keyboard.press("Escape")
    button("Help").click()
    expect(panel.get_by_role("dialog")).to_be_visible()
    yield "help"
    page.keyboard.press("Escape")
    button("Import .env").click()
    importing = panel.get_by_role("dialog", name=said["Import .env"][0])
    importing.locator("button[type=submit]").click()
    expect(importing.get_by_role("alert")).to_be_visible()
    yield "import"
    Dialog(importing).cancel()
    for text in ("Edit", "Replace value", "Rename", "Copy to project", "Delete"):
        button("Actions for %1", "API_KEY").click()
        yield "menu"
        panel.get_by_role("menuitem", name=said[text][0], exact=True).click()
        expect(panel.get_by_role("dialog")).to_be_visible()
        yield text
        Dialog(panel.get_by_role("dialog")).cancel()
    button("Put %1 into kernel", "API_KEY").click()
    expect(panel.get_by_text(said["in kernel as %1"][0].replace("%1", "API_KEY"), exact=True)).to_be_visible()
    yield "put"
    panel.get_by_role("searchbox").fill("nothing like it")
    yield "not found"


@usually("spoken", ["de-lab-side-local", "it-notebook-widget-local"], LANGUAGES, APPLICATIONS, PANELS, PROVIDERS)
def test_every_text_is_translated(request: pytest.FixtureRequest, new_page: NewPage, project: str, spoken: str) -> None:
    """Every text, name and hint of a panel in each state. The widget takes the language of the page."""
    language, application, kind, provider = spoken.split("-")
    lab: Lab = request.getfixturevalue(f"{provider}_lab")
    page, said = new_page(), catalogue(language)
    path = lab.notebook(f"{project}.ipynb")
    with speaking(lab, LANGUAGES[language]):
        page.goto(lab.address_in(application, path))
        expect(page.locator(".jp-Notebook-ExecutionIndicator").first).to_have_attribute("data-status", "idle")
        if kind == "widget":
            panel = Notebook(page).start(opening(project, provider=provider)).locator(".dh-secrets")
            expect(panel).to_have_accessible_name(said["Secrets of %1"][0].replace("%1", project))
        else:
            page.evaluate("window.jupyterapp.shell.activateById('dh-secrets-panel')")
            panel = page.get_by_role("region", name=said["Secrets"][0], exact=True)
            box = panel.get_by_role("combobox", name=said["Project"][0], exact=True)
            expect(box).not_to_have_value("")
            box.fill(project)
            box.press("Enter")
        for state in states(page, panel, said):
            assert english(panel, language) == [], state
