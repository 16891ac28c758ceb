"""A widget whose views ask the kernel: it responds over its own comm, to each request in a thread."""

from __future__ import annotations

import contextvars
import json
import threading
from abc import abstractmethod
from importlib.resources import files
from typing import Any, ClassVar

from anywidget import AnyWidget
from traitlets import Unicode, default

from .. import displays, rpc
from ..errors import SecretsError
from ..wire import JSON

BUILT = files("dh_secrets_jupyter") / "static"
_BETWEEN = "~"
"""Stands between the texts of a language, as ``labextension/build-widget.mjs`` writes them."""


class AnsweringWidget(AnyWidget):
    """An ipywidget whose views ask by custom messages in the envelope of :mod:`.rpc`.

    Nothing of a value is in a trait, and so in the widget's state.

    Raises:
        SecretsError: the front end is not built.
    """

    FRONT_END: ClassVar[str]
    """The name of the front end's module and of its texts."""

    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)

    @default("_esm")
    def _default_esm(self) -> str:
        return _built(f"{self.FRONT_END}.js")

    @default("_css")
    def _default_css(self) -> str:
        return _built("widget.css")

    @abstractmethod
    def _handle(self, request: rpc.Request) -> JSON:
        """Does what a view asks, and returns the result. Raises :class:`SecretsError`."""

    def open(self) -> None:
        """Opens the comm, if it is not open."""
        self.layout.open()  # a widget of its own, closed by whoever closes all widgets
        super().open()
        # ipykernel 7.4 sends what a front end says in a comm to the subshell from which the kernel spoke last: after
        # any message sent while a cell runs that would be the main shell, and the view would wait for the cell.
        self.comm._reply_subshell_for = None

    def _texts(self, language: str) -> list[str]:
        """Returns the texts that the front end's module has numbers for, in English where none are in the language."""
        languages: dict[str, str] = json.loads(_built(f"{self.FRONT_END}.json"))
        return languages.get(language[:2], languages["en"]).split(_BETWEEN)

    def _handle_custom_msg(self, content: Any, buffers: list[memoryview]) -> None:
        """Responds in a thread of its own, so that neither a cell nor another request waits for the provider."""
        # With the context of this message the response has it as its parent, as from the shell's own thread.
        run = contextvars.copy_context().run
        threading.Thread(
            target=run, args=(self._respond, content, buffers), name="dh-secrets-panel", daemon=True
        ).start()

    def _respond(self, content: Any, buffers: list[memoryview]) -> None:
        displays.serve(content, buffers, self._handle, self.send)


def _built(name: str) -> str:
    """Returns a file of the front end's build."""
    try:
        return (BUILT / name).read_text(encoding="utf-8")
    except OSError:
        pass  # raised below, where the exception is no longer the context
    raise SecretsError(
        "panel", "the front end is not built", "Run make lab in a clone, or install the package from its wheel"
    )
