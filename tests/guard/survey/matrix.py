"""Prints the matrix of the survey, the unguarded kernel beside the guarded one: ``python -m tests.guard.survey``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .run import Outcome

PAGE = Path(__file__).parents[3] / "docs" / "leak-matrix.md"
_PLACES = {"message": "messages", "log": "server log", "history": "history"}
_HEAD = """# Leak matrix

Every way in which the survey shows a value, in a real kernel without the guard and in one with it. `make leak-matrix`
runs it and writes this page. A cell says where the value could be read afterwards: in the kernel's messages (content,
metadata and buffers on iopub, shell, control and stdin), in what the process wrote to the server's log, or in
history.sqlite. With the guard there is a mark, `[secret:NAME]`, in each of these ways: masked, not lost.
"""


def page(unguarded: Sequence[Outcome], guarded: Sequence[Outcome]) -> str:
    """Returns the page: the sum for each channel, then every way."""
    pairs = list(zip(unguarded, guarded, strict=True))
    rows = dict.fromkeys(outcome.way.row for outcome in guarded)
    lines = [_HEAD, "| channel | ways | read without the guard | read with it | masked |", "|---|--:|--:|--:|--:|"]
    lines += [_sum(row, [pair for pair in pairs if pair[1].way.row == row]) for row in rows]
    lines += [_sum("**all**", pairs), "", "## Every way", "", "| channel | encoding | without the guard | with it |"]
    lines.append("|---|---|---|---|")
    for row in rows:
        for before, after in pairs:
            if after.way.row == row:
                lines.append(f"| {row} | {_cell(after.way.encoding)} | {_where(before)} | {_where(after)} |")
    return "\n".join([*lines, ""])


def _sum(row: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> str:
    without, with_guard = (sum(bool(pair[side].leaks) for pair in pairs) for side in (0, 1))
    masked = sum(pair[1].way.mark in pair[1].marked for pair in pairs)
    return f"| {row} | {len(pairs)} | {without} | {with_guard} | {masked} |"


def _where(outcome: Outcome) -> str:
    return ", ".join(name for place, name in _PLACES.items() if place in outcome.leaks) or "—"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\\n", " ⏎ ")
