"""``Tab`` after ``%secret``: commands, options, names of secrets and projects.

A cluster that does not answer must not hold up typing: names are read by a thread that is waited for only briefly, and
what it brings later is there for the next ``Tab``.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from .. import current
from ..errors import SecretsError
from ..project import Project
from ..providers import lookup
from .commands import COMMANDS, LEASE, Command, Words

PATIENCE = 1.0
"""Seconds that a ``Tab`` waits for names."""
FRESH = 5.0
"""Seconds for which names that were read are good enough."""

_LINE = re.compile(r"\s*(?:[\w.]+\s*=\s*)?(?P<magic>%%?)secret\s+(?P<rest>.*)", re.DOTALL)


class Names:
    """Names that a provider is asked for in the background."""

    def __init__(self) -> None:
        self._found: dict[object, tuple[float, list[str]]] = {}
        self._asking: dict[object, threading.Thread] = {}

    def get(self, key: object, read: Callable[[], Iterable[str]]) -> list[str]:
        """Returns the names of a key: fresh ones if they come in time, else what was known, or none."""
        since, names = self._found.get(key, (-FRESH, []))
        if time.monotonic() - since < FRESH:
            return names
        thread = self._asking.get(key)
        if thread is None or not thread.is_alive():
            thread = self._asking[key] = threading.Thread(target=self._read, args=(key, read), daemon=True)
            thread.start()
        thread.join(PATIENCE)
        return self._found.get(key, (0.0, names))[1]

    def _read(self, key: object, read: Callable[[], Iterable[str]]) -> None:
        try:
            names = sorted(read())
        except SecretsError:
            names = []  # the command itself will say what is wrong
        self._found[key] = time.monotonic(), names


_names = Names()


@context_matcher(identifier="dh_secrets_jupyter", priority=100)  # type: ignore[untyped-decorator]  # IPython's is
def complete(context: CompletionContext) -> SimpleMatcherResult:
    """Completes a line that begins with ``%secret`` or ``%%secret``; anything else is left to others."""
    line = _LINE.fullmatch(context.text_until_cursor)
    if not line:
        return {"completions": []}
    *before, fragment = re.split(r"\s+", line["rest"])
    found = _candidates(line["magic"] == "%%", before, fragment)
    return {
        "completions": [SimpleCompletion(name, type="value") for name in found if name.startswith(fragment)],
        "matched_fragment": fragment,
        "suppress": True,
    }


def _candidates(is_cell: bool, before: list[str], fragment: str) -> list[str]:
    """Returns what could stand after these words; the fragment only says which folder's files."""
    if is_cell:
        return _after(LEASE, before, fragment)
    if not before:
        return list(COMMANDS)
    command = COMMANDS.get(before[0])
    return _after(command, before[1:], fragment) if command else []


def _after(command: Command, before: list[str], fragment: str) -> list[str]:
    last = before[-1] if before else ""
    if last == "--provider":
        return [lookup.AUTO, *lookup.names()]
    if last == "--from-file":
        return _files(fragment)
    if last == "as" or any(option.flag == last and option.metavar for option in command.options):
        return []
    if command.words is Words.GUARD and not before:
        return ["on", "off"]
    options = [option.flag for option in command.options if option.many or option.flag not in before]
    return [*_words(command.words, fragment), *options]


def _words(words: Words, fragment: str) -> list[str]:
    try:
        project = current.project()
    except SecretsError:
        return []
    if words in (Words.SECRETS, Words.GUARD):
        key = (project.name, project.provider.name, project.place)
        return _names.get(key, lambda: _secrets(project))
    if words is Words.PROJECTS:
        return _names.get(project.provider.name, lambda: project.provider.projects() or [project.name])
    return _files(fragment) if words is Words.FILES else []


def _secrets(project: Project) -> list[str]:
    return [secret.name for secret in project.list_secrets()]


def _files(fragment: str) -> list[str]:
    folder = fragment.rpartition("/")[0] + "/" if "/" in fragment else ""
    try:
        found = sorted(Path(folder or ".").expanduser().iterdir())
    except OSError:
        return []
    return [f"{folder}{path.name}{'/' if path.is_dir() else ''}" for path in found]


def load(shell: Any) -> None:
    """Adds the completion to a shell."""
    shell.Completer.custom_matchers.append(complete)


def unload(shell: Any) -> None:
    """Takes it out again."""
    shell.Completer.custom_matchers.remove(complete)
