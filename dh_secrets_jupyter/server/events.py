"""What happened to secrets, on the event bus of jupyter-server: for the panels, and for an administrator's sink."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

from jupyter_events import EventLogger

SCHEMAS = Path(__file__).parent / "event_schemas"
CHANGED = "https://dh-secrets-jupyter/events/secret-changed/v1"
INJECTED = "https://dh-secrets-jupyter/events/secret-injected/v1"

Action = Literal["created", "updated", "deleted"]


class Events:
    """Emits events, from any thread.

    Args:
        logger: the server's bus.
        loop: the server's event loop, on which the bus lives.
    """

    def __init__(self, logger: EventLogger, loop: asyncio.AbstractEventLoop) -> None:
        self._logger = logger
        self._loop = loop
        for schema in sorted(SCHEMAS.glob("*.yaml")):
            logger.register_event_schema(schema)

    def changed(self, user: str | None, project: str, name: str, action: Action) -> None:
        """Says that a secret was changed; ``user`` is None where somebody did it elsewhere."""
        self._emit(CHANGED, {"user": user, "project": project, "name": name, "action": action})

    def injected(self, user: str, project: str, name: str, into: str, kernel: str | None) -> None:
        """Says that the panel put a secret into a kernel."""
        data = {"user": user, "project": project, "name": name, "action": "injected", "into": into, "kernel": kernel}
        self._emit(INJECTED, data)

    def _emit(self, schema: str, data: dict[str, str | None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: self._logger.emit(schema_id=schema, data=data))
