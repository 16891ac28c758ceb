"""A view of the panel without a browser: the messages that the front end would send."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from ..support.kernels import Kernel, Message
from ..support.waiting import wait_until

VALUE = "invented-panel-value-5d1c8e"
OPEN = "from dh_secrets_jupyter.panel import Panel\npanel = Panel()\ndisplay(panel)"
OURS = ("dh-secrets-watch", "dh-secrets-panel")
THREADS = f"import threading; print([t.name for t in threading.enumerate() if t.name.startswith({OURS})])"
WIDGET = "application/vnd.jupyter.widget-view+json"

_ids = itertools.count(1)


class View:
    """What the front end does: sends requests over the widget's comm, and receives answers and pushes."""

    def __init__(self, kernel: Kernel, comm_id: str, header: dict[str, Any] | None = None) -> None:
        self.kernel = kernel
        self.comm_id = comm_id
        self.header = header or {}
        self.name = f"view-{next(_ids)}"
        self._seen = len(kernel.messages)
        self._inbox: list[dict[str, Any]] = []

    def send(self, method: str, value: bytes | None = None, **params: Any) -> int:
        """Sends a request and returns its id."""
        number = next(_ids)
        request = {"id": number, "method": method, "params": params}
        content = {"comm_id": self.comm_id, "data": {"method": "custom", "content": request}}
        self.kernel.send("comm_msg", content, buffers=[] if value is None else [value], header=self.header)
        return number

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Returns the first custom message that is wanted, of those that no earlier call has returned."""

        def first() -> dict[str, Any] | None:
            self.kernel.poll(0)
            new = self.kernel.messages[self._seen :]
            self._seen += len(new)
            self._inbox += [content for message in new if (content := custom(message, self.comm_id))]
            found = next((content for content in self._inbox if wanted(content)), None)
            if found:
                self._inbox.remove(found)
            return found

        return wait_until(first, "a message to the view")

    def ask(self, method: str, value: bytes | None = None, **params: Any) -> dict[str, Any]:
        """Sends a request and returns its answer."""
        sent = self.send(method, value, **params)
        return self.wait(lambda content: content.get("id") == sent)

    def result(self, method: str, value: bytes | None = None, **params: Any) -> dict[str, Any]:
        """Sends a request that has to go well."""
        answer = self.ask(method, value, **params)
        assert "error" not in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def names(self, project: str = "default") -> list[str]:
        listed = self.result("list", project=project, view=self.name)
        return [secret["name"] for secret in listed["secrets"]]

    def event(self, name: str, **fields: Any) -> None:
        """Waits for a push."""
        wanted = {"event": name, **fields}
        self.wait(lambda content: {**content, **wanted} == content)


def custom(message: Message, comm_id: str) -> dict[str, Any] | None:
    """Returns the content of a custom message of this comm, or None."""
    if message.type != "comm_msg" or message.content["comm_id"] != comm_id:
        return None
    data = message.content["data"]
    return data["content"] if data.get("method") == "custom" else None


def shown(kernel: Kernel, code: str = OPEN) -> View:
    """Displays a panel and returns a view of it."""
    cell = kernel.ok(code)
    [bundle] = [display for display in cell.displays if WIDGET in display]
    return View(kernel, bundle[WIDGET]["model_id"])
