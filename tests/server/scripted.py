"""A provider for what no real one does when asked to: it answers after just 5 ms, hangs for good, or breaks.

It is found by a real entry point (:func:`install`), and keeps its secrets in the memory of its process.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dh_secrets_jupyter.errors import AccessDeniedError
from dh_secrets_jupyter.providers.base import Plan, Put, Record, Records

ANSWER = 0.005  # seconds


class ScriptedProvider:
    """What a project's name begins with says what happens: ``hang``, ``break`` or nothing out of the ordinary."""

    name = "scripted"

    def __init__(self) -> None:
        self._projects: dict[str, dict[str, Record]] = {}
        self._lock = threading.Lock()

    def place(self, project: str) -> str:
        return "memory"

    def read(self, project: str) -> Records:
        time.sleep(100_000 if project.startswith("hang") else ANSWER)
        if project.startswith("lock"):
            raise AccessDeniedError(project, "reading is not allowed", "Ask for the verb get")
        records = self._projects.get(project, {})
        if project.startswith("break") and records:
            raise KeyError(*(record.value.decode() for record in records.values()))
        return dict(records)

    def write(self, project: str, plan: Plan) -> Records:
        time.sleep(ANSWER)
        with self._lock:
            records = self._projects.setdefault(project, {})
            for change in plan(records):
                if isinstance(change, Put):
                    records[change.name] = Record(change.value, change.metadata)
                else:
                    del records[change.name]
            return dict(records)

    def warning(self, project: str) -> str:
        return ""

    def projects(self) -> Sequence[str] | None:
        return None

    def writable(self, project: str) -> bool:
        time.sleep(100_000 if project.startswith("hang") else ANSWER)
        return True

    def watch(self, project: str, stop: threading.Event) -> Iterator[Records]:
        if project.startswith("hang"):
            time.sleep(100_000)
        if project.startswith("break"):
            raise ValueError(*(record.value.decode() for record in self._projects.get(project, {}).values()))
        if project.startswith(("deny", "lock")):
            raise AccessDeniedError(project, "watching is not allowed", "Ask for the verb watch")
        while not stop.wait(0.1):
            yield dict(self._projects.get(project, {}))


def install(folder: Path) -> dict[str, str]:
    """Installs it as a distribution of its own in a folder; returns the environment in which it is found and chosen."""
    info = folder / "scripted_provider-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: scripted-provider\nVersion: 1\n")
    entry = "[dh_secrets_jupyter.providers]\nscripted = tests.server.scripted:ScriptedProvider\n"
    (info / "entry_points.txt").write_text(entry)
    root = Path(__file__).parents[2]
    return {"DH_SECRETS_PROVIDER": "scripted", "PYTHONPATH": f"{root}:{folder}:{os.environ['PYTHONPATH']}"}
