"""The browser and the servers behind it, started once for all tests here.

Playwright keeps an event loop running in the main thread, so it lives no longer than these tests.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.cluster.server import Cluster, Namespace
from tests.support.waiting import PATIENCE

from . import chromium, lab, pages, widget

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    executable = chromium.find()
    expect.set_options(timeout=PATIENCE * 1000)
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


@pytest.fixture(scope="package")
def kubernetes_namespace(cluster: Cluster) -> Namespace:
    """The namespace behind :func:`kubernetes_lab`."""
    return cluster.namespace()


@pytest.fixture(scope="package")
def kubernetes_lab(kubernetes_namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    """A JupyterLab on the Kubernetes provider."""
    environment = {"DH_SECRETS_PROVIDER": "kubernetes", "KUBECONFIG": str(kubernetes_namespace.kubeconfig)}
    with lab.start(tmp_path_factory.mktemp("lab"), environment) as running:
        yield running


@pytest.fixture(params=["local", "kubernetes"])
def any_lab(request: pytest.FixtureRequest, local_lab: lab.Lab, kubernetes_lab: lab.Lab) -> lab.Lab:
    """A JupyterLab on each provider in turn."""
    return local_lab if request.param == "local" else kubernetes_lab


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return f"ui-{next(_numbers)}"


NewPage = Callable[..., Page]
Open = Callable[..., tuple[pages.Panel, pages.Notebook]]


@contextlib.contextmanager
def _pages(browser: Browser) -> Iterator[NewPage]:
    contexts = []

    def new(**options: Any) -> Page:
        contexts.append(context := browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}))
        context.set_default_timeout(PATIENCE * 1000)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens pages, each with cookies and storage of its own: ``new_page(viewport=…, color_scheme=…)``."""
    with _pages(browser) as new:
        yield new


@pytest.fixture(scope="package")
def _shared(browser: Browser) -> Iterator[Callable[[lab.Lab], tuple[pages.Panel, pages.Notebook]]]:
    """Keeps one page of each server open for all tests that do not mind."""
    opened: dict[str, tuple[pages.Panel, pages.Notebook]] = {}
    with _pages(browser) as new:

        def share(server: lab.Lab) -> tuple[pages.Panel, pages.Notebook]:
            if server.url not in opened:
                opened[server.url] = _open(new(), server)
            return opened[server.url]

        yield share


def _open(page: Page, server: lab.Lab) -> tuple[pages.Panel, pages.Notebook]:
    number = next(_numbers)
    return pages.open_lab(page, server, server.notebook(f"book-{number}.ipynb"), f"space-{number}")


@pytest.fixture
def open_panel(
    new_page: NewPage, _shared: Callable[[lab.Lab], tuple[pages.Panel, pages.Notebook]], project: str
) -> Open:
    """Opens the side panel on the test's own project, beside a notebook.

    ``open_panel(lab)`` takes a page that other tests have used before, which is quick; ``open_panel(lab, fresh=True)``,
    or with options as :func:`new_page` takes them, one of its own, with a new notebook and kernel.
    """

    def open_panel(server: lab.Lab, *, fresh: bool = False, **options: Any) -> tuple[pages.Panel, pages.Notebook]:
        panel, notebook = _open(new_page(**options), server) if fresh or options else _shared(server)
        # What a failed test may have left open.
        panel.page.keyboard.press("Escape")
        panel.search.fill("")
        panel.switch(project)
        return panel, notebook

    return open_panel


@pytest.fixture
def show(new_page: NewPage, local_lab: lab.Lab, project: str) -> widget.Show:
    """Shows the panel on the test's own project: ``show(kubeconfig=…, viewport=…)``."""

    def show(
        kubeconfig: Path | None = None, *, server: lab.Lab = local_lab, provider: str = "local", **options: Any
    ) -> widget.Shown:
        page = new_page(permissions=["clipboard-read", "clipboard-write"], **options)
        return widget.Shown(page, server, f"widget-{project}", widget.opening(project, kubeconfig, provider))

    return show
