"""What a command asks of the place where it was typed."""

from __future__ import annotations

from typing import Protocol

from ..errors import SecretsError
from ..project import Project
from ..rendering import Table


class Front(Protocol):
    """A notebook's kernel, or a terminal. What a command says it prints."""

    def project(self) -> Project:
        """Returns the project that the command is about. Raises as :meth:`.settings.DHSecrets.open`."""

    def show_table(self, table: Table) -> None:
        """Shows a table in the way of the place."""

    def ask_value(self, name: str, place: str) -> str:
        """Asks for a secret's value by a prompt that shows nothing of it.

        Raises:
            SecretsError: nobody can answer, the question was cancelled, or a key arrived without its line breaks.
        """

    def confirm(self, what: str, question: str, unanswered: SecretsError | None = None) -> bool:
        """Asks a question, and returns whether the answer was yes. Raises as :meth:`ask_value`.

        Args:
            unanswered: the error where nobody can answer, instead of the one that names ``--yes``.
        """

    def read_stdin(self, at_most: int) -> bytes | None:
        """Returns so many bytes of standard input, or None where that is not the user's, as in a kernel."""

    def variable(self, name: str) -> object:
        """Returns what the user's variable of that name holds, None where there is none."""
