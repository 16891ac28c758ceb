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
from .seat import CELL, Desk, Seat, sit

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
    """A JupyterLab on the local provider, as people start it: a token is all that it knows of users."""
    home = tmp_path_factory.mktemp("lab")
    environment = {"DH_SECRETS_PROVIDER": "local", "DH_SECRETS_LOCAL_PATH": str(home / "secrets" / "local.db")}
    with lab.start(home, environment, has_users=False) as running:
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


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return f"ui-{next(_numbers)}"


Reach = Callable[[lab.Lab, str], lab.Lab]
NewPage = Callable[..., Page]
Open = Callable[..., tuple[pages.Panel, pages.Notebook]]
Load = Callable[[lab.Lab], Page]


@contextlib.contextmanager
def _pages(browser: Browser) -> Iterator[NewPage]:
    contexts = []

    def new(**options: Any) -> Page:
        contexts.append(context := browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}))
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        # Where a test stops the server JupyterLab says so, too, sooner or later, in front of all else.
        lost = page.get_by_role("dialog").filter(has_text="Server Connection Error")
        page.add_locator_handler(lost, lambda: lost.get_by_role("button", name="Close").click())
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens pages, each with cookies and storage of its own: ``new_page(viewport=…, color_scheme=…)``."""
    with _pages(browser) as new:
        yield new


@pytest.fixture(scope="package")
def _loaded(browser: Browser) -> Iterator[Load]:
    """Keeps one page of each server for widgets, which most tests share: to load one costs more than most tests."""
    loaded: dict[str, Page] = {}
    with _pages(browser) as new:

        def load(server: lab.Lab) -> Page:
            if server.url not in loaded:
                page = new(permissions=["clipboard-read", "clipboard-write"])
                loaded[server.url] = pages.load(page, server, "widgets")
            return loaded[server.url]

        yield load


@pytest.fixture(scope="package")
def _opened(browser: Browser) -> Iterator[Callable[[lab.Lab], tuple[pages.Panel, str]]]:
    """Keeps one page of each server with the side panel, and the path of the notebook that most tests share there."""
    opened: dict[str, tuple[pages.Panel, str]] = {}
    with _pages(browser) as new:

        def share(server: lab.Lab) -> tuple[pages.Panel, str]:
            if server.url not in opened:
                path = server.notebook(f"book-{next(_numbers)}.ipynb")
                opened[server.url] = pages.open_lab(new(), server, path, "panels")[0], path
            return opened[server.url]

        yield share


@pytest.fixture
def open_panel(_opened: Callable[[lab.Lab], tuple[pages.Panel, str]], project: str) -> Iterator[Open]:
    """Opens the side panel on the test's own project, beside a notebook, on a page that other tests have used before.

    ``open_panel(lab)`` shares the notebook, too, which is quick; ``open_panel(lab, fresh=True)`` has an empty one and a
    kernel of its own; ``open_panel(lab, path)`` has that one. ``open_panel(lab, page=new_page())`` shares nothing.
    """
    with contextlib.ExitStack() as stack:

        def open_panel(
            server: lab.Lab, path: str = "", *, fresh: bool = False, page: Page | None = None
        ) -> tuple[pages.Panel, pages.Notebook]:
            if fresh or page:
                path = server.notebook(path or f"book-{next(_numbers)}.ipynb")
            if page:
                panel, notebook = pages.open_lab(page, server, path, f"space-{next(_numbers)}")
            else:
                panel, shared = _opened(server)
                # What a failed test may have left open.
                panel.page.keyboard.press("Escape")
                if path:
                    stack.callback(pages.close_notebook, panel.page, path)
                notebook = pages.open_notebook(panel.page, path or shared)
                notebook.ready()
                panel.search.fill("")
            # What the panel is opened with would take the place of what is typed before it is there.
            expect(panel.project).not_to_have_value("")
            panel.switch(project)
            return panel, notebook

        yield open_panel


@pytest.fixture
def show(_loaded: Load, local_lab: lab.Lab, project: str) -> Iterator[widget.Show]:
    """Shows the panel on the test's own project, in a notebook with a kernel of its own.

    ``show(kubeconfig=…)``; on a page that others use, too, or with ``page=…`` on one where JupyterLab is loaded.
    """
    with contextlib.ExitStack() as stack:

        def show(
            kubeconfig: Path | None = None,
            *,
            server: lab.Lab = local_lab,
            provider: str = "local",
            page: Page | None = None,
        ) -> widget.Shown:
            cell = widget.opening(project, kubeconfig, provider)
            if page:
                return widget.Shown(page, server, f"widget-{project}", cell)
            shown = widget.Shown(_loaded(server), server, f"widget-{project}", cell)
            stack.callback(shown.close)
            return shown

        yield show


@pytest.fixture(scope="package")
def _desks(browser: Browser) -> Iterator[Callable[[lab.Lab, str], Desk]]:
    """Keeps one page of each server and application."""
    desks: dict[tuple[str, str], Desk] = {}
    with _pages(browser) as new:

        def desk(server: lab.Lab, application: str) -> Desk:
            if (key := (server.url, application)) not in desks:
                path = server.notebook(f"seat-{application}-{next(_numbers)}.ipynb", CELL)
                page = new(permissions=["clipboard-read", "clipboard-write"])
                desks[key] = Desk(page, server, application, path)
            return desks[key]

        yield desk


@pytest.fixture(scope="module")
def reached() -> Reach:
    """How pages come to a server: straight, unless a module has something between them."""
    return lambda server, application: server


@pytest.fixture
def seat(
    request: pytest.FixtureRequest,
    _desks: Callable[[lab.Lab, str], Desk],
    reached: Reach,
    project: str,
) -> Seat:
    """Somebody before a panel, on the test's own project: ``PANEL-APPLICATION-PROVIDER-WAY``."""
    panel, application, provider, way = request.param.split("-")
    server: lab.Lab = request.getfixturevalue(f"{provider}_lab")
    namespace: Namespace | None = None
    if provider == "kubernetes":
        namespace = request.getfixturevalue("kubernetes_namespace")
    return sit(_desks(reached(server, application), application), panel, way, project, namespace)
