"""The browser and the servers behind it, started once for all tests here.

Playwright keeps an event loop running in the main thread, so it lives no longer than these tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from . import chromium, lab, pages

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    executable = chromium.find()
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=list(chromium.ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="package")
def local_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    """A JupyterLab on the local provider."""
    home = tmp_path_factory.mktemp("lab")
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(home / "secrets" / "local.db")}
    with lab.start(home, environment) as running:
        yield running


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return f"ui-{next(_numbers)}"


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each with cookies and storage of its own: ``new_page(viewport=…, color_scheme=…)``."""
    contexts = []

    def new(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()


Open = Callable[..., tuple[pages.Panel, pages.Notebook]]


@pytest.fixture
def open_panel(new_page: Callable[..., Page], project: str) -> Open:
    """Opens JupyterLab with the side panel on the test's own project: ``open_panel(lab)``."""

    def open_panel(server: lab.Lab, **options: object) -> tuple[pages.Panel, pages.Notebook]:
        number = next(_numbers)
        page = new_page(**options)
        panel, notebook = pages.open_lab(page, server, server.notebook(f"book-{number}.ipynb"), f"space-{number}")
        panel.switch(project)
        return panel, notebook

    return open_panel
