"""The widget: answers its views over its own comm, each request in a thread, and never keeps a value."""

from __future__ import annotations

import contextvars
import threading
from html import escape
from importlib.resources import files
from typing import Any

from anywidget import AnyWidget
from IPython.display import display
from traitlets import Unicode, default

from ..errors import SecretsError
from ..project import Project
from ..rendering import Table
from . import still
from .requests import JSON, Params, answer, listing, opened
from .watching import Watches

BUILT = files("dh_secrets_jupyter") / "static"
PATIENCE = 2.0
"""Seconds that a display waits for the list, so that the saved notebook has it; the view itself never waits."""


class Panel(AnyWidget):
    """The secrets of a project, to look at, to change and to put into the kernel; an ipywidget like any other.

    Its views ask by custom messages, ``{"id", "method", "params"}`` with the value, if there is one, as the only
    buffer: the kernel's own log, even at DEBUG, shows a message's content before anything of ours sees it, but not
    its buffers. The answer is ``{"id", "result"}`` or ``{"id", "error": {"message", "reason", "hint"}}``. What is
    pushed is said at :class:`.watching.Watches`. Nothing of a value is in a trait, and so in the widget's state.

    Raises:
        SecretsError: the front end is not built.
    """

    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)
    _still = Unicode().tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self._watches = Watches(self.send)
        self._opened: dict[str, Project] = {}
        self._displayed = ""
        self._say("the list was not read before the notebook was saved")
        super().__init__(**kwargs)

    @default("_esm")
    def _default_esm(self) -> str:
        return _built("widget.js")

    @default("_css")
    def _default_css(self) -> str:
        return _built("widget.css")

    def open(self) -> None:
        """Opens the comm, if it is not open."""
        self.layout.open()  # a widget of its own, closed by whoever closes all widgets
        super().open()
        self.comm.on_close(lambda message: self.close())
        # ipykernel 7.4 sends what a front end says in a comm to the subshell from which the kernel spoke last: after
        # any message sent while a cell runs that would be the main shell, and the panel would wait for the cell.
        self.comm._reply_subshell_for = None

    def close(self) -> None:
        """Takes all views away and ends all watching. Displayed again, the panel opens again."""
        self._watches.stop()
        super().close()
        self.__dict__.pop("_repr_mimebundle_", None)  # ipywidgets hides the method from a closed widget

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[JSON, JSON]:
        """Returns the widget and, for where there is no kernel, its still list."""
        self.open()
        reading = threading.Thread(target=self._read_still, daemon=True)
        reading.start()
        reading.join(PATIENCE)
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle is not None  # only a widget without a view has none
        data, metadata = bundle
        return {**data, "text/plain": self._text, "text/html": self._still}, metadata

    def show(self) -> None:
        """Displays the panel and, below it, a still list that is kept up to date for the saved notebook."""
        data, metadata = self._repr_mimebundle_()
        names = {"text/html": f"<p>{escape(self._text)}</p>"}
        display({**data, **names}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]  # IPython's is not typed
        self._displayed = f"dh-secrets-{self.model_id}"
        still.show(self._displayed, self._still)

    def _read_still(self) -> None:
        try:
            self._list(self._project(None), None)
        except SecretsError as error:
            self._say(str(error))

    def _say(self, text: str) -> None:
        """Shows a text in place of the still list."""
        self._text = f"Secrets: {text}"
        self._still = f"<p>{escape(self._text)}</p>"

    def _handle_custom_msg(self, content: Any, buffers: list[memoryview]) -> None:
        """Answers in a thread of its own, so that neither a cell nor another request waits for the provider."""
        value = bytes(buffers[0]) if buffers else None
        # With the context of this message the answer has it as its parent, as from the shell's own thread.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._answer, content, value), name="dh-secrets-panel", daemon=True).start()

    def _answer(self, content: Any, value: bytes | None) -> None:
        failed: str | None = None
        try:
            reply = {"result": self._result(content["method"], content["params"], value)}
        except SecretsError as error:
            reply = {"error": {"message": str(error), "reason": type(error).__name__, "hint": error.hint}}
        except Exception as error:  # noqa: BLE001 - a view that gets no answer waits for ever
            failed = type(error).__name__  # its text and its traceback may hold the value
        if failed is not None:
            reply = {
                "error": {
                    "message": f"panel: this failed with {failed}.",
                    "reason": "SecretsError",
                    "hint": "Use %secret in a cell instead.",
                }
            }
        self.send({"id": content["id"], **reply})

    def _result(self, method: str, params: Params, value: bytes | None) -> JSON:
        name = params.get("project")
        match method:
            case "leave":
                self._watches.left(params["project"], params["view"])
                return {}
            case "status":
                # What a view has shown as the place is where its writes go, whatever the kernel switches to meanwhile.
                project = opened(name)
                self._opened[project.name] = project
            case _:
                project = self._project(name)
        if method == "list":
            return self._list(project, params["view"])
        return answer(project, method, params, value)

    def _project(self, name: str | None) -> Project:
        return (self._opened.get(name) if name else None) or opened(name)

    def _list(self, project: Project, view: str | None) -> JSON:
        """Reads the list, keeps a still of it, and keeps the view informed."""
        secrets = project.list_secrets()
        self._text = f"Secrets of {_where(project)}: {', '.join(secret.name for secret in secrets) or 'none yet'}"
        table = Table(_where(project), secrets).html()
        changed, self._still = table != self._still, table
        if changed and self._displayed:
            still.update(self._displayed, table)
        listed = {secret.name: secret.metadata for secret in secrets}
        live = view is not None and self._watches.listed(project, view, listed)
        return {"secrets": [listing(secret) for secret in secrets], "live": live}


_shown: Panel | None = None


def show(*called_with: object) -> None:
    """``%secret panel``: displays this kernel's panel, once more if it is shown already; a closed one opens again.

    Raises as :class:`Panel`.
    """
    global _shown
    _shown = _shown or Panel()
    _shown.show()


def _where(project: Project) -> str:
    return f"project {project.name} ({project.provider.name}: {project.place})"


def _built(name: str) -> str:
    """Returns a file of the front end's build."""
    try:
        return (BUILT / name).read_text(encoding="utf-8")
    except OSError:
        pass  # raised below, where the exception is no longer the context
    raise SecretsError("panel", "the front end is not built", "Run make build, or install the package from its wheel")
