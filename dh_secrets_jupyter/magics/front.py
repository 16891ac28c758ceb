"""A notebook's kernel, or IPython in a terminal, as the place where a command was typed."""

from __future__ import annotations

from typing import Any

from .. import current
from ..commands.prompts import Prompts
from ..grammar import SET
from ..project import Project
from ..rendering import Table


class ShellFront(Prompts):
    """A :class:`.commands.front.Front` over an IPython shell.

    Attributes:
        shell: the ``InteractiveShell``.
    """

    def __init__(self, shell: Any) -> None:
        super().__init__(SET, by_front_end=hasattr(shell, "kernel"))
        self.shell = shell

    def project(self) -> Project:
        """See :class:`.commands.front.Front`."""
        return current.project()

    def show_table(self, table: Table) -> None:
        """See :class:`.commands.front.Front`."""
        from IPython.display import display

        display(table)  # type: ignore[no-untyped-call]  # IPython's has no types

    def read_stdin(self, at_most: int) -> bytes | None:
        """See :class:`.commands.front.Front`."""
        return None

    def variable(self, name: str) -> object:
        """See :class:`.commands.front.Front`."""
        return self.shell.user_ns.get(name)
