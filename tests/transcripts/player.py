"""Readable transcripts: what is typed, and exactly what comes of it.

A transcript is a text file. A line that begins with ``>>> `` is typed, with its further lines behind ``... ``; one with
``<<< `` is the answer to a prompt, where ``^C`` interrupts it. Everything else is what comes of it, up to the next
``>>> `` or a line that begins with ``# ``, which is a remark. In it ``??? `` stands before a prompt, ``!!! `` before a
cell's error, and ``=== `` before what the history keeps of a cell, where that is not what was typed. A line that ends
in ``<TAB>`` is completed: each completion with its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "YYYY-MM-DD hh:mm"),
    (re.compile(r"https://127\.0\.0\.1:\d+"), "https://SERVER"),
)
_TYPED, _MORE, _ANSWER, _REMARK = ">>> ", "... ", "<<< ", "# "


@dataclass
class Step:
    """What is typed, and what is answered to the prompts that come of it."""

    code: str
    answers: list[str] = field(default_factory=list)

    @property
    def typed(self) -> str:
        """As it stands in the file."""
        first, *more = self.code.split("\n")
        return "\n".join([_TYPED + first, *((_MORE + line).rstrip() for line in more)])


Play = Callable[[Step], str]
"""Types a step, and returns what comes of it."""


def parse(text: str) -> Iterator[Step | str]:
    """Yields the steps of a transcript, and the remarks between them as they stand."""
    step: Step | None = None
    for line in text.splitlines():
        if line.startswith(_TYPED):
            if step:
                yield step
            step = Step(line.removeprefix(_TYPED))
        elif line.startswith(_REMARK):
            if step:
                yield step
            step = None
            yield line
        elif step and line.startswith(_MORE.rstrip()):
            step.code += "\n" + line[len(_MORE) :]
        elif step and line.startswith(_ANSWER.rstrip()):
            step.answers.append(line[len(_ANSWER) :])
    if step:
        yield step


def played(text: str, play: Play, volatile: Sequence[tuple[str, str]] = ()) -> str:
    """Returns the transcript as it reads now, with what differs from one time to the next replaced.

    Args:
        play: types each step in its turn.
        volatile: more texts to replace, and by what.
    """
    parts: list[str] = []
    before: Step | str | None = None
    for part in parse(text):
        if isinstance(part, str):
            parts += ["", part] if isinstance(before, Step) else [part]
        else:
            parts += ["", part.typed, *([said] if (said := _steady(play(part), volatile)) else [])]
        before = part
    return "\n".join(parts).strip("\n") + "\n"


def _steady(said: str, volatile: Sequence[tuple[str, str]]) -> str:
    for old, new in volatile:
        said = said.replace(old, new)
    for pattern, new in VOLATILE:
        said = pattern.sub(new, said)
    return "\n".join(line.rstrip() for line in said.rstrip("\n").split("\n")).rstrip("\n")
