"""What happened to secrets, and what saved notebooks hold of them, on the event bus of jupyter-server.

It is for the panels, and for an administrator's sink.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

from jupyter_events import EventLogger

from ..wire import JSON

SCHEMAS = Path(__file__).parent / "event_schemas"
CHANGED = "https://dh-secrets-jupyter/events/secret-changed/v1"
INJECTED = "https://dh-secrets-jupyter/events/secret-injected/v1"
USED = "https://dh-secrets-jupyter/events/secret-used/v1"
FOUND = "https://dh-secrets-jupyter/events/value-found/v1"
NOT_SEARCHED = "https://dh-secrets-jupyter/events/save-not-searched/v1"

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

    def used(self, user: str, project: str, name: str, use: JSON) -> None:
        """Says that a kernel's proxy put a secret into a request: ``host``, ``method``, ``status`` and ``kernel``."""
        self._emit(USED, {"user": user, "project": project, "name": name, **use})

    def value_found(self, user: str | None, path: str, findings: list[JSON], *, refused: bool) -> None:
        """Says that a notebook that was saved, or was to be, holds values."""
        self._emit(FOUND, {"user": user, "path": path, "findings": findings, "refused": refused})

    def not_searched(self, user: str | None, path: str, projects: list[str]) -> None:
        """Says that a notebook was saved while the values of projects were not there; empty: the server's own."""
        self._emit(NOT_SEARCHED, {"user": user, "path": path, "projects": projects})

    def _emit(self, schema: str, data: JSON) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: self._logger.emit(schema_id=schema, data=data))
