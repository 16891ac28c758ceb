"""The panel as a widget: what its views can ask, and what is seen of it without a kernel."""

from __future__ import annotations

import contextlib
import threading
from html import escape
from typing import Any

from IPython.display import display
from traitlets import Unicode

from .. import current, displays, rpc, wire
from ..errors import SecretsError
from ..ipython import running_shell
from ..project import Project
from ..rendering import Table, whole_place
from ..wire import JSON
from . import fallback
from .answering import AnsweringWidget
from .view_watches import ViewWatches

VIEW_METHODS = ("list", "leave", "texts")
"""What a view can ask besides the methods of :mod:`.rpc`: the list, with a push for each change, to end that, and the
panel's texts in its language, which would be most of its source."""
LIST_TIMEOUT = 2.0
"""Seconds that a display waits for the list, so that the saved notebook has it; the view itself never waits."""


class Panel(AnsweringWidget):
    """The secrets of a project, to look at, to change and to put into the kernel; an ipywidget like any other.

    To the methods of :mod:`.rpc` come :data:`VIEW_METHODS`, with the ``view`` that asks. What is pushed is said at
    :class:`.view_watches.ViewWatches` and at :func:`.displays.serve`; and ``{"event": "cell"}`` after each cell.
    """

    FRONT_END = "widget"
    _fallback = Unicode().tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self._watches = ViewWatches(self.send)
        self._opened: dict[str, Project] = {}
        self._displayed = ""
        self._set_text("the list was not read before the notebook was saved")
        super().__init__(**kwargs)

    def open(self) -> None:
        """Opens the comm, if it is not open."""
        super().open()
        displays.widgets.add(self.send)
        if shell := running_shell():
            shell.events.register("post_run_cell", self._on_cell)
        self.comm.on_close(lambda message: self.close())

    def close(self) -> None:
        """Takes all views away and ends all watching. Displayed again, the panel opens again."""
        self._watches.stop()
        displays.widgets.discard(self.send)
        if shell := running_shell():
            with contextlib.suppress(ValueError):  # closed already
                shell.events.unregister("post_run_cell", self._on_cell)
        super().close()
        self.__dict__.pop("_repr_mimebundle_", None)  # ipywidgets hides the method from a closed widget

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[JSON, JSON]:
        """Returns the widget and, for where there is no kernel, its list as a static fallback."""
        self.open()
        reading = threading.Thread(target=self._read_fallback, daemon=True)
        reading.start()
        reading.join(LIST_TIMEOUT)
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle is not None  # only a widget without a view has none
        data, metadata = bundle
        return {**data, "text/plain": self._text, "text/html": self._fallback}, metadata

    def show(self) -> None:
        """Displays the panel and, below it, a static list that is kept up to date for the saved notebook."""
        data, metadata = self._repr_mimebundle_()
        names = {"text/html": f"<p>{escape(self._text)}</p>"}
        display({**data, **names}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]  # IPython's is not typed
        self._displayed = f"dh-secrets-{self.model_id}"
        fallback.show(self._displayed, self._fallback)

    def _read_fallback(self) -> None:
        try:
            self._list(self._project(None), None)
        except SecretsError as error:
            self._set_text(str(error))

    def _set_text(self, text: str) -> None:
        """Shows a text in place of the list."""
        self._text = f"Secrets: {text}"
        self._fallback = f"<p>{escape(self._text)}</p>"

    def _on_cell(self, *_: object) -> None:
        """Says that a cell has run, and so what is in the kernel may be another."""
        self.send({"event": "cell"})

    def _handle(self, request: rpc.Request) -> JSON:
        params = request.params
        name = params.get("project")
        match request.method:
            case "leave":
                self._watches.leave(params["project"], params["view"])
                return {}
            case "list":
                return self._list(self._project(name), params["view"])
            case "texts":
                return {"texts": self._texts(wire.parse_text(params, "language", "panel"))}
            case "status":
                # What a view has shown as the place is where its writes go, whatever the kernel switches to meanwhile.
                project = _open(name)
                self._opened[project.name] = project
                return rpc.call(project, request)
            case _:
                return rpc.call(self._project(name), request)

    def _project(self, name: str | None) -> Project:
        return (self._opened.get(name) if name else None) or _open(name)

    def _list(self, project: Project, view: str | None) -> JSON:
        """Reads the list, keeps the fallback up to date, and pushes changes to the view from now on."""
        secrets = project.list_secrets()
        where = whole_place(project)
        self._text = f"Secrets of {where}: {', '.join(secret.name for secret in secrets) or 'none yet'}"
        table = Table(where, secrets).html()
        changed, self._fallback = table != self._fallback, table
        if changed and self._displayed:
            fallback.update(self._displayed, table)
        if secrets:
            current.remember(project)
        listed = {secret.name: secret.metadata for secret in secrets}
        live = view is not None and self._watches.keep_watching(project, view, listed)
        return {"secrets": wire.secrets_to_json(listed), "live": live}


_shown: Panel | None = None


def show() -> None:
    """``%secret panel``: displays this kernel's panel, once more if it is shown already; a closed one opens again.

    Raises as :class:`Panel`.
    """
    global _shown
    _shown = _shown or Panel()
    _shown.show()


def _open(name: str | None) -> Project:
    """Opens a project at the provider that the kernel uses, the kernel's own by default, which stays its own.

    Raises as :meth:`.settings.DHSecrets.open`.
    """
    own = current.project()
    return own if name in (None, own.name) else Project(str(name), own.provider, user=own.user)
