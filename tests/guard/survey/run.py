"""Walks all ways in one kernel, and says of each what came through."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from dh_secrets_jupyter.project import Project
from dh_secrets_jupyter.providers import lookup

from ...support import kernels
from .values import BLOB, ENVIRONMENT, PROJECT, TEXTS, leaked
from .way import SETUP, Way

LATE = 60.0
"""Seconds in which what comes late is there: from threads, descriptors and the log. A quiet machine needs 0.4."""

UNGUARDED = "from dh_secrets_jupyter import guard\nguard.off()"


@dataclass(frozen=True)
class Outcome:
    """What one way came to: where a value could be read, and where its mark stood.

    Attributes:
        leaks: of ``message``, ``log`` and ``history``, those where a value was found.
        marked: the same, for the mark of its secret.
    """

    way: Way
    leaks: frozenset[str]
    marked: frozenset[str]


@contextmanager
def started(home: Path, *after: str) -> Iterator[kernels.Kernel]:
    """Runs a kernel with the values of the survey, read from a store of its own."""
    fill(home)
    with kernels.start(home, env=ENVIRONMENT) as kernel:
        for code in [SETUP, *after]:
            kernel.ok(code)
        yield kernel


def fill(home: Path) -> None:
    """Stores the values where a kernel with that home finds them."""
    home.mkdir(parents=True, exist_ok=True)
    with mock.patch.dict(os.environ, kernels.environment(home)):
        project = Project(PROJECT, lookup.find("local"), user="ada")
        values: dict[str, str | bytes] = {**TEXTS, "BLOB": BLOB}
        for name, value in values.items():
            project.new_secret(name, value)


def walk(kernel: kernels.Kernel, ways: Iterable[Way]) -> list[Outcome]:
    """Shows the values in every way, one after the other."""
    return [_show(kernel, way) for way in ways]


def _show(kernel: kernels.Kernel, way: Way) -> Outcome:
    messages, log = len(kernel.messages), len(kernel.log)
    kernel.run(way.code, **way.options)
    if way.request:
        kind, content, channel = way.request
        kernel.request(kind, content, channel=channel)
    mark = f"[secret:{way.name}]".encode()

    def seen() -> dict[str, bytes]:
        came = kernel.messages[messages:]
        return {
            "message": b"\n".join([frame for message in came for frame in message.frames] + _pages(came)),
            "log": kernel.log[log:],
            "history": kernel.history if way.row == "source" else b"",
        }

    end = time.monotonic() + LATE
    while not (mark in (data := seen())[way.mark] or leaked(data[way.mark])) and time.monotonic() < end:
        kernel.poll(0.02)
    return Outcome(
        way,
        frozenset(place for place, data in seen().items() if leaked(data)),
        frozenset(place for place, data in seen().items() if mark in data),
    )


def _pages(messages: list[kernels.Message]) -> list[bytes]:
    """Joins the streams, as a page does: a value that came in pieces is read there whole."""
    streams = [message.content for message in messages if message.type == "stream"]
    return ["".join(c["text"] for c in streams if c["name"] == name).encode() for name in ("stdout", "stderr")]
