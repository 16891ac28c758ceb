"""``%secret`` and ``%%secret``: reads the line, runs the command, shows what came of it.

What reads and runs the commands is imported by the first one: loading the extension is to take a moment only.
"""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from ..grammar import HELP, LEASE, SET, overview
from . import completion, lease


@magics_class
class SecretMagics(Magics):
    """Secrets of a project, read into this kernel and shown nowhere."""

    @no_var_expand
    @line_cell_magic
    def secret(self, line: str, cell: str | None = None) -> None:
        from . import handlers, show  # with all that commands need, which takes a quarter of the load
        from .front import ShellFront
        from .line import parse, without_comment

        line = without_comment(line).strip()
        if cell is not None:
            self._cell(line, cell)
        elif line in ("", "help", *HELP):
            show.status(ShellFront(self.shell))
        else:
            parsed = parse(line)
            if parsed.asks_for_help:
                print(parsed.command.help)
            else:
                handlers.HANDLERS[parsed.command.name](ShellFront(self.shell), parsed)

    secret.__doc__ = "\n".join(["Reads, stores and shows secrets of a project:", "", *overview()])

    def _cell(self, line: str, cell: str) -> None:
        from ..grammar.parsing import typed_value_error
        from . import use
        from .front import ShellFront
        from .line import split_and_parse

        first, _, rest = line.partition(" ")
        if first == SET.name:
            raise typed_value_error(SET, rest)  # its body is a value
        parsed = split_and_parse(LEASE, line)
        if parsed.asks_for_help:
            print(LEASE.help)
        else:
            use.lease(ShellFront(self.shell), parsed, cell)


def load(shell: Any) -> None:
    """Registers the magics, the lease and the completion with a shell."""
    shell.register_magics(SecretMagics)
    lease.load(shell)
    completion.load(shell)


def unload(shell: Any) -> None:
    """Takes all of it out again; IPython has no call for that."""
    completion.unload(shell)
    lease.unload(shell)
    manager = shell.magics_manager
    ours = manager.registry.pop(SecretMagics.__name__)
    shell.configurables.remove(ours)
    for kind in ("line", "cell"):
        manager.magics[kind].pop("secret", None)
