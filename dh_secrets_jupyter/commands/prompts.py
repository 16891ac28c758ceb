"""Questions to whoever sits there. Where nobody can answer, a question fails at once and says what to do."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable

from ..errors import SecretsError
from ..grammar import Command
from ..rendering import one_line


class UnansweredError(SecretsError):
    """Nobody can answer a question, or it was cancelled."""


class CancelledPromptError(UnansweredError):
    """Somebody was there, and did not want to answer."""


class InterruptedPromptError(CancelledPromptError):
    """It was cancelled by Ctrl-C."""


class Prompts:
    """Asks by ``input`` and ``getpass``.

    Every method may raise :class:`UnansweredError`; where a value is asked for, also :class:`SecretsError`: a key
    arrived without its line breaks.

    Args:
        command: ``set``, whose options say how a value is given without a prompt.
        by_front_end: a kernel asks its front end; elsewhere there has to be a terminal.
    """

    def __init__(self, command: Command, *, by_front_end: bool) -> None:
        self._set = command.call
        *others, last = [option.flag for option in command.options if option.group == "source"]
        self._sources = f"{', '.join(others)} or {last}"
        self._by_front_end = by_front_end

    def ask_value(self, name: str, place: str) -> str:
        """Asks for a secret's value by a prompt that shows nothing of it."""
        prompt = f"Value of {name} for {place}. Your input is hidden; for several lines, use --from-file: "
        return self._ask_hidden(name, prompt, f"Use {self._sources}", "--from-file")

    def ask_needed(self, name: str, place: str, about: str | None) -> str:
        """Asks for a value that a notebook needs, and says what for."""
        purpose = f" ({one_line(about)})" if about else ""
        from_file = f"{self._set} {name} --from-file"
        hidden = f"Your input is hidden; for several lines, cancel and use {from_file}: "
        return self._ask_hidden(
            name, f"Value of {name}{purpose} for {place}. {hidden}", f"Run {self._set} {name}", from_file
        )

    def ask_hosts(self, name: str) -> str:
        """Asks which hosts a secret is for, with a comma between two of them."""
        question = f"Hosts that {name} is only for, as api.example.com, *.example.com: "
        return self._ask(input, question, name, _unanswered(name, f"Run {self._set} {name} --hosts"))

    def confirm(self, what: str, question: str, unanswered: SecretsError | None = None) -> bool:
        """Asks a question, and returns whether the answer was yes; ``unanswered`` is raised where nobody can answer."""
        unanswered = unanswered or _unanswered(what, "Use --yes to skip the question")
        answer = self._ask(input, f"{question} [y/N] ", what, unanswered)
        return answer.strip().lower() in ("y", "yes")

    def _ask_hidden(self, name: str, prompt: str, instead: str, from_file: str) -> str:
        value = self._ask(getpass.getpass, prompt, name, _unanswered(name, instead))
        if value.startswith("-----BEGIN ") and "\n" not in value.strip():
            raise SecretsError(
                name, "a PEM key has several lines, but this one arrived on a single line", f"Use {from_file} for it"
            )
        return value

    def _ask(self, ask: Callable[[str], str], prompt: str, subject: str, unanswered: SecretsError) -> str:
        failure = unanswered
        # Without a terminal, getpass would read the value from where it is shown; a kernel asks its front end.
        if self._by_front_end or (sys.stdin is not None and sys.stdin.isatty() and not is_below_kernel()):
            try:
                return ask(prompt)
            except (KeyboardInterrupt, EOFError) as error:
                if not self._by_front_end:
                    print()  # behind the prompt, on the same line
                kind = InterruptedPromptError if isinstance(error, KeyboardInterrupt) else CancelledPromptError
                failure = kind(subject, "cancelled; nothing was changed", "Run it again when you are ready")
            except NotImplementedError:  # IPython's StdinNotImplementedError is one: this front end asks nobody
                pass
        raise failure


def is_below_kernel() -> bool:
    """Returns whether a Jupyter kernel started this process, by ``!`` say: in a terminal into which nobody can type."""
    return "JPY_PARENT_PID" in os.environ


def _unanswered(subject: str, instead: str) -> UnansweredError:
    return UnansweredError(subject, "nobody can answer a prompt here", instead)
