"""What could stand in a place, for ``Tab``: names of secrets, projects, providers and files.

A cluster that does not answer must not hold up typing: names are read by a thread that is waited for only briefly, and
what it brings later is there for the next ``Tab``.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import SecretsError
from ..grammar import Completes
from ..project import Project
from ..providers import lookup

WAIT_AT_MOST = 1.0
"""Seconds that a ``Tab`` waits for names."""
NAMES_TTL = 5.0
"""Seconds for which names that were read are good enough."""


class BackgroundNames:
    """Names that a provider is asked for in the background."""

    def __init__(self) -> None:
        self._found: dict[object, tuple[float, list[str]]] = {}
        self._readers: dict[object, threading.Thread] = {}

    def get(self, key: object, read: Callable[[], Iterable[str]]) -> list[str]:
        """Returns the names of a key: fresh ones if they come in time, else what was known, or none."""
        since, names = self._found.get(key, (-NAMES_TTL, []))
        if time.monotonic() - since < NAMES_TTL:
            return names
        thread = self._readers.get(key)
        if thread is None or not thread.is_alive():
            thread = self._readers[key] = threading.Thread(target=self._read, args=(key, read), daemon=True)
            thread.start()
        thread.join(WAIT_AT_MOST)
        return self._found.get(key, (0.0, names))[1]

    def _read(self, key: object, read: Callable[[], Iterable[str]]) -> None:
        try:
            names = sorted(read(), key=str.lower)
        except SecretsError:
            names = []  # the command itself will say what is wrong
        self._found[key] = time.monotonic(), names


_names = BackgroundNames()


def candidates(completes: Completes, fragment: str, open_project: Callable[[], Project]) -> Iterable[str]:
    """Returns what could stand in a place of that kind; the fragment says in which folder files are."""
    match completes:
        case Completes.FILES:
            return _files(fragment)
        case Completes.PROVIDERS:
            return [lookup.AUTO, *lookup.names()]
        case Completes.NOTHING:
            return []
    try:
        project = open_project()
    except SecretsError:
        return []
    if completes is Completes.PROJECTS:
        return _names.get(project.provider.name, lambda: project.provider.projects() or [project.name])
    return secrets_of(project)


def secrets_of(project: Project) -> list[str]:
    """Returns the names of a project's secrets, as far as they come in time."""
    key = (project.name, project.provider.name, project.place)
    return _names.get(key, lambda: (secret.name for secret in project.list_secrets()))


def _files(fragment: str) -> list[str]:
    folder = fragment.rpartition("/")[0] + "/" if "/" in fragment else ""
    try:
        found = sorted(Path(os.path.expanduser(folder) or ".").iterdir())
    except OSError:
        return []
    return [f"{folder}{path.name}{'/' if path.is_dir() else ''}" for path in found]
