"""A terminal, or a script, as the place where a command was typed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cached_property

from .. import current, settings
from ..commands.prompts import Prompts
from ..errors import SecretsError
from ..grammar import TERMINAL
from ..project import Project
from ..rendering import Table


class TerminalFront(Prompts):
    """A :class:`.commands.front.Front` over the process's own streams.

    Args:
        common: what was given of the options that every command has.
    """

    def __init__(self, common: Mapping[str, str]) -> None:
        super().__init__(TERMINAL["set"], by_front_end=False)
        self._common = common

    @cached_property
    def settings(self) -> settings.DHSecrets:
        """What Jupyter's configuration says."""
        return settings.from_config(settings.jupyter_config())

    def project(self) -> Project:
        """Returns the project that was named, else that of the environment or of the configuration."""
        return self.settings.open(self._common.get("project"), self._common.get("provider"), user=current.user())

    def show_table(self, table: Table) -> None:
        """See :class:`.commands.front.Front`."""
        print(table)

    def read_stdin(self, at_most: int) -> bytes | None:
        """See :class:`.commands.front.Front`."""
        if not sys.stdin:
            raise SecretsError("--from-file", "standard input is closed", "Use a pipe, or name a file")
        return sys.stdin.buffer.read(at_most)

    def variable(self, name: str) -> object:
        """See :class:`.commands.front.Front`."""
        return None
