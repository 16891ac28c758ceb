"""The places where a transcript is played: a kernel, as its front end sees it, and IPython or a shell in a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from dh_secrets_jupyter.grammar import Surface

from ..support.kernels import INTERRUPT, Cell, Kernel
from ..support.terminals import Terminal
from .player import Step

_NOTEBOOK, _TERMINAL = Surface.NOTEBOOK.value, Surface.TERMINAL.value
_TAB = "<TAB>"
_STOP = re.compile(rb"(?P<prompt>[^\r\n]*(?: --from-file: |\[y/N\] ))\Z|In \[\d+\]: \Z")
"""Where IPython waits for somebody to type."""


def in_kernel(kernel: Kernel, step: Step) -> str:
    """Runs a step as a cell, or completes it; without answers, nobody can answer."""
    if step.code.endswith(_TAB):
        return _completions(kernel, step.code.removesuffix(_TAB))
    cell = kernel.run(step.code, answers=step.answers or None)
    return "".join(_shown(cell, step))


def _completions(kernel: Kernel, code: str) -> str:
    reply = kernel.request("complete_request", {"code": code, "cursor_pos": len(code)}).reply
    found = [(code[match["start"] : match["end"]], match) for match in reply["metadata"]["_jupyter_types_experimental"]]
    width = max((len(match["text"]) for _, match in found), default=0)
    return "\n".join(f"{match['text']:{width}}  {match['type']}" for _, match in found)


def _shown(cell: Cell, step: Step) -> list[str]:
    """Returns what a front end shows, in the order in which it came."""
    shown: list[str] = []
    answers = iter(step.answers)
    for message in cell.messages:
        content = message.content
        match message.type:
            case "execute_input" if content["code"] != step.code:
                shown += [f"=== {line}\n" for line in content["code"].split("\n")]
            case "stream":
                shown.append(content["text"])
            case "input_request":
                shown.append(f"??? {content['prompt']}\n<<< {next(answers)}\n")
            case "display_data" | "execute_result":
                shown.append(f"{content['data']['text/plain']}\n")
            case "error":
                shown.append(f"!!! {cell.error}\n")
    return shown


class InTerminal:
    """IPython in a terminal, with what stands on its screen below each line that is typed."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        terminal.expect(b"In [1]: ")

    def play(self, step: Step) -> str:
        """Types a step, of one line, and answers its prompts."""
        answers = iter(step.answers)
        after = len(self._terminal.shown)
        self._terminal.type(f"{step.code}\r")
        self._terminal.expect(b"\n", after)
        after = self._terminal.shown.index(b"\n", after) + 1  # behind what was typed, as the terminal shows it
        shown: list[str] = []
        while True:
            stop = self._terminal.search(_STOP, after)
            shown.append(self._terminal.shown[after : stop.start()].decode().replace("\r", ""))
            after = stop.end()
            if stop["prompt"] is None:
                return "".join(shown).strip("\n")
            answer = next(answers)
            shown.append(f"??? {stop['prompt'].decode()}\n<<< {answer}\n")
            if answer == INTERRUPT:
                self._terminal.interrupt()
            else:
                self._terminal.type(f"{answer}\r")
            self._terminal.expect(b"\n", after)
            after = self._terminal.shown.index(b"\n", after) + 1  # behind the answer


class InShell(InTerminal):
    """The command line, by :mod:`.shell`; it plays transcripts of a notebook too, for commands that both have."""

    def play(self, step: Step) -> str:
        """Types a step, ``jupyter secrets`` in place of ``%secret``, and returns what a notebook would have said."""
        shown = ""
        for line in _lines(step.code):
            typed = _TERMINAL + line.removeprefix(_NOTEBOOK) if line.startswith(_NOTEBOOK) else line
            if typed.startswith(_TERMINAL) and not step.answers:
                typed += f" < {os.devnull}"
            said = super().play(Step(typed, step.answers))
            shown += f"{said}\n" if said else ""
        if any(line.startswith(_NOTEBOOK) for line in step.code.split("\n")):
            shown = shown.replace(f"{_TERMINAL} ", f"{_NOTEBOOK} ")
        return shown


def _lines(code: str) -> Iterator[str]:
    """Yields the commands of a cell, and what stands between them in a line each."""
    python: list[str] = []
    for line in code.split("\n"):
        if not line.startswith(_NOTEBOOK):
            python.append(line)
            continue
        if python:
            yield "; ".join(python)
        python = []
        yield line
    if python:
        yield "; ".join(python)
