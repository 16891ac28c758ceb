"""A view of the panel without a browser: the messages that the front end would send."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from ..support.kernels import Kernel, Message

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

    def wait(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 20) -> dict[str, Any]:
        """Returns the first custom message that is wanted, of those that no earlier call has returned."""
        deadline = time.monotonic() + timeout
        while True:
            new = self.kernel.messages[self._seen :]
            self._seen += len(new)
            self._inbox += [content for message in new if (content := custom(message, self.comm_id))]
            for index, content in enumerate(self._inbox):
                if wanted(content):
                    return self._inbox.pop(index)
            assert time.monotonic() < deadline, f"nothing came; the log ends in {self.kernel.log[-2000:].decode()}"
            self.kernel.poll(0.2)

    def ask(self, method: str, value: bytes | None = None, timeout: float = 20, **params: Any) -> dict[str, Any]:
        """Sends a request and returns its answer."""
        sent = self.send(method, value, **params)
        return self.wait(lambda content: content.get("id") == sent, timeout)

    def result(self, method: str, value: bytes | None = None, **params: Any) -> dict[str, Any]:
        """Sends a request that has to go well."""
        answer = self.ask(method, value, **params)
        assert "error" not in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def names(self, project: str = "default") -> list[str]:
        listed = self.result("list", project=project, view=self.name)
        return [secret["name"] for secret in listed["secrets"]]

    def event(self, name: str, timeout: float = 20, **fields: Any) -> None:
        """Waits for a push."""
        wanted = {"event": name, **fields}
        self.wait(lambda content: {**content, **wanted} == content, timeout)


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


def wait_until(done: Callable[[], bool], timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)
