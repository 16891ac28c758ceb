"""The form of ``%secret need``: asks for what is missing, in the output of the cell that waits for it.

1. The cell displays the form and waits. The form reports that it is shown; only then it asks for anything.
2. While a cell runs, only messages over a subshell reach the kernel. So where the front end has none, or shows no
   widgets, no report comes within :data:`SHOWN_TIMEOUT`, and the cell asks otherwise.
3. What was entered comes as one message. A thread stores it; an error goes back to the form, which stays. Then, or
   where the form is cancelled or the kernel interrupted, the cell goes on.
4. In the form's place the output says what was done, by names alone, and the widget is closed: a saved notebook has
   nothing of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from IPython.display import display, publish_display_data
from traitlets import Bool, List, Unicode

from .. import rpc, wire
from ..errors import SecretsError
from ..models.hosts import check_hosts
from ..wire import JSON
from .answering import AnsweringWidget

FORM_METHODS = ("shown", "store", "cancel")
"""What the form can ask: it is shown, and gets its texts; store what was entered; nothing will be entered."""
SHOWN_TIMEOUT = 3.0
"""Seconds within which the form has to report that it is shown."""
_POLL = 0.5
"""Seconds of a wait that an interrupt can end on every system."""


class Outcome(Enum):
    """What came of a form."""

    STORED = "stored"
    CANCELLED = "cancelled"
    NOT_SHOWN = "not shown"


Store = Callable[[Mapping[str, str], Mapping[str, list[str]]], str]
"""Stores the values and the hosts of secrets by their names, all or none, and returns what to say of it."""


class NeedForm(AnsweringWidget):
    """A row for each secret that is missing: its name, what it is for, and its value or a file; where it is to be used,
    its hosts, too.

    Args:
        where: the project and its place.
        names: the secrets that are missing.
        about: what the notebook needs them for.
        with_hosts: whether the secrets are to be used, each for the hosts that are entered.
        store: stores what was entered. Raises :class:`SecretsError`, which the form shows.

    Raises:
        SecretsError: the front end is not built.
    """

    FRONT_END = "needform"
    _where = Unicode().tag(sync=True)
    _names = List(Unicode()).tag(sync=True)
    _about = Unicode().tag(sync=True)
    _with_hosts = Bool().tag(sync=True)

    def __init__(
        self, where: str, names: Sequence[str], about: str | None, store: Store, *, with_hosts: bool = False
    ) -> None:
        self._store = store
        self._answering = threading.RLock()  # several views may show one form
        self._shown = threading.Event()
        self._done = threading.Event()
        self._outcome: Outcome | None = None
        self._said = "Nothing was stored."
        super().__init__(_where=where, _names=list(names), _about=about or "", _with_hosts=with_hosts)

    def ask(self) -> Outcome:
        """Displays the form and waits until it is answered, cancelled or interrupted, without a limit of time."""
        self.open()
        place = f"dh-secrets-{self.model_id}"
        bundle = self._repr_mimebundle_()
        assert bundle is not None  # only a widget without a view has none
        data, metadata = bundle
        waiting = {"text/plain": f"Waiting for the values of {', '.join(self._names)}."}
        display({**data, **waiting}, metadata=metadata, raw=True, display_id=place)  # type: ignore[no-untyped-call]  # IPython's
        try:
            if not self._is_shown():
                return Outcome.NOT_SHOWN
            while not self._done.wait(_POLL):
                pass
        except KeyboardInterrupt:
            with self._answering:  # what is being stored is stored, and said
                self._end(Outcome.CANCELLED)
        finally:
            said = {"text/plain": self._said}
            publish_display_data(said, transient={"display_id": place}, update=True)  # type: ignore[no-untyped-call]  # as above
            self.close()
        assert self._outcome
        return self._outcome

    def close(self) -> None:
        """Takes the form away, in every view."""
        self.layout.close()
        super().close()

    def _is_shown(self) -> bool:
        """Waits for the report; without one in time, no later one counts."""
        if not self._shown.wait(SHOWN_TIMEOUT):
            with self._answering:
                if not self._shown.is_set():
                    self._end(Outcome.NOT_SHOWN, "")
        return self._outcome is not Outcome.NOT_SHOWN

    def _end(self, outcome: Outcome, said: str = "Nothing was stored.") -> None:
        if self._outcome is None:
            self._outcome, self._said = outcome, said

    def _respond(self, content: Any, buffers: list[memoryview]) -> None:
        with self._answering:
            super()._respond(content, buffers)
            if self._outcome:
                self._done.set()  # now the cell may close the widget: the view has its answer

    def _handle(self, request: rpc.Request) -> JSON:
        if self._outcome:
            raise SecretsError("need", "this form is no longer asking", "Run the cell again")
        match request.method:
            case "shown":
                said = self._texts(wire.parse_text(request.params, "language", "need"))
                self._shown.set()
                return {"texts": said}
            case "cancel":
                self._end(Outcome.CANCELLED)
            case "store":
                self._end(Outcome.STORED, self._store(self._values(request), self._hosts(request)))
            case method:
                raise rpc.unknown(f"method {method}")
        return {}

    def _values(self, request: rpc.Request) -> dict[str, str]:
        values = request.values("need")
        empty = [name for name in self._names if not values.get(name)]
        if empty or len(values) > len(self._names):
            raise SecretsError(", ".join(empty) or "need", "there is no value to save", "Enter a value for each name")
        return {name: values[name] for name in self._names}

    def _hosts(self, request: rpc.Request) -> dict[str, list[str]]:
        if not self._with_hosts:
            return {}
        sent = request.params.get("hosts")
        hosts = sent if isinstance(sent, dict) else {}
        # No host at all is refused like an empty one.
        return {name: check_hosts(name, hosts.get(name) or [""]) for name in self._names}
