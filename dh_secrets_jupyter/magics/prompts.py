"""Questions to whoever sits at the notebook. Where nobody can answer, a question fails at once and says what to do."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Any

from ..errors import SecretsError
from ..rendering import one_line


class UnansweredError(SecretsError):
    """Nobody can answer a question, or it was cancelled."""


def ask_value(shell: Any, name: str, place: str) -> str:
    """Asks for a secret's value by a prompt that shows nothing of it.

    Raises:
        UnansweredError: nobody can answer, or the question was cancelled.
        SecretsError: a key arrived without its line breaks.
    """
    prompt = f"Value of {name} for {place}. Your input is hidden; for several lines use --from-file: "
    return _ask_hidden(shell, name, prompt, "Use --from-file, --from-env or --from-var", "--from-file")


def ask_needed(shell: Any, name: str, place: str, about: str | None) -> str:
    """Asks for a value that a notebook needs, and says what for. Raises as :func:`ask_value`."""
    purpose = f" ({one_line(about)})" if about else ""
    from_file = f"%secret set {name} --from-file"
    prompt = (
        f"Value of {name}{purpose} for {place}. Your input is hidden; for several lines cancel, and use {from_file}: "
    )
    return _ask_hidden(shell, name, prompt, f"Run %secret set {name}", from_file)


def _ask_hidden(shell: Any, name: str, prompt: str, instead: str, from_file: str) -> str:
    value = _ask(shell, getpass.getpass, prompt, name, instead)
    if value.startswith("-----BEGIN ") and "\n" not in value.strip():
        raise SecretsError(
            name, "a key in PEM has several lines, but this one arrived on a single line", f"Use {from_file} for it"
        )
    return value


def confirm(shell: Any, what: str, question: str) -> bool:
    """Asks a question, and returns whether the answer was yes. Raises as :func:`ask_value`."""
    answer = _ask(shell, input, f"{question} [y/N] ", what, "Use --yes to go on without a question")
    return answer.strip().lower() in ("y", "yes")


def _ask(shell: Any, ask: Callable[[str], str], prompt: str, subject: str, instead: str) -> str:
    problem = "nobody can answer a prompt here"
    # Without a terminal, getpass would read the value from where it is shown; a kernel asks its front end.
    if hasattr(shell, "kernel") or (sys.stdin is not None and sys.stdin.isatty()):
        try:
            return ask(prompt)
        except (KeyboardInterrupt, EOFError):
            if not hasattr(shell, "kernel"):
                print()  # behind the prompt, on the same line
            problem, instead = "cancelled; nothing was changed", "Run it again when you are ready"
        except Exception as error:
            # ipykernel's own, by its name: a terminal may be without ipykernel.
            if type(error).__name__ != "StdinNotImplementedError":
                raise
    raise UnansweredError(subject, problem, instead)
